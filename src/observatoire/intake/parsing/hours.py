"""Local hours, as text."""

import re
from dataclasses import dataclass

from observatoire.domain.incident import TimePrecision
from observatoire.intake.faults import Flag, time
from observatoire.intake.parsing.text import plain

_HOUR = re.compile(r"(?:vers )?(\d{1,2}) ?(?:[h:.] ?(\d{2})?)? ?(?:(?:m|mn|min)|[:.] ?\d{2}(?:[.,]\d+)?)?")
_HOUR_COMPACT = re.compile(r"(\d{1,2})(\d{2})")
_SLOT_WORDS = re.compile(r"(?:le )?(?:matin|matinee|midi|apres[- ]midi|soir|soiree|nuit|journee)|entre .*")


@dataclass(frozen=True, slots=True)
class Hour:
    """A local hour: ``minutes`` after midnight (1,440 and more: the next day), None if unknown."""

    minutes: int | None
    precision: TimePrecision
    flag: Flag | None = None


UNKNOWN_HOUR = Hour(None, TimePrecision.DAY, time.HOUR_MISSING)
INVALID_HOUR = Hour(None, TimePrecision.DAY, time.HOUR_INVALID)


def parse_hour(text: str, *, service_day: bool) -> Hour:
    """``22h45``, ``14 h 30``, ``2h``, ``1430``, ``14.30``, ``14:30:00``, ``24:00``, ``soirée``…

    ``service_day``: hours up to 29:59 belong to the operating day and mean the next morning.
    An impossible hour never loses the fact: the date stays, the hour is unknown.
    """
    cell = plain(text)
    if not cell:
        return UNKNOWN_HOUR
    if _SLOT_WORDS.fullmatch(cell):
        return Hour(None, TimePrecision.SLOT, time.HOUR_SLOT)
    match = _HOUR_COMPACT.fullmatch(cell) if len(cell) >= 3 and cell.isdigit() else _HOUR.fullmatch(cell)
    if match is None:
        return INVALID_HOUR
    return _hour_of(int(match[1]), match[2], approximate=cell.startswith("vers"), service_day=service_day)


def _hour_of(hours: int, minute_text: str | None, *, approximate: bool, service_day: bool) -> Hour:
    minutes = int(minute_text or 0)
    precision = TimePrecision.HOUR if minute_text is None or approximate else TimePrecision.MINUTE
    if minutes > 59:
        return INVALID_HOUR
    if hours < 24:
        return Hour(hours * 60 + minutes, precision)
    if hours == 24 and minutes == 0:
        return Hour(1440, precision, time.HOUR_24)
    if service_day and hours < 30:
        return Hour(hours * 60 + minutes, precision, time.SERVICE_HOUR)
    return INVALID_HOUR
