"""Editions: compute, protect, audit, publish; then answer everyone outside the grant from the last one."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.edition_origin import Plan, digest_of
from observatoire.analyses.question import Asking, Question
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import PUBLISHED_LEVELS, THRESHOLD, Audience, Caller, outside_audience
from observatoire.disclosure.released import Count, Released
from observatoire.disclosure.suppression import cube_table, protect
from observatoire.domain.incident import TO_BE_CLASSED, Category
from observatoire.domain.period import Period
from observatoire.domain.source import Source, Visibility
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.errors import NotComputableResult, OutsideDiffusion
from observatoire.store import sources as source_store
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import CubeRow
from observatoire.store.engine import Connection, Database
from observatoire.store.published import editions
from observatoire.store.published.editions import EditionRecord, PublishedCell, PublishedCoverage
from observatoire.store.reference import categories as category_store
from observatoire.store.reference import gazetteer, territories
from observatoire.store.reference.gazetteer import Parents
from observatoire.store.reference.territories import CommuneRecord

TOTAL = "*"
AUDIENCES_OF = {
    Visibility.INTERNE: (),
    Visibility.PARTENAIRES: (Audience.PARTENAIRES,),
    Visibility.PUBLIC: (Audience.PARTENAIRES, Audience.PUBLIC),
}
Node = tuple[str, str]
Cell = tuple[Node, str]


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """One additivity group and year of a territory, as released.

    ``unclassed``: share of the domain « non classé », from the two released counts; None if either is hidden.
    """

    year: int
    total: Count
    unclassed: float | None
    categories: tuple[tuple[str, str, str, Count], ...]
    coverage: PublishedCoverage


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """One additivity group: its years are never added up."""

    group: str
    years: tuple[PublishedYear, ...]


@dataclass(frozen=True, slots=True)
class PublishedSummary:
    """The answer of ``synthese`` outside the grant."""

    question: Question
    edition: EditionRecord
    groups: tuple[PublishedGroup, ...]


def publish(
    database: Database,
    caller: Caller,
    journal: Journal,
    progress: Callable[[str], None] = lambda _: None,
    today: date | None = None,
) -> EditionRecord:
    """Compute, protect, audit and publish an edition of every whole calendar year that is over.

    Raises:
        NotComputableResult: no source has a whole year to publish.
    """
    day = today or datetime.now(UTC).date()
    limit = day.year
    with database.publishing() as connection:
        groups = _groups(source_store.every(connection))
        taxonomy = category_store.every(connection)
        geography = gazetteer.load(connection, None)
        first = min((s.covered_since.year for sources in groups.values() for s in sources), default=limit)
        version = category_store.current_version(connection)
        cube = counts.cube(connection, version, max(first, 1990), limit, day)
        plans = [plan for name, sources in groups.items() for plan in _plans(connection, name, sources, day)]
        if not plans:
            raise NotComputableResult(
                "aucune source dont la charte est signée et dont le contrat permet la diffusion n'a encore "
                "une année civile entière à publier."
            )
        digest = digest_of(connection, caller, groups, plans, taxonomy, geography)
        audit = {
            "critere": "programme linéaire : largeur ≥ 5 pour chaque valeur de 1 à 4",
            "tables": len(plans),
        }
        number = editions.add(connection, geography.vintage, version, digest, audit)
        for plan in plans:
            progress(f"{plan.group} {plan.year} : protection et audit")
            _publish_year(connection, number, plan, cube, taxonomy, geography.parents)
        journal(Passage(caller.name, caller.role or "", "publication", f"edition {number}", Audience.PUBLIC))
        record = editions.latest(connection)
        assert record is not None
        return record


def _groups(sources: Iterable[Source]) -> dict[str, list[Source]]:
    groups: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        groups[source.group].append(source)
    return groups


def _plans(connection: Connection, name: str, sources: list[Source], today: date) -> list[Plan]:
    """The years that a group covers whole and in which something was received, unless it stays internal.

    A group is as open as the least open of its sources; without a signed charter a source is internal.
    """
    audiences = tuple(
        audience
        for audience in (Audience.PARTENAIRES, Audience.PUBLIC)
        if all(audience in AUDIENCES_OF[source.shown_to(today)] for source in sources)
    )
    if not audiences:
        return []
    communes = {c.code: c for s in sources for c in source_store.communes_of(connection, s)}
    begun = max(source.covered_since for source in sources)
    first = begun.year if begun <= date(begun.year, 1, 1) else begun.year + 1
    plans = []
    for year in range(max(first, 1990), today.year):
        period = Period(date(year, 1, 1), date(year + 1, 1, 1))
        coverage: Coverage = coverage_of(connection, sources, tuple(communes.values()), period, today)
        if any(coverage.is_begun(month) for month in period.months()):
            # A month whose figures still move is no whole month: nothing is told zero from it.
            months = sum(coverage.is_settled(month) for month in period.months())
            fictional = any(source.fictional for source in sources)
            held = tuple(communes[code] for code in sorted(coverage.covered))
            plans.append(Plan(name, year, audiences, held, months, fictional))
    return plans


def _publish_year(
    connection: Connection,
    number: int,
    plan: Plan,
    cube: Confidential[list[CubeRow]],
    taxonomy: tuple[Category, ...],
    parents: Mapping[str, Parents],
) -> None:
    covered = {c.code for c in plan.communes}
    rows = cube.map(lambda all_rows: [r for r in all_rows if r.group == plan.group and r.year == plan.year])
    totals = rows.map(lambda own: _totals((r for r in own if r.commune in covered), taxonomy, parents))

    def protected(cells: dict[Cell, int]) -> list[PublishedCell]:
        return _protected(plan, cells, taxonomy, parents)

    released = gate.publish(totals, protected, plan.audiences)
    for part in released:
        editions.write_cells(connection, number, part)
    editions.write_coverage(connection, number, _coverage_rows(connection, plan, parents))


def _nodes(commune: str, parents: Parents) -> list[Node]:
    """The published territories that a commune's facts count in."""
    nodes = [(TerritoryLevel.COMMUNE.value, commune), (NATION.level.value, NATION.code)]
    for level in (TerritoryLevel.EPCI, TerritoryLevel.DEPARTEMENT, TerritoryLevel.REGION):
        code = getattr(parents, level.value)
        if code is not None:
            nodes.append((level.value, code))
    return nodes


