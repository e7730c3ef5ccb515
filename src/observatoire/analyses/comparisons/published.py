"""Comparisons outside the grant: one calendar year of the last edition, from what it releases alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from observatoire.analyses.comparisons import beside, places
from observatoire.analyses.comparisons.broken import OTHER_KINDS, Breaks, by_commune, one_sided
from observatoire.analyses.comparisons.ground import (
    Judged,
    dressed,
    mixed_burglaries,
    peers_of,
)
from observatoire.analyses.comparisons.model import (
    ComparedPlace,
    ComparisonQuestion,
    ComparisonRow,
    PeerGroup,
    PlaceRole,
    Spread,
)
from observatoire.analyses.comparisons.proving import funnel, method
from observatoire.analyses.comparisons.rows import Prepared, read_together, rows_of, with_sentences
from observatoire.analyses.comparisons.same_definition import little
from observatoire.analyses.comparisons.words import Span
from observatoire.analyses.editions import TOTAL, PublishedSummary, PublishedYear, check_grid, read_years
from observatoire.analyses.published_zeros import Telling
from observatoire.analyses.question import Asking
from observatoire.disclosure.policy import YEARS_OF_ZERO, edition_audience
from observatoire.disclosure.released import Count, Released
from observatoire.domain.period import Period
from observatoire.domain.source import SourceKind
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import OutsideDiffusion
from observatoire.store import breaks as break_store
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection, Database
from observatoire.store.published import editions
from observatoire.store.published.editions import PublishedCell, PublishedCoverage
from observatoire.store.reference import communes as commune_store
from observatoire.store.reference.populations import DenominatorKind

Cells = Mapping[tuple[str, TerritoryCode], Count]
Definition = tuple[frozenset[SourceKind], Breaks]
"""What a commune's figure counts: kinds of the sources that cover it, breaks that it went through."""
UNKNOWN: Definition = (frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class PublishedRows:
    """One additivity group: it is never added to another; ``months``: received of the year."""

    group: str
    months: int
    rows: tuple[ComparisonRow, ...]
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class PublishedComparison:
    """The answer of ``comparaisons`` outside the grant; ``summary``: the year, as released."""

    summary: PublishedSummary
    kind: DenominatorKind
    groups: tuple[PublishedRows, ...]
    peers: PeerGroup | None
    notes: tuple[str, ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the proof says of the method."""
        span = span_of(self.summary)
        rows = [row for group in self.groups for row in group.rows]
        return method(self.kind.value, span, rows, None).parameters | {
            "mois": {g.group: g.months for g in self.groups},
            "entonnoir": {g.group: funnel(g.spread) for g in self.groups},
        }


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of a group but for their facts; ``complete``: whether its year was wholly received."""

    rows: tuple[Prepared, ...]
    complete: bool
    denominator_year: int


def read(database: Database, asking: Asking, asked: ComparisonQuestion) -> Released[PublishedComparison]:
    """Answer ``comparaisons`` from the last edition.

    Raises:
        OutsideDiffusion: not one calendar year of the grid, or nothing is published yet.
    """
    years = check_grid(asking)
    if len(years) != 1:
        raise OutsideDiffusion("Une comparaison diffusée porte sur une seule année civile.")
    if len(asking.question.categories) > 1:
        raise OutsideDiffusion("Une comparaison diffusée porte sur une seule catégorie à la fois.")
    places.check(asking, asked)
    released = read_years(database, asking, years, "comparaisons")
    summary = released.value
    with database.diffusing() as connection:
        audience = edition_audience(asking.caller, asking.audience)
        held = editions.covered_communes(connection, summary.edition.number, audience, years[0])
    with database.reading() as connection:
        plan = _plan(connection, asking, asked, summary, held)
    found = _cells(database, asking, summary, plan.places, years[0])
    return released.transform(lambda told: _comparison(told, plan, found.value))


@dataclass(frozen=True, slots=True)
class _Plan:
    places: tuple[ComparedPlace, ...]
    groups: Mapping[str, _Group]
    kind: DenominatorKind
    peers: PeerGroup | None
    notes: tuple[str, ...]


def _plan(
    connection: Connection,
    asking: Asking,
    asked: ComparisonQuestion,
    summary: PublishedSummary,
    held: Mapping[str, frozenset[str]],
) -> _Plan:
    table = commune_store.load(connection)
    peers = peers_of(connection, asking, asked, table)
    references, notes = places.references(connection, asking, table, asked.companions)
    every = (
        places.asked_place(asking),
        *references,
        *places.communes_of(asking, asked.companions),
        *places.peers_of(connection, peers),
    )
    official, told = beside.figures(connection, asking, every)
    groups, kind = {}, DenominatorKind.POPULATION
    for group in summary.groups:
        definitions = _definitions(connection, group.group, asking.question.period)
        judged = _judged(every, held.get(group.group, frozenset()), definitions)
        rows, kind, year = dressed(connection, asking, table, judged, official)
        groups[group.group] = _Group(rows, group.years[0].coverage.months == 12, year)
    return _Plan(every, groups, kind, peers, (*notes, *mixed_burglaries(asking), *told))


def _definitions(connection: Connection, group: str, period: Period) -> Mapping[str, Definition]:
    """What the sources of a group count in each commune, by their contracts and their declared breaks."""
    sources = [source for source in source_store.every(connection) if source.group == group]
    covered = {s.code: [c.code for c in source_store.communes_of(connection, s)] for s in sources}
    declared = break_store.of_sources(connection, list(covered))
    told = ((covered[code], [b for b in declared if b.source == code]) for code in covered)
    breaks = by_commune(told, period)
    kinds: dict[str, set[SourceKind]] = {}
    for source in sources:
        for commune in covered[source.code]:
            kinds.setdefault(commune, set()).add(source.kind)
    return {commune: (frozenset(kinds[commune]), breaks[commune]) for commune in kinds}


def _judged(
    every: Sequence[ComparedPlace], held: frozenset[str], definitions: Mapping[str, Definition]
) -> list[Judged]:
    """Which places compare in an edition, where every row of a group rests on the same months."""
    found: list[Judged] = []
    counted: frozenset[str] = frozenset()
    own = held & {c.code for c in every[0].communes}
    for place in every:
        communes = held & {commune.code for commune in place.communes}
        share = _share(place, communes)
        why = None
        if place.role is not PlaceRole.ASKED:
            why = _refusal(place, communes, share, counted)
            why = why or _other_definition([definitions.get(c, UNKNOWN) for c in own | communes])
        if why is None and place.role in (PlaceRole.ASKED, PlaceRole.REFERENCE):
            counted = communes
        found.append(Judged(place, communes, share, why))
    return found


def _other_definition(found: Iterable[Definition]) -> str | None:
    told = list(found)
    if len({kinds for kinds, _ in told}) > 1:
        return OTHER_KINDS
    return one_sided(frozenset(breaks for _, breaks in told))


def _share(place: ComparedPlace, communes: frozenset[str]) -> float | None:
    whole = sum(commune.population or 0 for commune in place.communes)
    return sum(c.population or 0 for c in place.communes if c.code in communes) / whole if whole else None


def _refusal(
    place: ComparedPlace, communes: frozenset[str], share: float | None, counted: frozenset[str]
) -> str | None:
    if not communes:
        return "l'édition n'y couvre aucune commune"
    if place.role is PlaceRole.REFERENCE and communes <= counted:
        return "l'édition n'y couvre aucune autre commune que celles déjà comptées au-dessus"
    return little(len(communes), len(place.communes), share)


def _cells(
    database: Database, asking: Asking, summary: PublishedSummary, every: Iterable[ComparedPlace], year: int
) -> Released[Cells]:
    """What is told of the category asked for, by group and place."""
    category = asking.question.categories[0] if asking.question.categories else TOTAL
    audience = edition_audience(asking.caller, asking.audience)
    by_level: dict[TerritoryLevel, list[str]] = {}
    for place in every:
        by_level.setdefault(place.code.level, []).append(place.code.code)
    # The zero of a small commune waits for years of zero: they are read too.
    years = range(year - YEARS_OF_ZERO + 1, year + 1)
    with database.diffusing() as connection:
        read = [
            editions.read_several(connection, summary.edition, audience, level, codes, years)
            for level, codes in by_level.items()
        ]
    cells: dict[tuple[str, TerritoryCode], Count] = {}
    for level, part in zip(by_level, read, strict=True):
        for code in by_level[level]:
            counts = [cell for cell in part.value[0] if cell.code == code]
            coverage = [row for row in part.value[1] if row.code == code]
            cells |= _told(TerritoryCode(level, code), counts, coverage, category, year)
    return read[0].transform(lambda _: cells)


def _told(
    place: TerritoryCode,
    counts: list[PublishedCell],
    coverage: list[PublishedCoverage],
    category: str,
    year: int,
) -> dict[tuple[str, TerritoryCode], Count]:
    """What each group tells of a place and category."""
    telling = Telling(counts, coverage)
    return {(row.group, place): telling.value(row, category) for row in coverage if row.year == year}


def _comparison(summary: PublishedSummary, plan: _Plan, cells: Cells) -> PublishedComparison:
    groups = tuple(
        _rows(summary, group.group, group.years[0], plan, cells)
        for group in summary.groups
        if group.group in plan.groups
    )
    return PublishedComparison(summary, plan.kind, groups, plan.peers, plan.notes)


def _rows(
    summary: PublishedSummary, name: str, year: PublishedYear, plan: _Plan, cells: Cells
) -> PublishedRows:
    group = plan.groups[name]
    asked = summary.question.categories
    told = not asked or any(code == asked[0] for code, *_ in year.categories)
    facts = [
        cells.get((name, row.place.code), Count.absent())
        if told and row.not_comparable is None
        else Count.absent()
        for row in group.rows
    ]
    rows = rows_of(group.rows, facts, plan.kind, group.denominator_year)
    if not group.complete:
        rows = [_incomplete(row, year.coverage.months) for row in rows]
    together, spread = read_together(rows)
    return PublishedRows(name, year.coverage.months, with_sentences(together, span_of(summary)), spread)


def _incomplete(row: ComparisonRow, months: int) -> ComparisonRow:
    if row.not_comparable is not None:
        return row
    reason = row.reason or f"non calculable : {months} mois reçus sur 12, le compte est partiel"
    return replace(row, rate_per_thousand=None, rate_low=None, rate_high=None, reason=reason)


def span_of(summary: PublishedSummary) -> Span:
    """The whole year of a published comparison."""
    period = summary.question.period
    return Span(period, tuple(date(period.start.year, month, 1) for month in range(1, 13)))
