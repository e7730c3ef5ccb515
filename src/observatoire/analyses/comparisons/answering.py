"""Answers ``comparaisons``: exact inside the grant, from the last edition outside it."""

from collections import Counter
from dataclasses import replace
from datetime import date

from observatoire.analyses.comparisons import published
from observatoire.analyses.comparisons.ground import Stage, stage
from observatoire.analyses.comparisons.model import ComparisonAnswer, ComparisonQuestion
from observatoire.analyses.comparisons.proving import METHOD, method, span_warnings
from observatoire.analyses.comparisons.rows import from_communes, read_together, rows_of, with_sentences
from observatoire.analyses.comparisons.words import Span
from observatoire.analyses.origin import provenance
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
)
from observatoire.analyses.question import Asking, ask
from observatoire.analyses.readings import Reading, by_group, runs, short
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.territory import NATION
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.engine import Connection, Database

Found = tuple[dict[str, int], Counter[bool], list[PrecisionCount]]
"""Facts by commune; facts of the territory by whether their month is counted; by precision."""


def compare(
    database: Database, asked: ComparisonQuestion, caller: Caller, journal: Journal
) -> Released[ComparisonAnswer] | Released[published.PublishedComparison]:
    """A territory beside those that hold it and those like it.

    Raises:
        OutsideDiffusion: outside the grant, when the question is not one of the published grid.
        NonAdditiveSources, NotComputableResult.
        InvalidRequest: a companion that the territory cannot have.
    """
    with database.reading() as connection:
        asking = ask(connection, asked.question, caller, journal)
        if asking.audience is Audience.INTERNE:
            confidential = _fresh(connection, asking, asked)
            name = f"comparaisons {asked.question.canonical()}"
            return gate.release(confidential, asking.audience, caller, name, journal)
    return published.read(database, asking, asked)


def _fresh(
    connection: Connection, asking: Asking, asked: ComparisonQuestion
) -> Confidential[ComparisonAnswer]:
    ready = stage(connection, asking, asked)
    origin = _provenance(connection, asking, ready)
    return _counted(connection, asking, ready).map(lambda found: _answer(found, asking, ready, origin))


def _counted(connection: Connection, asking: Asking, ready: Stage) -> Confidential[Found]:
    own = asking.scope(asking.single_group())
    compared = [row for row in ready.rows if row.not_comparable is None]
    communes = frozenset[str]().union(*(row.counted for row in compared))
    largest = own.territory if communes <= ready.ground.communes else NATION
    everywhere = replace(asking.scope(list(ready.sources)), territory=largest)
    by_commune = counts.by_commune(connection, everywhere, communes, ready.ground.months)
    by_month = counts.by_month(connection, own, ready.ground.communes)
    precisions = counts.by_precision(connection, own, ready.ground.communes)

    def kept(months: dict[date, int]) -> Counter[bool]:
        found: Counter[bool] = Counter()
        for month, facts in months.items():
            found[month in ready.ground.months] += facts
        return found

    rest = by_month.map(kept).combine(precisions, lambda months, places: (months, places))
    return by_commune.combine(rest, lambda found, more: (found, *more))


def _answer(found: Found, asking: Asking, ready: Stage, origin: tuple[str, str]) -> ComparisonAnswer:
    by_commune, by_month, precisions = found
    span = Span(asking.question.period, ready.ground.months)
    facts = [from_communes(by_commune, row) for row in ready.rows]
    rows, spread = read_together(rows_of(ready.rows, facts, ready.kind, ready.year))
    told = with_sentences(rows, span)
    places = place_proof(precisions)
    total = by_month[True] + by_month[False]
    proof = Proof(
        Headcount(total, by_month[True], (Exclusion("mois_incomplet", by_month[False]),)),
        coverage_proof(ready.ground.coverage, asking),
        places,
        method(ready.kind.value, span, told, spread),
        *origin,
        (
            *asking.notes,
            *coverage_warnings(ready.ground.coverage, places, asking),
            *span_warnings(span),
            *ready.notes,
        ),
    )
    months = tuple(f"{month:%Y-%m}" for month in ready.ground.months)
    return ComparisonAnswer(
        asking.question, ready.kind, months, span.whole_year, told, ready.peers, spread, proof
    )


def _provenance(connection: Connection, asking: Asking, ready: Stage) -> tuple[str, str]:
    """Of the facts of every row, and of the producers' files that divide or stand beside."""
    ground = ready.ground
    compared = [row for row in ready.rows if row.not_comparable is None]
    communes = frozenset[str]().union(*(row.counted for row in compared))
    read = [
        *by_group(asking, ground.coverage),
        Reading(ready.sources, runs(ground.months), communes, NATION, classes=False, unplaced=False),
    ]
    seen = {
        "lignes": short([[str(row.place.code), repr(row.population), repr(row.base)] for row in ready.rows]),
        "comptees": short([[sorted(row.counted), row.not_comparable] for row in ready.rows]),
        "fichiers": short([repr(figure) for row in ready.rows for figure in row.official]),
        "semblables": short(repr(ready.peers)),
    }
    whole = replace(asking, sources=ready.sources)
    return provenance(connection, whole, METHOD, (ground.coverage,), read, seen=seen)
