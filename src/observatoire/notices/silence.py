"""The silence of a source: its last due months, of which nothing came."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from observatoire.domain.period import month_start
from observatoire.domain.reception import MonthState, ReceivedPeriod, month_state
from observatoire.domain.source import Source


def current_silence(source: Source, received: Sequence[ReceivedPeriod], today: date) -> tuple[date, ...]:
    """The months, in order, that have been late since anything last came; empty when the source is in time.

    Months that nothing is expected for, or that are not due yet, neither begin a silence nor end one.
    An old gap followed by months that came is no silence: the matrix shows it, nobody is called for it.
    """
    late: list[date] = []
    for month in _back_from(today, source):
        state = month_state(source, month, received, today)
        if state is MonthState.LATE:
            late.append(month)
        elif state not in (MonthState.UPCOMING, MonthState.MISSING):
            break
    return tuple(reversed(late))


def _back_from(today: date, source: Source) -> Iterator[date]:
    if source.schedule is None:
        return
    first = month_start(max(source.schedule.since, source.covered_since))
    month = month_start(today)
    while month >= first:
        yield month
        month = month_start(month - timedelta(days=1))
