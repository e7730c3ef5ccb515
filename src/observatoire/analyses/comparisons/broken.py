"""What is not counted alike on both sides: a break on one of them, other kinds of sources."""

from collections.abc import Iterable, Mapping
from datetime import date

from observatoire.analyses.coverage import Coverage
from observatoire.domain.period import Period
from observatoire.domain.series_break import SeriesBreak

OTHER_KINDS = "les communes n'y sont pas toutes couvertes par les mêmes types de sources"
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


def one_sided(gone_through: frozenset[Breaks]) -> str | None:
    """Why places do not compare, where their communes did not all go through the same breaks."""
    if len(gone_through) <= 1:
        return None
    shared = frozenset[tuple[date, str]].intersection(*gone_through)
    day, source = min(frozenset[tuple[date, str]]().union(*gone_through) - shared)
    return f"rupture de série de « {source} » le {day:%d/%m/%Y}, que toutes les communes comparées n'ont pas"
