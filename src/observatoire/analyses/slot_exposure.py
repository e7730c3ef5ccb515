"""How long each hour of the week lasted: the days asked for of the months received, on the local clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from observatoire.domain.day_kind import DayGroup
from observatoire.domain.period import Period, next_month
from observatoire.domain.territory import timezone_of
from observatoire.statistics.aoristic import hours_elapsed
from observatoire.store.reference.territories import CommuneRecord

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Clock:
    zone: str
    days: tuple[date, ...]


def departement_of(commune: str) -> str:
    """Three characters overseas, two elsewhere."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def hours_of_week(
    communes: Iterable[CommuneRecord],
    period: Period,
    observed: list[date],
    groups: tuple[DayGroup, ...] | None,
) -> np.ndarray:
    """Hours of each hour of the week, shape (168,).

    Communes that share neither clock nor calendar weigh by their residents: a fact is as likely as they are
    many. An absent month offers no hour.
    """
    received = list(_received(period, observed))
    residents: dict[str, float] = defaultdict(float)
    for commune in communes:
        residents[departement_of(commune.code)] += commune.population or 1
    weights: dict[_Clock, float] = defaultdict(float)
    for departement, number in residents.items():
        weights[_Clock(timezone_of(departement), _days(departement, received, groups))] += number
    total = sum(weights.values())
    hours = np.zeros(168)
    for clock, weight in weights.items():
        hours += _elapsed(clock) * (weight / total)
    return hours


def _received(period: Period, observed: list[date]) -> Iterator[date]:
    for month in observed:
        day = max(month, period.start)
        while day < min(next_month(month), period.end):
            yield day
            day += _DAY


def _days(departement: str, received: list[date], groups: tuple[DayGroup, ...] | None) -> tuple[date, ...]:
    if groups is None:
        return tuple(received)
    wanted = {day for group in groups if departement in group.departements for day in group.days}
    return tuple(day for day in received if day in wanted)


def _elapsed(clock: _Clock) -> np.ndarray:
    zone = ZoneInfo(clock.zone)

    def midnights(days: Iterable[date]) -> np.ndarray:
        moments = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in days)
        return np.array([int(moment.timestamp()) for moment in moments], dtype="datetime64[s]")

    if not clock.days:
        return np.zeros(168)
    return hours_elapsed(midnights(clock.days), midnights(day + _DAY for day in clock.days), clock.zone)
