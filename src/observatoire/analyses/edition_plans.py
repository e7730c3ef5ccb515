"""Which years of which groups an edition may tell, to whom, and what they rest on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.kept_points import reduced_in
from observatoire.disclosure.policy import SMALL_COMMUNE, Audience
from observatoire.domain.period import Period
from observatoire.domain.source import Source, Visibility
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection
from observatoire.store.published.editions import PublishedCoverage
from observatoire.store.reference import territories
from observatoire.store.reference.gazetteer import Parents
from observatoire.store.reference.territories import CommuneRecord

AUDIENCES_OF = {
    Visibility.INTERNE: (),
    Visibility.PARTENAIRES: (Audience.PARTENAIRES,),
    Visibility.PUBLIC: (Audience.PARTENAIRES, Audience.PUBLIC),
}
FIRST_YEAR = 1990
Node = tuple[str, str]
"""(level, code) of a territory."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One additivity group and year to publish.

    ``months``: settled ones; ``mapped``: no fact of the year is too old to have a point.
    """

    group: str
    sources: tuple[str, ...]
    year: int
    audiences: tuple[Audience, ...]
    communes: tuple[CommuneRecord, ...]
    months: int
    fictional: bool
    mapped: bool


def by_group(sources: Iterable[Source]) -> dict[str, list[Source]]:
    """Sources by additivity group."""
    groups: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        groups[source.group].append(source)
    return groups


def plans(connection: Connection, name: str, sources: list[Source], today: date) -> list[Plan]:
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
    codes = tuple(sorted(source.code for source in sources))
    begun = max(source.covered_since for source in sources)
    first = begun.year if begun <= date(begun.year, 1, 1) else begun.year + 1
    found = []
    for year in range(max(first, FIRST_YEAR), today.year):
        period = Period(date(year, 1, 1), date(year + 1, 1, 1))
        coverage: Coverage = coverage_of(connection, sources, tuple(communes.values()), period, today)
        if any(coverage.is_begun(month) for month in period.months()):
            # A month whose figures still move is no whole month: nothing is told zero from it.
            months = sum(coverage.is_settled(month) for month in period.months())
            fictional = any(source.fictional for source in sources)
            held = tuple(communes[code] for code in sorted(coverage.covered))
            mapped = not reduced_in(sources, period, today)
            found.append(Plan(name, codes, year, audiences, held, months, fictional, mapped))
    return found


def nodes_of(commune: str, parents: Parents) -> list[Node]:
    """The published territories that a commune's facts count in."""
    nodes = [(TerritoryLevel.COMMUNE.value, commune), (NATION.level.value, NATION.code)]
    for level in (TerritoryLevel.EPCI, TerritoryLevel.DEPARTEMENT, TerritoryLevel.REGION):
        code = getattr(parents, level.value)
        if code is not None:
            nodes.append((level.value, code))
    return nodes


def coverage_rows(
    connection: Connection, plan: Plan, parents: Mapping[str, Parents], number: int
) -> list[PublishedCoverage]:
    """What each territory's values of the year rest on."""
    members: dict[Node, list[CommuneRecord]] = defaultdict(list)
    for commune in plan.communes:
        for node in nodes_of(commune.code, parents[commune.code]):
            members[node].append(commune)
    sizes = territories.commune_totals(connection)
    rows = []
    for (level, code), communes in sorted(members.items()):
        is_commune = level == TerritoryLevel.COMMUNE.value
        communes_in, population = (1, communes[0].population) if is_commune else sizes[level, code]
        share = sum(c.population or 0 for c in communes) / population if population else None
        rows.append(
            PublishedCoverage(
                plan.group,
                plan.year,
                level,
                code,
                communes_in,
                len(communes),
                share,
                plan.months,
                plan.fictional,
                number,
                is_commune and is_small(communes[0]),
            )
        )
    return rows


def is_small(commune: CommuneRecord) -> bool:
    """Fewer than 2,000 residents, or nobody knows how many."""
    return (commune.population or 0) < SMALL_COMMUNE
