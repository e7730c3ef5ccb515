"""How late the facts of a source come, as its own imports show; what a recent month will hold in the end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from observatoire.analyses.coverage import Coverage
from observatoire.domain.period import Period, next_month
from observatoire.domain.reception import ReceivedPeriod
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.reporting_delay import MINIMUM_MONTHS, chain_ladder, interval
from observatoire.store.confidential.arrivals import ArrivalCount

WINDOW = 24
"""Months before the end of the period whose delays are looked at: habits change, and each fact is a probe."""
LONGEST = 12
NOT_MEASURED = {
    "delais_non_mesurables": (
        "les retards ne se mesurent pas : la source n'a pas redit, après coup, au moins six mois déjà reçus. "
        "Ses mois récents sont marqués provisoires, non corrigés. Des fichiers qui reprennent les mois "
        "précédents les rendraient mesurables."
    ),
    "effectif_insuffisant": (
        "les retards ne se mesurent pas : trop peu de faits. Élargissez le territoire ou les catégories."
    ),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a provisional month should hold once its late facts have come, with its 95 % interval."""

    value: float
    lower: float
    upper: float
    share_known: float


@dataclass(frozen=True, slots=True)
class Correction:
    """Corrected months; ``reason`` says in French why there are none; ``shares`` known at each delay."""

    estimates: dict[date, Estimate]
    reason: str | None
    months: int = 0
    shares: tuple[float, ...] = ()


NOTHING_MOVES = Correction({}, None)


@dataclass(frozen=True, slots=True)
class Reception:
    """When the months of one source were first wholly received, and last told again.

    Both in calendar months since year 0. ``lag``: usual months from a month to its reception; only months
    received so are compared, for one that was sent late was already riper on its first day.
    """

    source: str
    first: dict[date, int]
    last: dict[date, int]
    lag: int

    @property
    def months(self) -> list[date]:
        """The months received at the usual time, in order."""
        return [month for month in sorted(self.first) if self.first[month] - _rank(month) == self.lag]

    def age(self, month: date) -> int:
        """Calendar months from the first reception of a month to the last time that it was told."""
        return self.last[month] - self.first[month]


