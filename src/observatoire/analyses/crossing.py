"""Categories, territories, hours, neighbourhoods, sources: two at a time, with what departs from chance."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from observatoire.analyses.context import NOT_ABOUT_PERSONS, TerritoryContext, contexts_of
from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.crossing_classes import FactClass, classes_of, rolled_up
from observatoire.analyses.crossing_table import Table, shown, table_of
from observatoire.analyses.errors import DimensionsTellTheSame, MixedUnits, TableTooLarge
from observatoire.analyses.exposure import Exposure
from observatoire.analyses.origin import Method, provenance
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    MethodProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
)
from observatoire.analyses.question import Asking, Question, ask
from observatoire.analyses.readings import by_group, short
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.crossing import Axis, Dimension
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryLevel
from observatoire.errors import FieldError, NotComputableResult, OutsideDiffusion
from observatoire.statistics.cross_tables import SMALLEST_EXPECTED
from observatoire.store.confidential import counts, crossings
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.confidential.crossings import CrossedCount, Generations
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import context as context_store

METHOD = Method("croisements", 1)
MOST_CELLS = 5000
MOST_CONTEXTS = 60
SEED = 20_140_326
NEIGHBOURHOODS_OF_2024 = date(2024, 1, 1)
"""In force on the mainland (décret 2023-1314); overseas a year later."""
NEIGHBOURHOODS_OF_2024_OVERSEAS = date(2025, 1, 1)
TOO_MANY_FOR_CONTEXT = (
    f"Le contexte (population, logements, pauvreté) se joint à {MOST_CONTEXTS} territoires au plus."
)
REFERENCES = (
    "Pearson (1900) : khi-deux ; Cramér (1946) : V ; Haberman (1973), Biometrics 29 : résidus ajustés",
    "Fisher (1922) : test exact ; Phipson & Smyth (2010) : p de Monte-Carlo à marges fixées",
    "Benjamini & Hochberg (1995), JRSS-B 57 : correction des cases montrées ensemble",
)
INDEPENDENT_FACTS = (
    "Le test suppose des faits indépendants : des faits en série (une nuit, un auteur) s'écartent plus "
    "souvent du hasard. Un écart décrit ce qui a été signalé, il n'en donne pas la cause."
)


@dataclass(frozen=True, slots=True)
class CrossingAnswer:
    """A table of two dimensions, with the context of its territories; ``unit``: what is counted."""

    question: Question
    dimensions: tuple[Dimension, Dimension]
    table: Table
    unit: str
    contexts: tuple[TerritoryContext, ...]
    generations: Generations | None
    proof: Proof


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the table is made with, besides the counts."""

    asking: Asking
    dimensions: tuple[Dimension, Dimension]
    classes: tuple[tuple[FactClass, ...], tuple[FactClass, ...]]
    coverage: Coverage
    contexts: tuple[TerritoryContext, ...]
    generations: Generations
    warnings: tuple[str, ...]
    origin: tuple[str, str]


def cross(
    database: Database,
    question: Question,
    rows: Dimension,
    columns: Dimension,
    caller: Caller,
    journal: Journal,
) -> Released[CrossingAnswer]:
    """Answer ``croisements``.

    Raises:
        DimensionsTellTheSame: one dimension tells the other. TableTooLarge.
        OutsideDiffusion: outside the grant. NonAdditiveSources: several groups.
        MixedUnits: facts counted in several units.
        NotComputableResult: nothing was received, or no neighbourhood is loaded.
    """
    if rows.axis is columns.axis:
        fields = (FieldError("colonnes", "dimension liée à celle des lignes"),)
        raise DimensionsTellTheSame(rows.value, columns.value, fields=fields)
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("Un croisement ne se lit que dans son périmètre.")
        ground = _ground(connection, asking, (rows, columns))
        scope, covered = asking.scope(asking.single_group()), ground.coverage.covered
        counted = crossings.by_two(connection, scope, covered, ground.dimensions, ground.generations)
        precisions = counts.by_precision(connection, scope, covered)
        unplaced = counts.unplaced_by_month(connection, scope, covered)
        rest = precisions.combine(unplaced, lambda precision, nowhere: (precision, nowhere))
        confidential = counted.combine(rest, lambda found, more: _answer(ground, found, *more))
    words = f"croisements {rows.value} {columns.value} {question.canonical()}"
    return gate.release(confidential, asking.audience, caller, words, journal)


