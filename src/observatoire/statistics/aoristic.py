"""Aoristic weights: a fact known to lie in an interval, shared out over local hours.

Ratcliffe, J. H. (2000), Aoristic analysis: the spatial interpretation of unspecific temporal events,
International Journal of Geographical Information Science 14(7); Ratcliffe (2002), Journal of Quantitative
Criminology 18(1). Weights are real elapsed time projected on the hours of the local clock: in the night
when the clock goes forward, 22:00 to 06:00 lasts seven hours and no part of it falls between 2 and 3.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Instants = NDArray[np.datetime64]
Days = NDArray[np.datetime64]
Piece = tuple[Integers, Integers, Integers]

HOURS_PER_DAY, HOURS_PER_WEEK = 24, 168
_HOUR = 3600
_DAY = 24 * _HOUR
_LONGEST = HOURS_PER_WEEK * _HOUR
_CHUNK = 4096
"""Rows at a time, so that their weights stay in the processor's cache."""
_MONDAY = 4 * _DAY
"""Seconds from 1 January 1970, a Thursday, to the first Monday."""


@dataclass(frozen=True, slots=True, eq=False)
class AoristicHours:
    """Facts by hour, as sums of weights.

    Attributes:
        weights: shape (24,), or (168,) from Monday 00:00; sums to the number of facts ``kept``.
        kept: facts shared out.
        excluded: facts whose interval is longer than 168 hours, in no hour.
        without_end: facts kept that weigh on their first hour alone, for lack of an end after their start.
        over_a_day: facts kept whose interval is longer than 24 hours.
    """

    weights: Floats
    kept: int
    excluded: int
    without_end: int
    over_a_day: int


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Seconds since 1970 UTC; a span without an end is one second long, so that it stays in its hour."""

    start: Integers
    end: Integers
    lasting: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    long: NDArray[np.bool_]


def hour_weights(
    start: Instants,
    end: Instants,
    zone: str,
    *,
    hours: Literal[24, 168] = 24,
    days: Days | None = None,
) -> Floats:
    """The weight of each interval in each local hour.

    An interval of more than 168 hours on the local clock has no place in hourly analyses: its row is NaN.
    (The local clock decides, so that a calendar week is kept in October, when it lasts 169 hours.) Without
    an end, or with one that is not after the start, the whole weight is on the hour of the start.

    Args:
        start: instants (UTC), shape (n,).
        end: exclusive ends (UTC), shape (n,); NaT where there is none.
        zone: IANA name of the local time.
        hours: 24 hours of the day, or 168 of the week from Monday 00:00.
        days: the only local days whose hours receive a part; None for all.

    Returns:
        Shape (n, hours); each row sums to 1 (with ``days``, to the share of the interval that falls on
        them), or is NaN.

    Raises:
        ValueError: shapes that disagree, a start that is NaT, or another number of hours.
        zoneinfo.ZoneInfoNotFoundError: unknown zone.
    """
    spans = _spans(start, end, zone)
    _period(hours)
    weights = np.zeros((spans.start.size, hours))
    pieces = _pieces(spans, zone)
    for rows, first, last in pieces if days is None else _on_days(pieces, days):
        rate = 1.0 / (spans.end - spans.start)[rows]
        for begin in range(0, rows.size, _CHUNK):
            part = slice(begin, begin + _CHUNK)
            weights[rows[part]] += _elapsed(first[part], last[part], hours) * rate[part, None]
    weights[~spans.kept] = np.nan
    return weights


def aoristic_hours(
    start: Instants,
    end: Instants,
    zone: str,
    *,
    hours: Literal[24, 168] = 168,
    long_spans: Literal["exclude", "spread"] = "exclude",
) -> AoristicHours:
    """Facts by local hour: the column sums of ``hour_weights``, in time and memory linear in n.

    Args:
        start: as in :func:`hour_weights`.
        end: as in :func:`hour_weights`.
        zone: as in :func:`hour_weights`.
        hours: as in :func:`hour_weights`.
        long_spans: ``spread`` shares evenly what lasts more than 168 hours, as the R package ``aoristic``
            does; it serves comparison only.

    Raises:
        ValueError: as in :func:`hour_weights`.
    """
    spans = _spans(start, end, zone)
    weights = np.zeros(hours)
    for rows, first, last in _pieces(spans, zone):
        rate = 1.0 / (spans.end - spans.start)[rows]
        weights += _summed(first, last, rate, hours)
    excluded = int(np.count_nonzero(spans.long))
    if long_spans == "spread":
        weights += excluded / hours
        excluded = 0
    return AoristicHours(
        weights=weights,
        kept=spans.start.size - excluded,
        excluded=excluded,
        without_end=int(np.count_nonzero(~spans.lasting)),
        over_a_day=int(np.count_nonzero(spans.kept & (spans.end - spans.start > _DAY))),
    )


def hours_elapsed(start: Instants, end: Instants, zone: str) -> Floats:
    """Real hours that some stretches of time spend in each hour of the local week.

    The night in which the clock goes forward has no hour from 2 to 3, the one in which it goes back has two.

    Args:
        start: instants (UTC), shape (n,).
        end: exclusive ends (UTC), shape (n,), each after its start; of any length.
        zone: IANA name of the local time.

    Returns:
        Hours, shape (168,) from Monday 00:00; their sum is the time elapsed.
    """
    first, last = (np.asarray(a).astype("datetime64[s]").astype(np.int64) for a in (start, end))
    every = np.ones(first.size, dtype=bool)
    hours = np.zeros(HOURS_PER_WEEK)
    for rows, begins, ends in _pieces(_Spans(first, last, every, every, ~every), zone):
        hours += _summed(begins, ends, np.full(rows.size, 1.0 / _HOUR), HOURS_PER_WEEK)
    return hours


def _spans(start: Instants, end: Instants, zone: str) -> _Spans:
    starts, ends = (np.asarray(a).astype("datetime64[s]") for a in (start, end))
    if starts.ndim != 1 or starts.shape != ends.shape:
        raise ValueError("start and end are two lists of the same length")
    if np.isnat(starts).any():
        raise ValueError("a start is an instant")
    lasting = ~np.isnat(ends) & (ends > starts)
    first = starts.astype(np.int64)
    last = np.where(lasting, ends.astype(np.int64), first + 1)
    long = _local(last, zone) - _local(first, zone) > _LONGEST
    return _Spans(first, last, lasting, ~long, long)


def _pieces(spans: _Spans, zone: str) -> Iterator[Piece]:
    """Rows kept, and the seconds of local time between which they last, cut where the clock changes."""
    rows = np.flatnonzero(spans.kept)
    if rows.size == 0:
        return
    instants, offsets = _clock(zone, int(spans.start[rows].min()), int(spans.end[rows].max()))
    first_offset = np.searchsorted(instants, spans.start[rows], side="right") - 1
    last_offset = np.searchsorted(instants, spans.end[rows] - 1, side="right") - 1
    for change in range(int((last_offset - first_offset).max()) + 1):
        inside = first_offset + change <= last_offset
        at, piece = rows[inside], first_offset[inside] + change
        begins = np.maximum(spans.start[at], instants[piece])
        following = np.append(instants[1:], np.iinfo(np.int64).max)[piece]
        ends = np.minimum(spans.end[at], following)
        yield at, begins + offsets[piece], ends + offsets[piece]


def _on_days(pieces: Iterable[Piece], days: Days) -> Iterator[Piece]:
    """The pieces cut at each local midnight, and only the parts that fall on some days."""
    asked = np.asarray(days).astype("datetime64[D]").astype(np.int64)
    for rows, first, last in pieces:
        began = first // _DAY
        following = (last - 1) // _DAY - began
        for later in range(int(following.max(initial=-1)) + 1):
            day = began + later
            inside = (later <= following) & np.isin(day, asked)
            midnight = day[inside] * _DAY
            yield rows[inside], np.maximum(first[inside], midnight), np.minimum(last[inside], midnight + _DAY)


def _elapsed(first: Integers, last: Integers, hours: int) -> NDArray[np.int32]:
    """Seconds spent in each hour of the period, shape (n, hours)."""
    start, end, whole = _in_period(first, last, hours)
    edges = np.arange(hours, dtype=np.int32) * np.int32(_HOUR)
    passed = np.clip(end[:, None] - edges, 0, _HOUR)
    passed -= np.clip(start[:, None] - edges, 0, _HOUR)
    passed += (whole * np.int32(_HOUR))[:, None]
    return passed


def _summed(first: Integers, last: Integers, rate: Floats, hours: int) -> Floats:
    """Sum over rows of ``rate`` × (time in each hour), from what each end leaves behind it.

    What stays within an hour is added apart: two large sums would leave their rounding on it.
    """
    start, end, whole = _in_period(first, last, hours)
    alone = (start // _HOUR == (end - 1) // _HOUR) & (whole == 0)
    total: Floats = np.zeros(hours)
    total += np.bincount(start[alone] // _HOUR, (rate * (end - start))[alone], minlength=hours)
    rate, whole = rate[~alone], whole[~alone]
    total += float(np.sum(rate * whole)) * _HOUR
    for sign, seconds in ((1.0, end[~alone]), (-1.0, start[~alone])):
        hour, inside = np.divmod(seconds, _HOUR)
        passed = np.bincount(hour, rate, minlength=hours) * _HOUR
        total += sign * (np.bincount(hour, rate * inside, minlength=hours) + passed.sum() - np.cumsum(passed))
    return total


def _in_period(
    first: Integers, last: Integers, hours: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Seconds into the period at the start and at the end, and periods that begin in between."""
    period, shift = _period(hours), _MONDAY if hours == HOURS_PER_WEEK else 0
    started, start = np.divmod(first - shift, period)
    ended, end = np.divmod(last - shift, period)
    return start.astype(np.int32), end.astype(np.int32), (ended - started).astype(np.int32)