def measured_period(period: Period) -> Period:
    """The months whose delays tell those of the end of a period."""
    last = _rank(max(period.months()))
    first = max(last - WINDOW + 1, 12 * 1900)
    return Period(date(first // 12, first % 12 + 1, 1), next_month(max(period.months())))


def reception_of(source: str, received: Iterable[ReceivedPeriod], months: Iterable[date]) -> Reception:
    """What the valid imports of a source show; months loaded as history tell nothing of the usual delay."""
    own = sorted((r for r in received if r.source == source and r.told), key=lambda r: r.as_of)
    start = min((r.as_of for r in own), default=date.max)
    closed = _last_closed(own)
    first, last = {}, {}
    for month in months:
        reached = _received_on(month, own) if next_month(month) > start else None
        if reached is not None and _rank(reached) <= closed:
            first[month] = _rank(reached)
            told = [_rank(r.as_of) for r in own if r.period.covers_month(month)]
            last[month] = max(first[month], min(max(told, default=0), closed))
    lags = Counter(rank - _rank(month) for month, rank in first.items())
    return Reception(source, first, last, min(lags, key=lambda lag: (-lags[lag], lag), default=0))


def correct(
    coverage: Coverage, receptions: Sequence[Reception], arrivals: Sequence[ArrivalCount]
) -> Correction:
    """Bring the provisional months of a period to what they should hold in the end.

    Several sources: each by its own delays, independent of the others. A month that one of them received
    at another time than usual stays as it is.
    """
    moving = [m for m in coverage.period.months() if coverage.is_provisional(m) and _whole(coverage, m)]
    if not moving:
        return NOTHING_MOVES
    try:
        parts = [_Projection(reception, arrivals) for reception in receptions]
    except NotComputable as refusal:
        return Correction({}, NOT_MEASURED.get(refusal.reason, NOT_MEASURED["delais_non_mesurables"]))
    estimates = {m: _sum(parts, m) for m in moving if all(m in part.rows for part in parts)}
    shares = parts[0].shares if len(parts) == 1 else ()
    return Correction(estimates, None, min(len(part.rows) for part in parts), shares)


class _Projection:
    """The triangle of one source, projected.

    Raises:
        NotComputable: too few months were told again, or too few facts.
    """

    def __init__(self, reception: Reception, arrivals: Sequence[ArrivalCount]) -> None:
        ages = sorted((reception.age(month) for month in reception.months), reverse=True)
        delays = min(ages[MINIMUM_MONTHS - 1], LONGEST) if len(ages) >= MINIMUM_MONTHS else 0
        if delays == 0:
            raise NotComputable("delais_non_mesurables")
        own = [a for a in arrivals if a.source == reception.source]
        table = _triangle(reception, own, delays)
        self.found = chain_ladder(table)
        self.rows = {month: row for row, month in enumerate(reception.months)}
        self.known = np.zeros(len(self.rows))
        for arrival in own:
            if arrival.month in self.rows:
                self.known[self.rows[arrival.month]] += arrival.facts
        to_go = np.append(np.cumprod(self.found.factors[::-1])[::-1], 1.0)
        self.shares = tuple(round(float(share), 4) for share in 1 / to_go)


def _triangle(reception: Reception, arrivals: Iterable[ArrivalCount], delays: int) -> NDArray[np.float64]:
    rows = {month: row for row, month in enumerate(reception.months)}
    table = np.zeros((len(rows), delays + 1))
    for arrival in arrivals:
        if arrival.month in rows:
            delay = _rank(arrival.as_of) - reception.first[arrival.month]
            if delay <= delays:
                table[rows[arrival.month], max(delay, 0)] += arrival.facts
    table = np.cumsum(table, axis=1)
    for month, row in rows.items():
        table[row, reception.age(month) + 1 :] = np.nan
    return table


def _sum(parts: Sequence[_Projection], month: date) -> Estimate:
    rows = [(part, part.rows[month]) for part in parts]
    known = sum(float(part.known[row]) for part, row in rows)
    value = max(sum(float(part.found.ultimate[row]) for part, row in rows), known)
    error = float(np.sqrt(sum(float(part.found.error[row]) ** 2 for part, row in rows)))
    low, high = (float(bound[0]) for bound in interval(np.array([value]), np.array([error])))
    return Estimate(
        value=round(value, 1),
        lower=round(max(low, known), 1),
        upper=round(max(high, known), 1),
        share_known=round(known / value, 4) if value else 1.0,
    )


def _whole(coverage: Coverage, month: date) -> bool:
    return coverage.period.covers_month(month) and coverage.is_observed(month)


def _received_on(month: date, own: Sequence[ReceivedPeriod]) -> date | None:
    """The extraction with which the complete imports told so far hold the whole month."""
    end = next_month(month)
    parts: list[Period] = []
    for r in own:
        if r.partial or r.told is None or not r.told.overlaps(Period(month, end)):
            continue
        parts.append(r.told)
        reached = month
        for part in sorted(parts):
            if part.start <= reached:
                reached = max(reached, part.end)
        if reached >= end:
            return r.as_of
    return None


def _last_closed(own: Sequence[ReceivedPeriod]) -> int:
    """The last calendar month whose extractions are all here: that of the last one, unless more may come.

    A source that extracts more than once a month has not told all that this month will bring.
    """
    days = sorted({r.as_of for r in own})
    if not days:
        return 0
    last = _rank(days[-1])
    often = Counter(_rank(day) for day in days)
    several = sum(number > 1 for number in often.values()) > len(often) / 2
    return last - 1 if several else last


def _rank(day: date) -> int:
    return 12 * day.year + day.month - 1
