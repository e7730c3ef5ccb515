"""Publish an edition: what was told is repeated to the bit, the rest is computed, protected and audited."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from observatoire.analyses import edition_maps
from observatoire.analyses.edition_origin import digest_of
from observatoire.analyses.edition_plans import FIRST_YEAR, Plan, by_group, coverage_rows, plans
from observatoire.analyses.edition_tables import Grid, Shown, protected, told_before
from observatoire.analyses.errors import RevisionRefused
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import RULES, THRESHOLD, Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.errors import NotComputableResult
from observatoire.store import sources as source_store
from observatoire.store.confidential import cells as cell_store
from observatoire.store.confidential import counts, edition_counts
from observatoire.store.confidential.cells import CellRow
from observatoire.store.confidential.counts import CubeRow
from observatoire.store.confidential.edition_counts import Leaf
from observatoire.store.engine import Connection, Database
from observatoire.store.published import cells as published_cells
from observatoire.store.published import editions
from observatoire.store.published.cells import MapCell
from observatoire.store.published.editions import EditionRecord, PublishedCell, SettledYear
from observatoire.store.reference import categories as category_store
from observatoire.store.reference import gazetteer

Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Work:
    """All that the years of one edition share."""

    connection: Connection
    number: int
    before: EditionRecord | None
    settled: Mapping[tuple[str, int], SettledYear]
    grid: Grid
    cube: Confidential[list[CubeRow]]
    cells: Confidential[list[CellRow]]
    revised: frozenset[int]


def publish(
    database: Database,
    caller: Caller,
    journal: Journal,
    progress: Progress = lambda _: None,
    today: date | None = None,
    revised: Collection[int] = (),
) -> EditionRecord:
    """Publish an edition of every whole calendar year that is over.

    A year that the edition in force tells is repeated to the bit: between two editions nothing can be
    subtracted. It is told again in two cases only, and then protected together with every table of it that
    was ever read: its missing months have come, or it is among ``revised``.

    Raises:
        NotComputableResult: no source has a whole year to publish.
        EditionRefused, RevisionRefused: nothing is published then.
    """
    day = today or datetime.now(UTC).date()
    with database.publishing() as connection:
        editions.lock(connection)
        found = _plans(connection, day)
        work = _opened(connection, caller, found, day, frozenset(revised))
        fates = Counter[str]()
        for plan in found:
            progress(f"{plan.group} {plan.year} : protection et audit")
            fates[_tell(work, plan)] += 1
        editions.note(connection, work.number, dict(fates))
        question = f"edition {work.number}"
        journal(Passage(caller.name, caller.role or "", "publication", question, Audience.PUBLIC))
        record = editions.latest(connection)
        assert record is not None
        return record


def _plans(connection: Connection, day: date) -> list[Plan]:
    groups = by_group(source_store.every(connection))
    found = [plan for name, sources in groups.items() for plan in plans(connection, name, sources, day)]
    if not found:
        raise NotComputableResult(
            "aucune source dont la charte est signée et dont le contrat permet la diffusion n'a encore "
            "une année civile entière à publier."
        )
    return found


def _opened(
    connection: Connection, caller: Caller, found: list[Plan], day: date, revised: frozenset[int]
) -> _Work:
    geography = gazetteer.load(connection, None)
    version = category_store.current_version(connection)
    before = editions.latest(connection)
    first = max(FIRST_YEAR, min(plan.year for plan in found))
    digest = digest_of(
        connection,
        caller,
        by_group(source_store.every(connection)),
        found,
        category_store.every(connection),
        geography,
        {"revisees": sorted(revised)},
    )
    number = editions.add(
        connection,
        geography.vintage,
        version,
        digest,
        _audit_terms(len(found)),
        before.number if before else None,
    )
    return _Work(
        connection,
        number,
        before,
        editions.settled_years(connection, before.number) if before else {},
        Grid.of(geography.parents, category_store.every(connection, version)),
        counts.cube(connection, version, first, day.year, day),
        cell_store.cube(connection, version, first, day.year, day),
        revised,
    )


def _audit_terms(tables: int) -> dict[str, object]:
    return {
        "critere": f"programme linéaire : largeur ≥ {THRESHOLD} pour chaque valeur et chaque écart "
        f"de 1 à {THRESHOLD - 1}, toutes éditions ensemble",
        "tables": tables,
        "regles": {rule.name: str(rule.source) for rule in RULES},
    }


def _tell(work: _Work, plan: Plan) -> str:
    """Write one year; its fate: reprise, nouvelle, revisee or ecartee."""
    if _told_elsewhere(work, plan):
        return "ecartee"
    settled = work.settled.get((plan.group, plan.year))
    asked = plan.year in work.revised
    completed = settled is not None and settled.months < 12 == plan.months
    if (settled is None or asked or completed) and _tell_anew(work, plan, forced=asked):
        return "nouvelle" if settled is None else "revisee"
    if settled is None or work.before is None:
        return "ecartee"
    before = work.before.number
    editions.repeat(work.connection, before, work.number, plan.group, plan.year, plan.audiences)
    return "reprise"


def _told_elsewhere(work: _Work, plan: Plan) -> bool:
    """Whether facts of this year were told in another group: one group minus the other is a third table."""
    told = edition_counts.groups_of_sources(work.connection, plan.sources, plan.year)
    return bool(told - {plan.group})


def _tell_anew(work: _Work, plan: Plan, *, forced: bool) -> bool:
    """Compute the year; where it can't be told beside what was told, give up, or refuse if ``forced``."""
    leaves = _leaves(work.cube, plan)
    tellings = editions.tellings(work.connection, plan.group, plan.year)
    try:
        released = _protected(work, plan, leaves, tellings)
    except RevisionRefused:
        if forced:
            raise
        return False
    for part in released:
        editions.write_cells(work.connection, work.number, part)
    rows = coverage_rows(work.connection, plan, work.grid.parents, work.number)
    editions.write_coverage(work.connection, work.number, rows)
    edition_counts.keep(work.connection, work.number, plan.group, plan.year, leaves)
    edition_counts.keep_sources(work.connection, work.number, plan.group, plan.year, plan.sources)
    if not tellings and plan.months == 12:
        _draw(work, plan, released[0].value)
    return True


