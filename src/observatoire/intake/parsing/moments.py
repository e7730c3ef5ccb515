"""One cell that says when: a day, a day and its hour, an instant, an interval, a week, a month."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from observatoire.domain.incident import TimePrecision
from observatoire.intake.faults import Fault, Flag, time
from observatoire.intake.parsing.dates import (
    CENTURY,
    OLDEST_DATE,
    WrittenDay,
    day_at,
    month_in,
    serial_in,
    week_in,
)
from observatoire.intake.parsing.hours import (
    DAY,
    INVALID_HOUR,
    UNKNOWN_HOUR,
    Hour,
    minutes_of_fraction,
    parse_hour,
)
from observatoire.intake.parsing.numbers import has_foreign_digits
from observatoire.intake.parsing.text import plain

_LONGEST = 120
_HOUR_FOLLOWS = re.compile(r",? a (?=\S)|,? - (?=\d)|,? |t(?=\d)")
_LOOKS_LIKE_AN_HOUR = re.compile(r"(?:entre |de |vers )?\d[\dh:.mn aet–-]{0,20}", re.ASCII)
_OFFSET = re.compile(
    r"(t?)(\d{2}:?\d{2}(:?\d{2}(?:[.,]\d{1,9})?)?) ?(?:(z)|([+-])(\d{2})(?::?(\d{2}))?)", re.ASCII
)
_FARTHEST_OFFSET = 14 * 60
_BETWEEN = re.compile(r" et | jusqu'au | au | a |->|→|[-–—]")
_OPENING = re.compile(r"^(?:entre |du |de )?(?:le )?")
_WITHOUT_YEAR = re.compile(
    r"(\d{1,2})(?:er)?(?:[/.\-](\d{1,2})| ([a-z]{3,9})\.?)?(?P<hour>[ ,].*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a source writes its moments.

    ``latest``: last admissible day. ``epoch``: day zero of serial dates. ``century``: added to years of
    two digits. ``service_day`` and ``slots``: see ``parse_hour``.
    """

    latest: date
    epoch: date
    century: int = CENTURY
    service_day: bool = False
    slots: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a cell says of when.

    ``minutes`` (start; None: hour unknown) and ``until`` (exclusive end; None: no end) count from the
    midnight that begins ``day``. ``offset``: minutes east of UTC, when the cell says so. ``day_first``:
    see ``WrittenDay``.
    """

    day: date
    minutes: int | None = None
    until: int | None = None
    precision: TimePrecision = TimePrecision.DAY
    offset: int | None = None
    day_first: bool = False
    flag_date: Flag | None = None
    flag_hour: Flag | None = None
    flag_interval: Flag | None = None


def parse_moment(text: str, conventions: Conventions) -> Moment | Fault:
    """``12/03/2026``, ``30/03/26 2h``, ``2026-03-12T14:30:00Z``, ``46093,604166``, ``mars 2026``,
    ``2026-S11``, ``entre le 12/03/2026 22h et le 13/03/2026 6h``…

    An hour that can't be read leaves the day; a day that can't be read is a fault.
    """
    cell = plain(text)
    if not cell:
        return time.MISSING_DATE
    if len(cell) > _LONGEST or has_foreign_digits(text):
        return time.INVALID_DATE
    found = (
        _serial(cell, conventions)
        or _whole_days(cell, conventions)
        or _interval(cell, conventions)
        or _point(cell, conventions)
    )
    if found is None:
        return time.INVALID_DATE
    return found if OLDEST_DATE <= found.day <= conventions.latest else time.DATE_OUT_OF_BOUNDS


def parse_end(text: str, conventions: Conventions) -> Moment | Hour | Fault | None:
    """The end of a fact: a moment, or an hour alone; None when the cell is empty.

    A day before 1990 (``30/12/1899 14:30``) is how some software writes an hour alone.
    """
    cell = plain(text)
    if not cell:
        return None
    hour = parse_hour(text, service_day=conventions.service_day, slots=conventions.slots)
    written = day_at(cell, conventions.century)
    alone = written is None or (written.day is not None and written.day < OLDEST_DATE)
    return hour if alone and hour.minutes is not None else parse_moment(text, conventions)


def _serial(cell: str, conventions: Conventions) -> Moment | None:
    found = serial_in(cell, conventions.epoch, conventions.latest)
    if found is None:
        return None
    day, decimals = found
    if not decimals:
        return Moment(day, flag_date=time.DATE_SERIAL)
    minutes = minutes_of_fraction(decimals)
    return Moment(day, minutes, precision=TimePrecision.MINUTE, flag_date=time.DATE_SERIAL)


def _whole_days(cell: str, conventions: Conventions) -> Moment | None:
    """A day alone, a month or a week."""
    written = day_at(cell, conventions.century)
    if written is not None and written.end == len(cell):
        return _of_day(written)
    for found, precision, flag in (
        (month_in(cell, conventions.century), TimePrecision.MONTH, time.DATE_MONTH),
        (week_in(cell), TimePrecision.INTERVAL, time.DATE_WEEK),
    ):
        if found is not None:
            first, following = found
            return Moment(first, None, (following - first).days * DAY, precision, flag_date=flag)
    return None


def _of_day(written: WrittenDay) -> Moment | None:
    if written.day is None:
        return None
    flag = time.WEEKDAY_DISAGREES if written.weekday_disagrees else None
    return Moment(written.day, day_first=written.day_first, flag_date=flag)


def _point(cell: str, conventions: Conventions) -> Moment | None:
    """A day, with or without what follows it."""
    written = day_at(cell, conventions.century)
    moment = _of_day(written) if written is not None else None
    if written is None or moment is None:
        return None
    return with_hour(moment, cell[written.end :], conventions)


def with_hour(moment: Moment, tail: str, conventions: Conventions) -> Moment | None:
    """A day with what its cell says next (plain form, separator included); None if that is no hour."""
    if not tail:
        return moment
    separator = _HOUR_FOLLOWS.match(tail)
    if separator is None:
        return None
    if (offset := _offset(tail.lstrip(", "))) is not None:
        hour_text, east = offset
    else:
        hour_text, east = tail[separator.end() :], None
    hour = parse_hour(hour_text, service_day=conventions.service_day, slots=conventions.slots)
    if hour.minutes is None or _is_bare(hour_text):
        legible = hour is not UNKNOWN_HOUR and _LOOKS_LIKE_AN_HOUR.fullmatch(hour_text)
        return replace(moment, flag_hour=INVALID_HOUR.flag) if legible else None
    return replace(_at(moment, hour), offset=east)


def _is_bare(hour_text: str) -> bool:
    """One or two figures after a date may be anything."""
    return hour_text.isdigit() and len(hour_text) <= 2


def _at(moment: Moment, hour: Hour) -> Moment:
    crosses = hour.precision is TimePrecision.INTERVAL
    return replace(
        moment,
        minutes=hour.minutes,
        until=hour.until,
        precision=hour.precision,
        flag_hour=None if crosses else hour.flag,
        flag_interval=hour.flag if crosses else None,
    )


def _offset(tail: str) -> tuple[str, int] | None:
    """The hour and the minutes east of UTC of ``T14:30:00+01:00``.

    After a space and without seconds, ``22:00-02:00`` is an interval, not an offset.
    """
    match = _OFFSET.fullmatch(tail)
    if match is None:
        return None
    marker, clock, seconds, utc, sign, hours, minutes = match.groups()
    if sign == "-" and not (marker or seconds):
        return None
    east = 0 if utc else int(sign + "1") * (int(hours) * 60 + int(minutes or 0))
    return (_colons(clock), east) if abs(east) <= _FARTHEST_OFFSET else None


def _colons(clock: str) -> str:
    """``143000`` as ``14:30``: the seconds are dropped in any case."""
    return f"{clock[:2]}:{clock[2:].lstrip(':')[:2]}"


def _interval(cell: str, conventions: Conventions) -> Moment | None:
    """Two dates, with or without hours; the first may leave its year or its month to the second."""
    inner = _OPENING.sub("", cell, count=1)
    for match in _BETWEEN.finditer(inner):
        last_text = inner[match.end() :].strip().removeprefix("le ")
        last = _point(last_text, conventions)
        if last is None:
            continue
        first_text = inner[: match.start()].strip()
        first = _point(first_text, conventions) or _completed(first_text, last, conventions)
        if first is not None:
            return _joined(first, last, conventions.latest)
    return None


def _completed(text: str, last: Moment, conventions: Conventions) -> Moment | None:
    """``du 28/12 au 03/01/2026``, ``du 1er au 3 avril 2026``: what is not said is what the end says."""
    match = _WITHOUT_YEAR.fullmatch(text)
    if match is None:
        return None
    month = match[2] or match[3] or str(last.day.month)
    sign = " " if match[3] else "/"
    tail = match["hour"] or ""
    for year in (last.day.year, last.day.year - 1):
        first = _point(f"{match[1]}{sign}{month}{sign}{year}{tail}", conventions)
        if first is not None and first.day <= last.day:
            return first
    return None


def _joined(first: Moment, last: Moment, latest: date) -> Moment:
    """An end known to the day ends with it; without an hour at either end, whole days count."""
    flag_date = first.flag_date or last.flag_date
    first = replace(first, flag_date=flag_date, day_first=first.day_first or last.day_first)
    days = (last.day - first.day).days
    if days == 0 and last.minutes is None:
        return first
    if last.day > latest:
        return replace(first, flag_interval=time.INTERVAL_END_UNREADABLE)
    east = (first.offset - last.offset) if first.offset is not None and last.offset is not None else 0
    end = last.until or (DAY if last.minutes is None else last.minutes)
    return _ended(first, days * DAY + end + east, timed=last.minutes is not None and days == 0)


def _ended(first: Moment, until: int, *, timed: bool) -> Moment:
    start = first.minutes or 0
    crosses = timed and until < start
    if crosses:
        until += DAY
    if until <= start:
        reversed_ = time.INTERVAL_REVERSED if until < start else None
        return replace(first, flag_interval=reversed_)
    flag = time.INTERVAL_MIDNIGHT if crosses else None
    return replace(
        first,
        until=until,
        precision=TimePrecision.INTERVAL,
        flag_hour=None,
        flag_interval=flag,
    )
