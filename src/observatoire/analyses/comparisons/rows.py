"""From counts by commune to rows: the rate of each place on its own residents, with its exact interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from observatoire.analyses.comparisons.model import (
    ComparedPlace,
    ComparisonRow,
    FunnelLimits,
    OfficialFigure,
    PlaceRole,
    RateBase,
    Spread,
)
from observatoire.analyses.comparisons.words import SECRET, Span, missing_base, sentence
from observatoire.disclosure.released import Count, ValueState
from observatoire.statistics.empirical_bayes import smoothed_rates
from observatoire.statistics.funnel import dispersion, limits, positions
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.poisson_rates import poisson_rates
from observatoire.store.reference.populations import DenominatorKind

PER = 1000.0
ABSENT = "non calculable : un compte manque"


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a row says but for its facts. ``counted``: communes that they are counted in."""

    place: ComparedPlace
    counted: frozenset[str]
    population_share: float | None
    not_comparable: str | None
    population: RateBase | None
    base: RateBase | None
    caution: str | None = None
    official: tuple[OfficialFigure, ...] = ()


def from_communes(counts: Mapping[str, int], prepared: Prepared) -> Count:
    """Facts of a place: the sum over its covered communes; every month counted was received, so 0 is zero."""
    if prepared.not_comparable is not None:
        return Count.absent()
    return Count.exact(sum(counts.get(commune, 0) for commune in prepared.counted))


def rows_of(
    prepared: Sequence[Prepared], facts: Sequence[Count], kind: DenominatorKind, year: int
) -> list[ComparisonRow]:
    """Rows with their rates, without a sentence yet."""
    plain = [
        _row(one, count, _why_not(one, count, kind, year)) for one, count in zip(prepared, facts, strict=True)
    ]
    told = [i for i, row in enumerate(plain) if row.not_comparable is None and row.reason is None]
    values = [plain[i].facts.value or 0 for i in told]
    found = poisson_rates(values, [base.value for i in told if (base := plain[i].base)], PER)
    for rank, i in enumerate(told):
        plain[i] = replace(
            plain[i],
            rate_per_thousand=float(found.rate[rank]),
            rate_low=float(found.low[rank]),
            rate_high=float(found.high[rank]),
        )
    return plain


def _why_not(one: Prepared, count: Count, kind: DenominatorKind, year: int) -> str | None:
    if one.not_comparable is not None:
        return None
    if count.state is ValueState.SECRET:
        return SECRET
    if count.value is None:
        return ABSENT
    return missing_base(kind, year) if one.base is None else None


def _row(one: Prepared, count: Count, reason: str | None) -> ComparisonRow:
    told = one.not_comparable is None
    return ComparisonRow(
        place=one.place,
        covered_communes=len(one.counted),
        population_share=one.population_share,
        not_comparable=one.not_comparable,
        facts=count,
        population=one.population if told else None,
        base=one.base if told else None,
        reason=reason,
        caution=one.caution,
        official=one.official,
    )


def read_together(rows: Sequence[ComparisonRow]) -> tuple[list[ComparisonRow], Spread | None]:
    """The communes of the territory beside their common rate: smoothed rate, limits, position; never a rank.

    Nothing is computed under three communes whose rate is told, or without a fact.
    """
    together = list(rows)
    told = [
        i
        for i, row in enumerate(rows)
        if row.place.role is PlaceRole.COMMUNE and row.rate_per_thousand is not None
    ]
    facts = np.array([rows[i].facts.value or 0 for i in told], np.float64)
    exposed = np.array([base.value for i in told if (base := rows[i].base)], np.float64)
    try:
        smooth = smoothed_rates(facts, exposed)
    except NotComputable:
        return together, None
    expected = smooth.mean * exposed
    phi = dispersion(facts, expected)
    bounds = limits(expected, phi)
    where = positions(facts, bounds)
    for rank, i in enumerate(told):
        together[i] = replace(
            rows[i],
            smoothed_rate=float(smooth.rates[rank]) * PER,
            expected=float(expected[rank]),
            limits=FunnelLimits(
                float(bounds.low_95[rank]),
                float(bounds.high_95[rank]),
                float(bounds.low_998[rank]),
                float(bounds.high_998[rank]),
            ),
            position=where[rank],
        )
    return together, Spread(len(told), smooth.mean * PER, phi, smooth.variance)


def with_sentences(rows: Sequence[ComparisonRow], span: Span) -> tuple[ComparisonRow, ...]:
    """The same, each with the sentence that tells it."""
    return tuple(replace(row, sentence=sentence(row, span)) for row in rows)