def _period(hours: int) -> int:
    if hours not in (HOURS_PER_DAY, HOURS_PER_WEEK):
        raise ValueError("24 hours of the day or 168 of the week")
    return hours * _HOUR


def _local(seconds: Integers, zone: str) -> Integers:
    if seconds.size == 0:
        return seconds
    instants, offsets = _clock(zone, int(seconds.min()), int(seconds.max()))
    local: Integers = seconds + offsets[np.searchsorted(instants, seconds, side="right") - 1]
    return local


def _clock(zone: str, first: int, last: int) -> tuple[Integers, Integers]:
    """Instants from which an offset holds (the first long before ``first``), and these offsets; seconds."""
    years = range(_year(first) - 1, _year(last) + 2)
    found = [change for year in years for change in _changes(zone, year)]
    before = _offset(datetime(years[0], 1, 1, tzinfo=UTC), ZoneInfo(zone))
    instants = np.array([np.iinfo(np.int64).min // 2, *(instant for instant, _ in found)], dtype=np.int64)
    return instants, np.array([before, *(offset for _, offset in found)], dtype=np.int64)


def _year(seconds: int) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).year


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """Instants of the year (UTC) when the clock changes, with the new offset; both in seconds."""
    local = ZoneInfo(zone)
    midnights = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(366)]
    midnights = [day for day in midnights if day.year == year]
    midnights.append(datetime(year + 1, 1, 1, tzinfo=UTC))
    found = []
    for low, high in pairwise(midnights):
        if _offset(low, local) != _offset(high, local):
            instant = _change_between(low, high, local)
            found.append((int(instant.timestamp()), _offset(instant, local)))
    return tuple(found)


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    before = _offset(low, zone)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