def _totals(
    rows: Iterable[CubeRow], taxonomy: tuple[Category, ...], parents: Mapping[str, Parents]
) -> dict[Cell, int]:
    """Facts by territory node and category node (family, domain, total)."""
    domains = {c.family: c.domain for c in taxonomy}
    totals: dict[Cell, int] = defaultdict(int)
    for row in rows:
        for node in _nodes(row.commune, parents[row.commune]):
            for category in (row.family, domains[row.family], TOTAL):
                totals[node, category] += row.facts
    return dict(totals)


def _protected(
    plan: Plan, totals: dict[Cell, int], taxonomy: tuple[Category, ...], parents: Mapping[str, Parents]
) -> list[PublishedCell]:
    """Suppression with its audit: what may be shown is shown exactly, the rest reads « secret »."""
    cells = sorted(totals)
    above = _territory_parents(
        {code for (level, code), _ in cells if level == TerritoryLevel.COMMUNE}, parents
    )
    kinds: dict[Hashable, tuple[Hashable, ...]] = {c.family: (c.domain,) for c in taxonomy}
    kinds |= {c.domain: (TOTAL,) for c in taxonomy}
    hidden = protect(cube_table(cells, [totals[c] for c in cells], above, kinds), THRESHOLD)
    return [
        PublishedCell(
            plan.group,
            plan.year,
            level,
            code,
            category,
            Count.secret() if secret else Count.exact(totals[(level, code), category]),
        )
        for ((level, code), category), secret in zip(cells, hidden.tolist(), strict=True)
    ]


def _territory_parents(
    communes: set[str], parents: Mapping[str, Parents]
) -> dict[Hashable, tuple[Hashable, ...]]:
    above: dict[Hashable, tuple[Hashable, ...]] = {}
    for code in communes:
        own = parents[code]
        links = [("epci", own.epci), ("departement", own.departement)]
        above["commune", code] = tuple(link for link in links if link[1] is not None)
        if own.departement:
            above["departement", own.departement] = (("region", own.region),)
        if own.region:
            above["region", own.region] = ((NATION.level.value, NATION.code),)
    return above


def _coverage_rows(
    connection: Connection, plan: Plan, parents: Mapping[str, Parents]
) -> list[PublishedCoverage]:
    members: dict[Node, list[CommuneRecord]] = defaultdict(list)
    for commune in plan.communes:
        for node in _nodes(commune.code, parents[commune.code]):
            members[node].append(commune)
    sizes = territories.commune_totals(connection)
    rows = []
    for (level, code), communes in sorted(members.items()):
        number, population = (1, communes[0].population) if level == "commune" else sizes[level, code]
        share = sum(c.population or 0 for c in communes) / population if population else None
        rows.append(
            PublishedCoverage(
                plan.group, plan.year, level, code, number, len(communes), share, plan.months, plan.fictional
            )
        )
    return rows


