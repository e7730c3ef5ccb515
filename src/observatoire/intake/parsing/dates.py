"""French and ISO dates."""

import re
from datetime import date, timedelta

from observatoire.intake.faults import Fault, time
from observatoire.intake.parsing.text import plain

OLDEST_DATE = date(1990, 1, 1)

MONTHS = {
    "janvier": 1, "janv": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10,
    "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip

_DAY_FIRST = re.compile(r"(\d{1,2})[/\-.](\d{1,2})[/\-.](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/\-.]?(\d{2})[/\-.]?(\d{2})")
_IN_LETTERS = re.compile(r"(?:[a-z]+\.?,? )?(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})")


def parse_date(text: str, latest: date) -> date | Fault:
    """A French or ISO date; two-digit years are of this century.

    ``latest`` is the last admissible day (reception plus 24 hours).
    """
    if not text.strip():
        return time.MISSING_DATE
    parts = _date_parts(plain(text))
    if parts is None:
        return time.INVALID_DATE
    try:
        day = date(*parts)
    except ValueError:
        return time.INVALID_DATE
    return day if OLDEST_DATE <= day <= latest else time.DATE_OUT_OF_BOUNDS


def _date_parts(text: str) -> tuple[int, int, int] | None:
    if match := _DAY_FIRST.fullmatch(text):
        year = int(match[3])
        return (year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
    if match := _YEAR_FIRST.fullmatch(text):
        return (int(match[1]), int(match[2]), int(match[3]))
    if (match := _IN_LETTERS.fullmatch(text)) and match[2] in MONTHS:
        return (int(match[3]), MONTHS[match[2]], int(match[1]))
    return None


def latest_admissible(received: date) -> date:
    """A fact may be dated at most one day after the file was received."""
    return received + timedelta(days=1)
