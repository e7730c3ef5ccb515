"""Days, months and weeks, French or ISO: the day always comes before the month.

The functions ``day_at``, ``month_in``, ``week_in`` and ``serial_in`` read the plain form of a cell
(``parsing.text.plain``).
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from observatoire.domain.period import next_month
from observatoire.intake.faults import Fault, time
from observatoire.intake.parsing.numbers import has_foreign_digits
from observatoire.intake.parsing.text import plain

OLDEST_DATE = date(1990, 1, 1)
CENTURY = 2000

MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "mar": 3, "avril": 4,
    "avr": 4, "mai": 5, "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "sep": 9,
    "octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_WEEKDAYS = {
    name[:length]: number
    for number, name in enumerate(("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"))
    for length in (3, len(name))
}

_WEEKDAY = re.compile(rf"({'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\.?,? (?:le )?")
_MONTH_NAME = rf"(?P<name>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_DAY = re.compile(
    r"(?:(?P<d>\d{1,2})(?P<sign>[/\-.])(?P<m>\d{1,2})(?P=sign)(?P<y>\d{4}|\d{2})"
    r"|(?P<Y>\d{4})(?P<Sign>[/\-.]?)(?P<M>\d{2})(?P=Sign)(?P<D>\d{2})"
    rf"|(?P<nd>\d{{1,2}})(?:er)?(?P<space>[ \-/]){_MONTH_NAME}(?P=space)(?P<ny>\d{{4}}|\d{{2}}))(?!\d)",
    re.ASCII,
)
_MONTH = re.compile(
    r"(?P<Y>\d{4})[\-/](?P<M>\d{2})|(?P<m>\d{1,2})[/\-.](?P<y>\d{4})"
    rf"|{_MONTH_NAME}(?: (?P<ny>\d{{4}})|[\-/](?P<nyy>\d{{4}}|\d{{2}}))",
    re.ASCII,
)
_WEEK = re.compile(
    r"(?P<Y>\d{4})[ \-]?(?:semaine|sem|s|w)[ .]?(?P<w>\d{1,2})"
    r"|(?:semaine|sem|s|w)[ .]{0,2}(?P<W>\d{1,2})[ \-/](?P<y>\d{4})",
    re.ASCII,
)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,20}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day found at the head of a cell, which goes on at ``end``.

    ``day`` is None when no calendar has it (31 February); ``day_first``: both day and month are figures,
    so that only their order tells them apart.
    """

    day: date | None
    end: int
    day_first: bool = False
    weekday_disagrees: bool = False


def parse_date(text: str, latest: date, *, century: int = CENTURY) -> date | Fault:
    """A cell that holds one day and nothing else.

    ``latest`` is the last admissible day (reception plus 24 hours); years of two digits are of
    ``century``.
    """
    cell = plain(text)
    if not cell:
        return time.MISSING_DATE
    found = None if has_foreign_digits(text) else day_at(cell, century)
    if found is None or found.day is None or found.end != len(cell):
        return time.INVALID_DATE
    return found.day if OLDEST_DATE <= found.day <= latest else time.DATE_OUT_OF_BOUNDS


def day_at(cell: str, century: int) -> WrittenDay | None:
    """The day at the head of a cell, its weekday skipped; None if the cell does not begin by a day."""
    start = 3 if cell.startswith("le ") else 0
    weekday = _WEEKDAY.match(cell, start)
    match = _DAY.match(cell, weekday.end() if weekday else start)
    if match is None:
        return None
    numeric = match["d"] is not None
    if numeric:
        parts = (full_year(match["y"], century), int(match["m"]), int(match["d"]))
    elif match["Y"] is not None:
        parts = (int(match["Y"]), int(match["M"]), int(match["D"]))
    else:
        parts = (full_year(match["ny"], century), MONTHS[match["name"]], int(match["nd"]))
    try:
        day = date(*parts)
    except ValueError:
        return WrittenDay(None, match.end(), numeric)
    disagrees = weekday is not None and _WEEKDAYS[weekday[1]] != day.weekday()
    return WrittenDay(day, match.end(), numeric, disagrees)


def month_in(cell: str, century: int) -> tuple[date, date] | None:
    """A month without a day (``2026-03``, ``mars 2026``, ``mars-26``): its first day and the next month's."""
    match = _MONTH.fullmatch(cell)
    if match is None:
        return None
    year = full_year(match["Y"] or match["y"] or match["ny"] or match["nyy"], century)
    month = MONTHS[match["name"]] if match["name"] else int(match["M"] or match["m"])
    try:
        first = date(year, month, 1)
        return first, next_month(first)
    except (ValueError, OverflowError):
        return None


def week_in(cell: str) -> tuple[date, date] | None:
    """An ISO week (``2026-S11``, ``2026-W11``, ``S11-2026``): its Monday and the next."""
    match = _WEEK.fullmatch(cell)
    if match is None:
        return None
    try:
        monday = date.fromisocalendar(int(match["Y"] or match["y"]), int(match["w"] or match["W"]), 1)
        return monday, monday + timedelta(days=7)
    except (ValueError, OverflowError):
        return None


def serial_in(cell: str, epoch: date, latest: date) -> tuple[date, str] | None:
    """A spreadsheet's serial date: its day and the decimals of its hour (empty at midnight: no hour).

    None unless the number stands for a day between 1990 and ``latest``: any other is just a number.
    """
    match = _SERIAL.fullmatch(cell)
    if match is None:
        return None
    day = epoch + timedelta(days=int(match[1]))
    decimals = match[2] or ""
    return (day, decimals if decimals.strip("0") else "") if OLDEST_DATE <= day <= latest else None


def full_year(digits: str, century: int) -> int:
    """``16`` is 2016, ``2016`` is itself: two digits never mean the century before."""
    return int(digits) + (century if len(digits) <= 2 else 0)


def latest_admissible(received: date) -> date:
    """A fact may be dated at most one day after the file was received."""
    return received + timedelta(days=1)