def _leaves(cube: Confidential[list[CubeRow]], plan: Plan) -> Confidential[Mapping[Leaf, int]]:
    covered = {commune.code for commune in plan.communes}

    def own(rows: list[CubeRow]) -> Mapping[Leaf, int]:
        leaves = Counter[Leaf]()
        for row in rows:
            if row.group == plan.group and row.year == plan.year and row.commune in covered:
                leaves[row.commune, row.family] += row.facts
        return leaves

    return cube.map(own)


def _protected(
    work: _Work, plan: Plan, leaves: Confidential[Mapping[Leaf, int]], tellings: list[int]
) -> list[Released[list[PublishedCell]]]:
    shown: dict[int, Shown] = {
        number: editions.told(work.connection, number, plan.group, plan.year) for number in tellings
    }
    kept = edition_counts.of_year(work.connection, plan.group, plan.year)

    def protect(now: Mapping[Leaf, int], then: Mapping[int, Mapping[Leaf, int]]) -> list[PublishedCell]:
        told = [
            told_before(plan.year, work.grid, then.get(number, {}), seen) for number, seen in shown.items()
        ]
        return protected(plan, work.grid.totals(now), work.grid, told)

    both = leaves.combine(kept, lambda now, then: (now, then))
    return gate.publish(both, lambda pair: protect(*pair), plan.audiences)


def _draw(work: _Work, plan: Plan, cells: list[PublishedCell]) -> None:
    """The map of a year that is told for the first time."""
    places = edition_maps.places_of(work.connection, plan, cells)

    def drawn(rows: list[CellRow]) -> list[MapCell]:
        return edition_maps.draw(plan, places, rows)

    if places.totals and plan.mapped:
        for part in gate.publish(work.cells, drawn, plan.audiences):
            published_cells.write(work.connection, work.number, part)
