"""Editions: everyone outside the grant is answered from the last one in force."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from observatoire.analyses.errors import EditionNotInForce
from observatoire.analyses.published_zeros import Telling
from observatoire.analyses.question import Asking, Question
from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import (
    EXCLUDED_SENSITIVITY,
    PUBLISHED_LEVELS,
    YEARS_OF_ZERO,
    Audience,
    Caller,
    edition_audience,
)
from observatoire.disclosure.released import Count, Released
from observatoire.domain.incident import TO_BE_CLASSED, Category
from observatoire.errors import NotFound, OutsideDiffusion
from observatoire.store.engine import Database
from observatoire.store.published import editions
from observatoire.store.published.editions import EditionRecord, PublishedCell, PublishedCoverage
from observatoire.store.reference import categories as category_store

TOTAL = "*"
Node = tuple[str, str, str]
"""(code, label, level) of a category."""


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """One additivity group and year of a territory, as released, in the taxonomy of its settling edition.

    ``unclassed``: share of the domain « non classé », from the two released counts; None if either is hidden.
    """

    year: int
    total: Count
    unclassed: float | None
    categories: tuple[tuple[str, str, str, Count], ...]
    coverage: PublishedCoverage
    taxonomy: int


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


@dataclass(frozen=True, slots=True)
class Terms:
    """In what words an answer is told: the edition in force, the years asked for, and by settling edition the
    version of the taxonomy and its nodes."""

    edition: EditionRecord
    years: tuple[int, ...]
    told_in: Mapping[int, int]
    nodes: Mapping[int, tuple[Node, ...]]


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
    audience = edition_audience(asking.caller, asking.audience)
    territory = asking.question.territory
    earlier = {year - back for year in years for back in range(YEARS_OF_ZERO)}
    with database.diffusing() as connection:
        records = editions.every(connection)
        edition = in_force(records)
        told_in = {record.number: record.taxonomy for record in records}
        leaves = {version: category_store.every(connection, version) for version in set(told_in.values())}
        released = editions.read(
            connection, edition, audience, territory.level, territory.code, sorted(earlier)
        )
    check_categories(leaves.values(), asking.question.categories, edition)
    nodes = {
        number: category_nodes(leaves[version], asking.question.categories)
        for number, version in told_in.items()
    }
    terms = Terms(edition, tuple(years), told_in, nodes)
    asking.journal(
        Passage(
            asking.caller.name,
            asking.caller.role or "public",
            "lecture",
            f"{analysis} {asking.question.canonical()}",
            audience,
        )
    )
    return released.transform(lambda found: _summary(asking.question, terms, *found))


def in_force(records: Sequence[EditionRecord]) -> EditionRecord:
    """The last edition that is not withdrawn.

    Raises:
        OutsideDiffusion: there is none.
    """
    found = next((record for record in records if record.withdrawn_at is None), None)
    if found is None:
        raise OutsideDiffusion("Aucune édition n'est publiée pour l'instant.")
    return found


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
    question: Question, terms: Terms, cells: list[PublishedCell], coverage: list[PublishedCoverage]
) -> PublishedSummary:
    telling = Telling(cells, coverage)
    groups: dict[str, list[PublishedYear]] = defaultdict(list)
    for row in sorted(coverage, key=lambda r: (r.group, r.year)):
        if row.year not in terms.years:
            continue
        total = telling.value(row, TOTAL)
        groups[row.group].append(
            PublishedYear(
                row.year,
                total,
                _share(telling.value(row, TO_BE_CLASSED[0]), total),
                tuple(
                    (code, label, level, telling.value(row, code))
                    for code, label, level in terms.nodes[row.settled_by]
                ),
                row,
                terms.told_in[row.settled_by],
            )
        )
    return PublishedSummary(
        question, terms.edition, tuple(PublishedGroup(name, tuple(years)) for name, years in groups.items())
    )


def _share(part: Count, whole: Count) -> float | None:
    return round(part.value / whole.value, 4) if part.value is not None and whole.value else None


def check_categories(
    taxonomies: Iterable[tuple[Category, ...]], asked: tuple[str, ...], edition: EditionRecord
) -> None:
    """The codes asked for are domains or families of a taxonomy in which years were told.

    Raises:
        OutsideDiffusion: one is not.
    """
    if unknown := set(asked) - {
        node for taxonomy in taxonomies for c in taxonomy for node in (c.domain, c.family)
    }:
        raise OutsideDiffusion(
            f"L'édition {edition.number} parle la nomenclature {edition.taxonomy}, "
            f"qui ne connaît pas : {', '.join(sorted(unknown))}."
        )


def category_nodes(taxonomy: tuple[Category, ...], asked: tuple[str, ...]) -> tuple[Node, ...]:
    """The domains and families asked for; service activity is never a fact, the sensitive are not told."""
    wanted = set(asked)
    nodes: dict[str, Node] = {}
    for c in taxonomy:
        if c.is_service_activity or _only_sensitive(taxonomy, c.family):
            continue
        if not wanted or c.domain in wanted:
            nodes[c.domain] = (c.domain, c.domain_label, "domaine")
        if not wanted or wanted & {c.domain, c.family}:
            nodes[c.family] = (c.family, c.family_label, "famille")
    return tuple(nodes[code] for code in sorted(nodes))


def _only_sensitive(taxonomy: tuple[Category, ...], family: str) -> bool:
    return all(c.sensitivity >= EXCLUDED_SENSITIVITY for c in taxonomy if c.family == family)


def listed(database: Database) -> list[EditionRecord]:
    """All editions, latest first."""
    with database.diffusing() as connection:
        return editions.every(connection)


def withdraw(database: Database, number: int, reason: str, caller: Caller, journal: Journal) -> EditionRecord:
    """Take an edition back: it stays listed with the reason, and answers nothing any more.

    What it told was read: the next editions are protected together with it all the same.

    Raises:
        NotFound: no such edition.
        EditionNotInForce: it is withdrawn already.
    """
    with database.publishing() as connection:
        if number not in {record.number for record in editions.every(connection)}:
            raise NotFound
        if not editions.withdraw(connection, number, reason):
            raise EditionNotInForce(number)
        journal(Passage(caller.name, caller.role or "", "retrait", f"edition {number}", Audience.PUBLIC))
        return next(record for record in editions.every(connection) if record.number == number)