def _ground(connection: Connection, asking: Asking, dimensions: tuple[Dimension, Dimension]) -> _Ground:
    sources = asking.single_group()
    coverage = coverage_of(connection, sources, asking.communes, asking.question.period)
    if not any(coverage.is_begun(month) for month in asking.question.period.months()):
        raise NotComputableResult("aucun mois de la période n'a été reçu. Importez-le ou déclarez-le nul.")
    rows, columns = (classes_of(connection, d, asking, coverage) for d in dimensions)
    if len(rows) * len(columns) > MOST_CELLS:
        raise TableTooLarge(len(rows) * len(columns), MOST_CELLS)
    generations = _generations(asking.question.period)
    contexts, left_out = _contexts(connection, asking, dimensions, (rows, columns))
    warnings = [INDEPENDENT_FACTS, *([NOT_ABOUT_PERSONS] if contexts else []), *left_out]
    if Dimension.QPV in dimensions:
        warnings += _neighbourhood_words(connection, asking.question.period, generations)
    if {d.axis for d in dimensions} == {Axis.WHEN, Axis.WEEKDAY}:
        warnings.append(
            "Tous les mois n'ont pas autant de chaque jour de la semaine : un léger écart en vient."
        )
    return _Ground(
        asking,
        dimensions,
        (rows, columns),
        coverage,
        contexts,
        generations,
        tuple(warnings),
        provenance(
            connection,
            asking,
            METHOD,
            (coverage,),
            [replace(one, neighbourhoods=Dimension.QPV in dimensions) for one in by_group(asking, coverage)],
            seen={"contexte": short(repr(contexts)), "avertissements": warnings},
        ),
    )


def _contexts(
    connection: Connection,
    asking: Asking,
    dimensions: tuple[Dimension, Dimension],
    classes: tuple[tuple[FactClass, ...], tuple[FactClass, ...]],
) -> tuple[tuple[TerritoryContext, ...], list[str]]:
    """Those of the territories of the table, if they are few enough to be read."""
    for dimension, found in zip(dimensions, classes, strict=True):
        if dimension.axis is Axis.WHERE:
            if len(found) > MOST_CONTEXTS:
                return (), [TOO_MANY_FOR_CONTEXT]
            year = (asking.question.period.end - timedelta(days=1)).year
            names = {c.code: c.label for c in found}
            return contexts_of(connection, TerritoryLevel(dimension.value), names, year), []
    return (), []


def _generations(period: Period) -> Generations:
    """The lists in force on the last day: one list serves the whole period, so that its months compare."""
    last = period.end - timedelta(days=1)
    return Generations(
        2024 if last >= NEIGHBOURHOODS_OF_2024 else 2015,
        2024 if last >= NEIGHBOURHOODS_OF_2024_OVERSEAS else 2015,
    )


