"""A territory in one call: who lives there, what was reported, what the State publishes. Side by side.

Nothing here is added to anything, and no index is made: local facts stand by additivity group, the State's
series in their own units, the context with its vintages.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from observatoire.analyses import official_series, synthesis
from observatoire.analyses.context import NOT_ABOUT_PERSONS, POVERTY, TerritoryContext, contexts_of
from observatoire.analyses.editions import PublishedSummary
from observatoire.analyses.official_series import SeriesAnswer, SeriesQuestion
from observatoire.analyses.question import Question
from observatoire.analyses.synthesis import Summary
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Caller
from observatoire.disclosure.released import Released
from observatoire.domain.series import DATASETS
from observatoire.domain.territory import TerritoryCode
from observatoire.store.engine import Database
from observatoire.store.reference import territories
from observatoire.store.reference.populations import DenominatorKind

VERSION = 1
YEARS_OF_SERIES = 6
SIDE_BY_SIDE = (
    "Les faits des sources locales et les séries de l'État se lisent côte à côte : ils ne comptent pas la "
    "même chose, ne s'additionnent pas, et aucun indice ni classement n'en est tiré."
)
_SERIES = tuple(
    code
    for code, found in DATASETS.items()
    if not found.transmitted and code not in ("populations", "filosofi")
)


@dataclass(frozen=True, slots=True)
class Portrait:
    """``local``: by additivity group and domain, exact inside the grant, as released outside it.

    ``context_series``: the official series that the context is read from, with their files; None where it
    is read from none.
    """

    territory: TerritoryCode
    name: str
    local: Summary | PublishedSummary
    context: TerritoryContext
    context_series: SeriesAnswer | None
    official: SeriesAnswer
    warnings: tuple[str, ...]


def draw(database: Database, question: Question, caller: Caller, journal: Journal) -> Released[Portrait]:
    """Answer ``portrait``.

    Raises:
        OutsideDiffusion: outside the grant, when the period is not one of the published grid.
        UnknownTerritory.
    """
    local = synthesis.summarise(database, question, caller, journal)
    territory = local.value.question.territory
    official = official_series.find(database, _series_question(territory, question), caller, journal).value
    year = (question.period.end - timedelta(days=1)).year
    with database.reading() as connection:
        name = territories.get(connection, territory).name
        (context,) = contexts_of(connection, territory.level, {territory.code: name}, year)
    asked = _context_question(territory, context)
    behind = None if asked is None else official_series.find(database, asked, caller, journal).value
    crimes = tuple(row for row in official.series if row.indicator.family != "insee")
    told = replace(official, series=crimes)
    warnings = (SIDE_BY_SIDE, NOT_ABOUT_PERSONS)
    return local.transform(
        lambda summary: Portrait(territory, name, _by_domain(summary), context, behind, told, warnings)
    )


def _series_question(territory: TerritoryCode, question: Question) -> SeriesQuestion:
    """The producers publish late: the years before the period are shown too."""
    last = question.period.end - timedelta(days=1)
    first = date(max(last.year - YEARS_OF_SERIES + 1, 1900), 1, 1)
    return SeriesQuestion(territory, first, date(last.year + 1, 1, 1), datasets=_SERIES)


def _context_question(territory: TerritoryCode, context: TerritoryContext) -> SeriesQuestion | None:
    """The question whose answer holds the context, so that it is traced like any series."""
    values = {
        DenominatorKind.POPULATION.value: context.population,
        DenominatorKind.DWELLINGS.value: context.dwellings,
        POVERTY: context.poverty,
    }
    of_series = {code: value for code, value in values.items() if value.dataset in DATASETS}
    if not of_series:
        return None
    vintages = [value.vintage for value in of_series.values() if value.vintage is not None]
    return SeriesQuestion(
        territory,
        date(min(vintages), 1, 1),
        date(max(vintages) + 1, 1, 1),
        indicators=tuple(sorted(of_series)),
        datasets=tuple(sorted({str(value.dataset) for value in of_series.values()})),
    )


def _by_domain(summary: Summary | PublishedSummary) -> Summary | PublishedSummary:
    """The same, of which the domains alone are kept."""
    if isinstance(summary, Summary):
        groups = (
            replace(group, categories=tuple(c for c in group.categories if c.level == "domaine"))
            for group in summary.groups
        )
        return replace(summary, groups=tuple(groups))
    published = (
        replace(
            group,
            years=tuple(
                replace(year, categories=tuple(c for c in year.categories if c[2] == "domaine"))
                for year in group.years
            ),
        )
        for group in summary.groups
    )
    return replace(summary, groups=tuple(published))
