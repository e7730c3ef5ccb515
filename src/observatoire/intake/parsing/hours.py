"""Local hours, as text: hours, slots in words, intervals within a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from observatoire.domain.incident import TimePrecision
from observatoire.intake.faults import Flag, time
from observatoire.intake.parsing.numbers import has_foreign_digits
from observatoire.intake.parsing.text import plain

DAY = 1440
"""Minutes of a civil day."""

SLOTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        word: (60 * start, 60 * end)
        for words, start, end in (
            (("matin", "matinee"), 6, 12),
            (("midi",), 12, 14),
            (("apres midi",), 12, 18),
            (("soir", "soiree"), 18, 22),
            (("nuit",), 22, 30),
            (("journee",), 8, 18),
        )
        for word in words
    }
)
"""Usual words to minutes from and to; no national standard exists, so a profile may say otherwise."""

_LONGEST = 40
_ARTICLE = re.compile(r"^(?:le |la |l'|en |au |dans la |dans le |dans l')")
_FULL_DATE = re.compile(r"^(?:\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2})(?: |t)(?=\d)", re.ASCII)
_ABOUT = re.compile(r"(?:vers|environ|env\.?|autour de|~|≈) ?(?:les )?")

_COMPACT = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)
_BARE = re.compile(r"(\d{1,2})", re.ASCII)
_WITH_H = re.compile(
    r"(\d{1,2}) ?(?:h|hrs?|heures?)(?: ?(\d{2})(?: ?(?:m|mn|min|minutes?)| ?[:m] ?[0-5]\ds?)?)?", re.ASCII
)
_WITH_SIGN = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.][0-5]\d(?:[.,]\d{1,9})?)?", re.ASCII)
_FRACTION = re.compile(r"0[.,](\d{1,20})", re.ASCII)

_FRAMED = re.compile(r"(?:entre|de) ")
_BETWEEN = re.compile(r" et | a |->|→|[-–—/]")


@dataclass(frozen=True, slots=True)
class Hour:
    """A local hour, in minutes after midnight (1,440 and more: the next day).

    ``minutes`` is None if unknown; ``until`` is the exclusive end of a slot or of an interval.
    """

    minutes: int | None
    precision: TimePrecision
    flag: Flag | None = None
    until: int | None = None


UNKNOWN_HOUR = Hour(None, TimePrecision.DAY, time.HOUR_MISSING)
INVALID_HOUR = Hour(None, TimePrecision.DAY, time.HOUR_INVALID)


def parse_hour(text: str, *, service_day: bool, slots: Mapping[str, tuple[int, int]] = SLOTS) -> Hour:
    """``22h45``, ``14 h 30``, ``2h``, ``1430``, ``14.30``, ``14:30:00``, ``24:00``, ``soirée``, ``18h-8h``…

    Seconds are dropped. A whole date before the hour (``30/12/1899 14:30``, as databases write times)
    is skipped. An impossible hour never loses the fact: the date stays, the hour is unknown.

    Args:
        text: the cell.
        service_day: hours up to 29:59 belong to the operating day and mean the next morning.
        slots: words besides ``SLOTS`` (they win), in plain form; an end before its start is the next day.
    """
    cell = plain(text)
    if not cell:
        return UNKNOWN_HOUR
    if len(cell) > _LONGEST or has_foreign_digits(text):
        return INVALID_HOUR
    cell = _FULL_DATE.sub("", cell, count=1)
    return (
        _slot(cell, slots) or _clock(cell, service_day) or _between_hours(cell, service_day) or INVALID_HOUR
    )


def minutes_of_fraction(decimals: str) -> int:
    """Decimals of a day, as a spreadsheet writes hours, to minutes after midnight (below 1,440).

    Five decimals tell seconds apart, which are dropped as in ``14:30:59``; fewer only tell minutes.
    """
    unit, drop = (86_400, 60) if len(decimals) >= 5 else (DAY, 1)
    scale = int("1" + "0" * len(decimals))
    return min((2 * int(decimals) * unit + scale) // (2 * scale) // drop, DAY - 1)


def _slot(cell: str, slots: Mapping[str, tuple[int, int]]) -> Hour | None:
    spaced = cell.replace("-", " ")
    for name in (cell, spaced, _ARTICLE.sub("", spaced, count=1)):
        if found := slots.get(name) or SLOTS.get(name):
            start, end = found
            return Hour(start, TimePrecision.SLOT, time.HOUR_SLOT, end if end > start else end + DAY)
    return None


def _clock(cell: str, service_day: bool) -> Hour | None:
    """One hour; None if the cell holds something else, or an hour that no clock shows."""
    if (about := _ABOUT.match(cell)) is not None:
        cell = cell[about.end() :]
    if (fraction := _FRACTION.fullmatch(cell)) and not _is_written_clock(cell):
        return Hour(minutes_of_fraction(fraction[1]), TimePrecision.MINUTE)
    cell = cell.removeprefix("a ")
    match = _WITH_SIGN.fullmatch(cell) or _WITH_H.fullmatch(cell)
    match = match or (_COMPACT.fullmatch(cell) if len(cell) >= 3 else _BARE.fullmatch(cell))
    if match is None:
        return None
    minute_text = match[2] if match.re.groups > 1 else None
    precision = TimePrecision.HOUR if about or minute_text is None else TimePrecision.MINUTE
    return _hour_of(int(match[1]), int(minute_text or 0), precision, service_day)


def _is_written_clock(cell: str) -> bool:
    """``0.30`` is half past midnight where ``0.604166`` and ``0.75`` are fractions of a day."""
    return (match := _WITH_SIGN.fullmatch(cell)) is not None and int(match[2]) < 60


def _hour_of(hours: int, minutes: int, precision: TimePrecision, service_day: bool) -> Hour | None:
    if minutes > 59:
        return None
    if hours < 24:
        return Hour(hours * 60 + minutes, precision)
    if hours == 24 and minutes == 0:
        return Hour(DAY, precision, time.HOUR_24)
    if service_day and hours < 30:
        return Hour(hours * 60 + minutes, precision, time.SERVICE_HOUR)
    return None


def _between_hours(cell: str, service_day: bool) -> Hour | None:
    """``entre 18h et 8h``, ``de 14h à 16h``, ``20h-24h``: an end not after its start is the next day."""
    framed = _FRAMED.match(cell)
    inner = cell[framed.end() :] if framed else cell
    parts = [part.strip() for part in _BETWEEN.split(inner)]
    if len(parts) != 2 or not (framed or _say_hours(parts)):
        return None
    first, last = (_clock(part, service_day) for part in parts)
    if first is None or last is None or first.minutes is None or last.minutes is None:
        return None
    if last.minutes > first.minutes:
        return Hour(first.minutes, TimePrecision.INTERVAL, None, last.minutes)
    return Hour(first.minutes, TimePrecision.INTERVAL, time.INTERVAL_MIDNIGHT, last.minutes + DAY)


def _say_hours(parts: list[str]) -> bool:
    """Two bare numbers (``14-30``, ``3/2026``) may be anything: they need a sign of hours, or four digits."""
    return any(sign in part for part in parts for sign in "h:.") or all(len(part) == 4 for part in parts)