def _neighbourhood_words(connection: Connection, period: Period, generations: Generations) -> list[str]:
    """What the reader must know of the list of neighbourhoods.

    Raises:
        NotComputableResult: the list is not loaded: everything would be outside.
    """
    listed = context_store.neighbourhood_list(connection, generations.mainland)
    if not listed.drawn:
        raise NotComputableResult(
            f"aucun contour de quartier prioritaire de la liste de {generations.mainland} n'est chargé : "
            "tout paraîtrait dehors. Chargez-les (observatoire qpv charger FICHIER)."
        )
    words = [
        f"« Dans » et « hors » selon les quartiers prioritaires de la liste de {generations.mainland} "
        f"(outre-mer : {generations.overseas}), en vigueur à la fin de la période ; seuls les faits "
        "localisés par un point y sont rangés."
    ]
    if generations.mainland == 2024 and period.start < NEIGHBOURHOODS_OF_2024:
        words.append(
            "La liste a changé le 01/01/2024 (outre-mer : 01/01/2025) ; la nouvelle sert pour toute "
            "la période."
        )
    if listed.undrawn:
        words.append(
            f"{listed.undrawn} quartiers prioritaires n'ont pas de contour : leurs faits sont « hors »."
        )
    if listed.fictional:
        words.append("Des contours de quartiers prioritaires sont fictifs : remplacez-les avant tout usage.")
    return words


def _answer(
    ground: _Ground,
    counted: list[CrossedCount],
    precisions: list[PrecisionCount],
    unplaced: dict[date, int],
) -> CrossingAnswer:
    units = sorted({row.unit for row in counted})
    if len(units) > 1:
        raise MixedUnits(", ".join(f"« {unit} »" for unit in units))
    table = _table(ground, counted, everything_placed=not sum(unplaced.values()))
    asking, coverage, places = ground.asking, ground.coverage, place_proof(precisions)
    proof = Proof(
        _headcount(counted, asking, sum(unplaced.values())),
        coverage_proof(coverage, asking),
        places,
        _method(ground, table),
        *ground.origin,
        (*asking.notes, *coverage_warnings(coverage, places, asking), *ground.warnings, *_left_out(table)),
    )
    return CrossingAnswer(
        asking.question,
        ground.dimensions,
        table,
        units[0] if units else "fait",
        ground.contexts,
        ground.generations if Dimension.QPV in ground.dimensions else None,
        proof,
    )


def _table(ground: _Ground, counted: list[CrossedCount], *, everything_placed: bool) -> Table:
    up = tuple(rolled_up(d, ground.asking.taxonomy) for d in ground.dimensions)
    rows, columns = (
        shown(d, own, counted, leaves, rows=rank == 0)
        for rank, (d, own, leaves) in enumerate(zip(ground.dimensions, ground.classes, up, strict=True))
    )
    return table_of(
        counted,
        (up[0], up[1]),
        (rows, columns),
        Exposure.of(ground.coverage),
        seed=SEED,
        broken=bool(ground.coverage.breaks_in()) and Axis.WHEN in {d.axis for d in ground.dimensions},
        everything_placed=everything_placed,
    )


def _headcount(counted: list[CrossedCount], asking: Asking, unplaced: int) -> Headcount:
    reasons: Counter[str] = Counter()
    for row in counted:
        reasons[row.reason or ""] += row.facts
    if asking.question.territory.level.is_part_of_communes:
        reasons["non_localise"] += unplaced
    excluded = tuple(Exclusion(reason, number) for reason, number in sorted(reasons.items()) if reason)
    return Headcount(sum(reasons.values()), reasons[""], excluded)


def _method(ground: _Ground, table: Table) -> MethodProof:
    return MethodProof(
        METHOD.name,
        METHOD.version,
        {
            "lignes": ground.dimensions[0].value,
            "colonnes": ground.dimensions[1].value,
            "test": table.test.test,
            "cases": f"exact si l'effectif attendu est sous {SMALLEST_EXPECTED}, normal sinon",
            "tirages": table.test.draws,
            "graine": table.test.seed,
        },
        REFERENCES,
    )


def _left_out(table: Table) -> list[str]:
    """What the test leaves out although it has facts, named."""
    unlike = [c.label for c in (*table.rows, *table.columns) if c.left_out == "exposition_inegale"]
    if not unlike:
        return []
    named = ", ".join(unlike[:6]) + (f" et {len(unlike) - 6} autres" if len(unlike) > 6 else "")
    return [f"Écartés du test, faute d'avoir été observés comme les autres : {named}."]
