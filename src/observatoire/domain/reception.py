"""What was received of a source, month by month, and how long its figures still move."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from observatoire.domain.period import Period, next_month
from observatoire.domain.source import Source


class MonthState(StrEnum):
    """What is known of a source and month; the value is the wire name.

    Of the last three nothing came: it was due (``en_retard``), is not due yet (``a_venir``), or no calendar
    of the source expects it (``absent``). None of them is a zero.
    """

    RECEIVED = "recu"
    PARTIAL = "partiel"
    NIL = "neant"
    LATE = "en_retard"
    UPCOMING = "a_venir"
    MISSING = "absent"

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all came."""
        return self in (MonthState.LATE, MonthState.UPCOMING, MonthState.MISSING)


@dataclass(frozen=True, slots=True)
class ReceivedPeriod:
    """One valid import seen as coverage: its period, whether complete, nil, or deduced.

    ``as_of``: day of extraction; ``changed``: rows that it created or revised.
    """

    id: UUID
    source: str
    period: Period
    partial: bool
    nil: bool
    deduced: bool
    as_of: date
    changed: int = 0

    @property
    def told(self) -> Period | None:
        """The days that it can speak of: none after its extraction."""
        end = min(self.period.end, self.as_of + timedelta(days=1))
        return Period(self.period.start, end) if end > self.period.start else None


def month_state(source: Source, month: date, received: Iterable[ReceivedPeriod], today: date) -> MonthState:
    """The state of the month that starts on ``month``, for the valid imports of the source."""
    whole = Period(month, next_month(month))
    if not source.is_under_contract(whole):
        return MonthState.MISSING
    here = [(r, told) for r in received if (told := r.told) is not None and told.overlaps(whole)]
    complete = [(r, told) for r, told in here if not r.partial]
    if _cover(whole, [told for _, told in complete]):
        return MonthState.NIL if all(r.nil for r, _ in complete) else MonthState.RECEIVED
    return MonthState.PARTIAL if here else _silent_state(source, month, today)


def _silent_state(source: Source, month: date, today: date) -> MonthState:
    due = source.due_date(month)
    if due is None:
        return MonthState.MISSING
    return MonthState.LATE if today >= due else MonthState.UPCOMING


def _cover(whole: Period, parts: list[Period]) -> bool:
    """Whether the union of some periods holds another one."""
    reached = whole.start
    for part in sorted(parts):
        if part.start > reached:
            break
        reached = max(reached, part.end)
    return reached >= whole.end


FEWEST_MONTHS = 6
MOST_MONTHS = 24
SETTLED = 0.9


def settling_days(source: Source, received: Sequence[ReceivedPeriod]) -> int | None:
    """Days after the end of a month during which its figures still move: its months are provisional.

    What the contract declares; else what the imports show; else the delay of the calendar; else None.
    """
    if source.settling_days is not None:
        return source.settling_days
    measured = measured_settling(received)
    if measured is not None:
        return measured
    return source.schedule.delay_days if source.schedule else None


def measured_settling(received: Sequence[ReceivedPeriod]) -> int | None:
    """Days within which nine months out of ten had received their last change.

    An import that brings new months speaks of them alone (a file since January is no correction of January);
    one that brings none and changes rows corrects the months that it holds. Months that were over before
    the first extraction were loaded as history: they tell nothing of the usual delay. None below six months.
    """
    last: dict[date, int] = {}
    told = [r for r in received if not r.nil and r.told is not None]
    first = min((r.as_of for r in told), default=date.max)
    for r in sorted(told, key=lambda r: r.as_of):
        months = [m for m in r.period.months() if r.period.covers_month(m) and next_month(m) <= r.as_of]
        fresh = [m for m in months if m not in last]
        for month in fresh or (months if r.changed else []):
            last[month] = (r.as_of - next_month(month)).days
    delays = [days for month, days in sorted(last.items()) if next_month(month) > first]
    if len(delays) < FEWEST_MONTHS:
        return None
    recent = sorted(delays[-MOST_MONTHS:])
    return recent[math.ceil(SETTLED * len(recent)) - 1]
