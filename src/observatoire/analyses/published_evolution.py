"""Evolution outside the grant: years of the last edition, computed from what it releases alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from observatoire.analyses.change_rows import WHOLE, ChangeRow, Node, Pair, rows
from observatoire.analyses.comparable import Comparison, Reference, references_of
from observatoire.analyses.coverage import Coverage
from observatoire.analyses.editions import (
    PublishedGroup,
    PublishedSummary,
    PublishedYear,
    check_grid,
    read_years,
)
from observatoire.analyses.question import Asking
from observatoire.disclosure.released import Count, Released, ValueState
from observatoire.domain.period import Period
from observatoire.domain.series_break import SeriesBreak
from observatoire.errors import OutsideDiffusion
from observatoire.statistics.dispersion import Dispersion, yearly_dispersion
from observatoire.statistics.not_computable import NotComputable
from observatoire.store import breaks as break_store
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection, Database

PAST_YEARS = 5
Breaks = Mapping[str, list[SeriesBreak]]


@dataclass(frozen=True, slots=True)
class PublishedChanges:
    """One additivity group: the whole, and one row per domain or family where asked."""

    group: str
    whole: ChangeRow
    lines: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class PublishedEvolution:
    """The answer of ``evolution`` outside the grant; ``summary`` holds the years that it compares."""

    comparison: Comparison
    groups: tuple[PublishedChanges, ...]
    summary: PublishedSummary


def breaks_by_group(connection: Connection) -> Breaks:
    """The declared breaks of the sources of each additivity group."""
    groups: dict[str, list[str]] = {}
    for source in source_store.every(connection):
        groups.setdefault(source.group, []).append(source.code)
    return {name: break_store.of_sources(connection, codes) for name, codes in groups.items()}


def read_evolution(
    database: Database, asking: Asking, reference: Reference, by: str | None, breaks: Breaks
) -> Released[PublishedEvolution]:
    """Answer ``evolution`` from the last edition.

    The roughness of the place comes from its released years too: a figure made of released figures tells
    nothing that they do not.

    Raises:
        OutsideDiffusion: not one calendar year of the grid, or nothing is published yet.
    """
    years = check_grid(asking)
    if len(years) != 1:
        raise OutsideDiffusion("Une évolution diffusée porte sur une seule année civile.")
    if len(asking.question.categories) > 1:
        raise OutsideDiffusion("Une évolution diffusée porte sur une seule catégorie à la fois.")
    first = years[0] - max(PAST_YEARS, len(reference.years))
    released = read_years(database, asking, range(first, years[0] + 1), "evolution")
    return released.transform(lambda summary: _evolution(summary, reference, by, breaks))


def _evolution(
    summary: PublishedSummary, reference: Reference, by: str | None, breaks: Breaks
) -> PublishedEvolution:
    period = summary.question.period
    months = tuple(period.months())
    references = references_of(period, reference)
    comparison = Comparison(period, references, months, {}, Coverage(period, (), ()))
    compared = {period.start.year, *(earlier.start.year for earlier in references)}
    groups = tuple(
        _changes(group, comparison, by, summary.question.categories, breaks.get(group.group, []))
        for group in summary.groups
        if any(year.year == period.start.year for year in group.years)
    )
    shown = tuple(
        replace(group, years=tuple(year for year in group.years if year.year in compared))
        for group in summary.groups
    )
    return PublishedEvolution(comparison, groups, replace(summary, groups=shown))


def _changes(
    group: PublishedGroup,
    comparison: Comparison,
    by: str | None,
    asked: tuple[str, ...],
    breaks: list[SeriesBreak],
) -> PublishedChanges:
    years = {year.year: year for year in group.years}
    nodes = {
        code: Node(code, label, level) for year in group.years for code, label, level, _ in year.categories
    }
    (whole,) = rows([_pair(nodes[asked[0]] if asked else WHOLE, years, comparison, breaks)], comparison)
    chosen = [node for _, node in sorted(nodes.items()) if node.level == by]
    pairs = [_pair(node, years, comparison, breaks) for node in chosen]
    seen = [p for p in pairs if {p.facts.state, p.reference_facts.state} != {ValueState.ZERO}]
    return PublishedChanges(group.group, whole, rows(seen, comparison))


def _pair(
    node: Node, years: Mapping[int, PublishedYear], comparison: Comparison, breaks: list[SeriesBreak]
) -> Pair:
    now = years[comparison.period.start.year]
    before = [years.get(earlier.start.year) for earlier in comparison.references]
    known = [year for year in before if year is not None]
    counts = [_count(year, node) for year in known]
    refusal = _refusal(now, before, [_count(now, node), *counts], breaks)
    total = _sum(counts) if len(known) == len(before) else Count.absent()
    dispersion = _dispersion(node, years, now, breaks)
    if dispersion is None:
        refusal = refusal or "passe_non_diffuse"
    return Pair(node, _count(now, node), total, dispersion, refusal)


def _calendar(year: PublishedYear) -> Period:
    return Period(date(year.year, 1, 1), date(year.year + 1, 1, 1))


def _count(year: PublishedYear, node: Node) -> Count:
    if node.code is None:
        return year.total
    return next((count for code, _, _, count in year.categories if code == node.code), Count.absent())


def _sum(counts: list[Count]) -> Count:
    """A sum hides with any of its parts: otherwise the part could be found by subtraction."""
    if any(count.state is ValueState.SECRET for count in counts):
        return Count.secret()
    values = [count.value for count in counts if count.value is not None]
    return Count.exact(sum(values)) if len(values) == len(counts) else Count.absent()


def _refusal(
    now: PublishedYear, before: list[PublishedYear | None], counts: list[Count], breaks: list[SeriesBreak]
) -> str | None:
    known = [year for year in before if year is not None]
    if len(known) < len(before):
        return "annee_non_diffusee"
    if any(count.state is ValueState.SECRET for count in counts):
        return "secret"
    if any(year.coverage.months < 12 for year in (now, *known)):
        return "annee_incomplete"
    if any(year.coverage.covered_communes != now.coverage.covered_communes for year in known):
        return "couverture_differente"
    if any(year.taxonomy != now.taxonomy for year in known):
        return "rupture"  # a code may not mean the same before and after
    whole = Period(_calendar(known[-1]).start, _calendar(now).end)
    return "rupture" if any(found.cuts(whole) for found in breaks) else None


def _dispersion(
    node: Node, years: Mapping[int, PublishedYear], now: PublishedYear, breaks: list[SeriesBreak]
) -> Dispersion | None:
    """Roughness of the released years before, wholly received, as widely covered, and after any break."""
    past = [
        (count.value, _calendar(year).days)
        for year in years.values()
        if year.year < now.year
        and (count := _count(year, node)).value is not None
        and year.coverage.months == 12
        and year.taxonomy == now.taxonomy
        and year.coverage.covered_communes == now.coverage.covered_communes
        and not any(found.cuts(Period(_calendar(year).start, _calendar(now).start)) for found in breaks)
    ]
    try:
        return yearly_dispersion(np.array([facts for facts, _ in past]), np.array([days for _, days in past]))
    except NotComputable:
        return None
