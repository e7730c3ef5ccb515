"""A break on one side only: what is counted before it and after it is not the same thing."""

from collections.abc import Iterable, Mapping
from datetime import date

from observatoire.analyses.coverage import Coverage
from observatoire.domain.period import Period
from observatoire.domain.series_break import SeriesBreak

Breaks = frozenset[tuple[date, str]]
"""(day, source) of the breaks that cut a period in one commune."""


def breaks_of(coverage: Coverage) -> frozenset[Breaks]:
    """The different sets of breaks that the covered communes went through in the period."""
    told = ((own.communes, own.breaks) for own in coverage.sources)
    return frozenset(by_commune(told, coverage.period).values())


def by_commune(
    told: Iterable[tuple[Iterable[str], Iterable[SeriesBreak]]], period: Period
) -> Mapping[str, Breaks]:
    """The breaks of each commune, from the communes and the breaks of each source."""
    found: dict[str, set[tuple[date, str]]] = {}
    for communes, breaks in told:
        cutting = {(one.day, one.source) for one in breaks if one.cuts(period)}
        for commune in communes:
            found.setdefault(commune, set()).update(cutting)
    return {commune: frozenset(cutting) for commune, cutting in found.items()}


def one_sided(own: frozenset[Breaks], other: frozenset[Breaks]) -> str | None:
    """Why two places do not compare, where every commune of both did not go through the same breaks."""
    both = own | other
    if len(both) <= 1:
        return None
    shared = frozenset[tuple[date, str]].intersection(*both)
    day, source = min(frozenset[tuple[date, str]]().union(*both) - shared)
    return f"rupture de série de « {source} » le {day:%d/%m/%Y}, que toutes les communes comparées n'ont pas"