def read_summary(database: Database, asking: Asking) -> Released[PublishedSummary]:
    """Answer ``synthese`` from the last edition.

    Raises:
        OutsideDiffusion: the question is not one of the grid, or nothing is published yet.
    """
    return read_years(database, asking, check_grid(asking), "synthese")


def read_years(
    database: Database, asking: Asking, years: Sequence[int], analysis: str
) -> Released[PublishedSummary]:
    """Some years of the last edition, for a question of the grid.

    Raises:
        OutsideDiffusion: nothing is published yet, or a category that the edition does not have.
    """
    audience = outside_audience(asking.caller)
    territory = asking.question.territory
    with database.diffusing() as connection:
        edition = editions.latest(connection)
        if edition is None:
            raise OutsideDiffusion("Aucune édition n'est encore publiée.")
        taxonomy = category_store.every(connection, edition.taxonomy)
        nodes = _category_nodes(taxonomy, asking.question.categories, edition)
        released = editions.read(connection, edition.number, audience, territory.level, territory.code, years)
    asking.journal(
        Passage(
            asking.caller.name,
            asking.caller.role or "public",
            "lecture",
            f"{analysis} {asking.question.canonical()}",
            audience,
        )
    )
    return released.transform(lambda found: _summary(asking.question, edition, nodes, *found))


def check_grid(asking: Asking) -> tuple[int, ...]:
    """The years of a question of the published grid.

    Raises:
        OutsideDiffusion: the question is not one of it.
    """
    question = asking.question
    years = question.period.whole_years()
    if years is None:
        raise OutsideDiffusion("La période n'est pas faite d'années civiles entières.")
    if question.territory.level not in PUBLISHED_LEVELS:
        raise OutsideDiffusion(f"Le niveau « {question.territory.level} » n'est pas diffusé.")
    if question.sources:
        raise OutsideDiffusion("Le filtre « source » n'est pas diffusé.")
    leaves = {c.code for c in asking.taxonomy}
    if any(code in leaves for code in question.categories):
        raise OutsideDiffusion("Les catégories sont diffusées par domaine ou par famille.")
    return years


def _summary(
    question: Question,
    edition: EditionRecord,
    nodes: list[tuple[str, str, str]],
    cells: list[PublishedCell],
    coverage: list[PublishedCoverage],
) -> PublishedSummary:
    by_cell = {(c.group, c.year, c.category): c.count for c in cells}
    groups: dict[str, list[PublishedYear]] = defaultdict(list)
    for row in sorted(coverage, key=lambda r: (r.group, r.year)):
        otherwise = Count.exact(0) if row.months == 12 else Count.absent()

        def value(category: str, row: PublishedCoverage = row, otherwise: Count = otherwise) -> Count:
            return by_cell.get((row.group, row.year, category), otherwise)

        groups[row.group].append(
            PublishedYear(
                row.year,
                value(TOTAL),
                _share(value(TO_BE_CLASSED[0]), value(TOTAL)),
                tuple((code, label, level, value(code)) for code, label, level in nodes),
                row,
            )
        )
    return PublishedSummary(
        question, edition, tuple(PublishedGroup(name, tuple(years)) for name, years in groups.items())
    )


def _share(part: Count, whole: Count) -> float | None:
    return round(part.value / whole.value, 4) if part.value is not None and whole.value else None


def _category_nodes(
    taxonomy: tuple[Category, ...], asked: tuple[str, ...], edition: EditionRecord
) -> list[tuple[str, str, str]]:
    """(code, label, level) of the domains and families asked for; service activity is never a fact.

    Raises:
        OutsideDiffusion: a code that the edition's own taxonomy does not have.
    """
    wanted = set(asked)
    if unknown := wanted - {node for c in taxonomy for node in (c.domain, c.family)}:
        raise OutsideDiffusion(
            f"L'édition {edition.number} parle la nomenclature {edition.taxonomy}, "
            f"qui ne connaît pas : {', '.join(sorted(unknown))}."
        )
    nodes: dict[str, tuple[str, str, str]] = {}
    for c in taxonomy:
        if c.is_service_activity or (c.sensitivity == 2 and _only_sensitive(taxonomy, c.family)):
            continue
        if not wanted or c.domain in wanted:
            nodes[c.domain] = (c.domain, c.domain_label, "domaine")
        if not wanted or wanted & {c.domain, c.family}:
            nodes[c.family] = (c.family, c.family_label, "famille")
    return [nodes[code] for code in sorted(nodes)]


def _only_sensitive(taxonomy: tuple[Category, ...], family: str) -> bool:
    return all(c.sensitivity == 2 for c in taxonomy if c.family == family)


def listed(database: Database) -> list[EditionRecord]:
    """All editions, latest first."""
    with database.diffusing() as connection:
        return editions.every(connection)
