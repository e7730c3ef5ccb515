"""Up, down, or nothing that can be said: a period against the same days of the years before."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from observatoire.analyses.change_rows import WHOLE, ChangeRow, Node, Pair, rows
from observatoire.analyses.comparable import Comparison, Reference, compare, span
from observatoire.analyses.coverage import coverage_of
from observatoire.analyses.origin import Method, provenance
from observatoire.analyses.past import Past, past_of
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    MethodProof,
    PlaceProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
    with_unplaced,
)
from observatoire.analyses.published_evolution import PublishedEvolution, breaks_by_group, read_evolution
from observatoire.analyses.question import Asking, Question, ask
from observatoire.analyses.readings import Reading, runs
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Count, Released
from observatoire.domain.period import Period
from observatoire.domain.series_break import SeriesBreak
from observatoire.domain.source import Source
from observatoire.errors import NotComputableResult
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.engine import Connection, Database

T = TypeVar("T")
By = Literal["domaine", "famille"]
Facts = Mapping[tuple[date, str], int]
METHOD = Method("evolution", 1)
REFERENCES = (
    "Przyborowski & Wilenski (1940), Biometrika 31 : test ; Clopper & Pearson (1934) : intervalle",
    "Korn & Graubard (1998), Survey Methodology 24 : effectifs divisés par le facteur de variance",
    "Benjamini & Hochberg (1995), JRSS-B 57 : correction des lignes montrées ensemble",
    "Verdicts : hausse ou baisse si q ≤ 0,05 ; stable si l'intervalle tient dans [0,90 ; 1,10]",
)


@dataclass(frozen=True, slots=True)
class EvolutionAnswer:
    """The whole of the question, and one row per domain or family where asked."""

    question: Question
    comparison: Comparison
    whole: ChangeRow
    lines: tuple[ChangeRow, ...]
    breaks: tuple[SeriesBreak, ...]
    proof: Proof


@dataclass(frozen=True, slots=True)
class _Side:
    """Facts of the period or of one reference; ``unplaced``: those that nothing puts inside or outside."""

    facts: Facts
    precisions: list[PrecisionCount]
    unplaced: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class _Sides:
    """The period first, then its references, latest first; with the facts of the past."""

    sides: tuple[_Side, ...]
    past: Facts


def follow(
    database: Database,
    question: Question,
    reference: Reference,
    by: By | None,
    caller: Caller,
    journal: Journal,
) -> Released[EvolutionAnswer] | Released[PublishedEvolution]:
    """Answer ``evolution``: exact inside the grant, from the last edition outside it.

    Raises:
        OutsideDiffusion: outside the grant, when the question is not one of the published grid.
        NonAdditiveSources, NotComputableResult.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            breaks = breaks_by_group(connection)
            return read_evolution(database, asking, reference, by, breaks)
        sources = asking.single_group()
        whole = span(question.period, reference)
        coverage = coverage_of(connection, sources, asking.communes, whole)
        comparison = compare(coverage, question.period, reference)
        past = past_of(connection, asking, sources)
        since = min(whole.start, past.coverage.period.start)
        origin = provenance(
            connection,
            asking,
            METHOD,
            (comparison.coverage,),
            _readings(sources, comparison, past),
            since=since,
            seen=past.seen,
        )
        counted = _counted(connection, asking, sources, comparison, past)
        confidential = counted.map(
            lambda found: _answer(found, asking, comparison, past, _asked(by, asking), origin)
        )
    return gate.release(confidential, asking.audience, caller, f"evolution {question.canonical()}", journal)


def _readings(sources: list[Source], comparison: Comparison, past: Past) -> list[Reading]:
    sides = (comparison.period, *comparison.references)
    earlier = runs(past.side.months)
    return [
        Reading(tuple(sources), sides, comparison.coverage.covered),
        Reading(tuple(sources), earlier, past.coverage.covered, classes=False, unplaced=False),
    ]


def _counted(
    connection: Connection, asking: Asking, sources: list[Source], comparison: Comparison, past: Past
) -> Confidential[_Sides]:
    covered = comparison.coverage.covered

    def side(period: Period) -> Confidential[_Side]:
        scope = asking.scope(sources, period)
        facts = counts.by_month_and_category(connection, scope, covered)
        precisions = counts.by_precision(connection, scope, covered)
        unplaced = counts.unplaced_by_month(connection, scope, covered)
        rest = precisions.combine(unplaced, lambda precision, nowhere: (precision, nowhere))
        return facts.combine(rest, lambda found, more: _Side(found, *more))

    sides = _together(side(period) for period in (comparison.period, *comparison.references))
    earlier = asking.scope(sources, past.coverage.period)
    before = counts.by_month_and_category(connection, earlier, past.coverage.covered)
    return sides.combine(before, _Sides)


def _together(boxes: Iterable[Confidential[T]]) -> Confidential[tuple[T, ...]]:
    found: Confidential[tuple[T, ...]] = Confidential(())
    for box in boxes:
        found = found.combine(box, lambda before, one: (*before, one))
    return found


def _asked(by: By | None, asking: Asking) -> dict[str, Node]:
    """Leaf to the node of its row; empty where the whole alone is asked for."""
    if by is None:
        return {}
    return {
        c.code: Node(c.domain, c.domain_label, by) if by == "domaine" else Node(c.family, c.family_label, by)
        for c in asking.taxonomy
    }


def _answer(
    found: _Sides,
    asking: Asking,
    comparison: Comparison,
    past: Past,
    nodes: Mapping[str, Node],
    origin: tuple[str, str],
) -> EvolutionAnswer:
    pair = _pair(WHOLE, None, found, comparison, past)
    if pair.facts.value == pair.reference_facts.value == 0:
        raise NotComputableResult(
            "aucun fait dans l'une ni l'autre période. "
            "Élargissez la période, le territoire ou les catégories."
        )
    (whole,) = rows([pair], comparison)
    lines = rows(_lines(found, comparison, past, nodes, pair), comparison)
    places = place_proof(row for side in found.sides for row in side.precisions)
    proof = Proof(
        _headcount(found, asking, comparison),
        coverage_proof(comparison.coverage, asking),
        places,
        _method(comparison, past, len(lines)),
        *origin,
        _warnings(asking, comparison, past, places),
    )
    return EvolutionAnswer(asking.question, comparison, whole, lines, comparison.coverage.breaks_in(), proof)


def _lines(
    found: _Sides, comparison: Comparison, past: Past, nodes: Mapping[str, Node], whole: Pair
) -> list[Pair]:
    """One pair per node that has facts on either side; a past too thin borrows the roughness of the whole."""
    seen = {nodes[leaf] for side in found.sides for _, leaf in side.facts if leaf in nodes}
    pairs = []
    for node in sorted(seen, key=lambda node: node.code or ""):
        leaves = frozenset(leaf for leaf, own in nodes.items() if own == node)
        pair = _pair(node, leaves, found, comparison, past)
        if pair.facts.value or pair.reference_facts.value:
            own = pair.dispersion or whole.dispersion
            pairs.append(Pair(node, pair.facts, pair.reference_facts, own))
    return pairs


def _pair(
    node: Node, leaves: frozenset[str] | None, found: _Sides, comparison: Comparison, past: Past
) -> Pair:
    now, *before = (_side_count(side, leaves, comparison, years) for years, side in enumerate(found.sides))
    return Pair(node, now, _sum(before), past.dispersion(_by_month(found.past, leaves)))


def _side_count(side: _Side, leaves: frozenset[str] | None, comparison: Comparison, years: int) -> Count:
    """Facts of the months that compare; no fact is no zero where some have no place."""
    facts = sum(
        number
        for month, number in _by_month(side.facts, leaves).items()
        if comparison.reason(month, years) is None
    )
    nowhere = any(
        number and comparison.reason(month, years) is None for month, number in side.unplaced.items()
    )
    return Count.exact(facts) if facts or not nowhere else Count.absent()


def _sum(parts: list[Count]) -> Count:
    """A sum of years of which one is unknown is unknown."""
    values = [part.value for part in parts if part.value is not None]
    return Count.exact(sum(values)) if len(values) == len(parts) else Count.absent()


def _by_month(facts: Facts, leaves: frozenset[str] | None) -> Counter[date]:
    months: Counter[date] = Counter()
    for (month, leaf), number in facts.items():
        if leaves is None or leaf in leaves:
            months[month] += number
    return months


def _headcount(found: _Sides, asking: Asking, comparison: Comparison) -> Headcount:
    """Facts of both sides, and those of the months that left."""
    reasons: Counter[str] = Counter()
    total = 0
    for years, side in enumerate(found.sides):
        for month, number in _by_month(side.facts, None).items():
            total += number
            reasons[comparison.reason(month, years) or ""] += number
    excluded = (
        Exclusion(reason, reasons[reason])
        for reason in dict.fromkeys(["mois_incomplet", *comparison.excluded.values()])
    )
    unplaced = sum(sum(side.unplaced.values()) for side in found.sides)
    return with_unplaced(Headcount(total, reasons[""], tuple(excluded)), asking, unplaced)


def _method(comparison: Comparison, past: Past, lines: int) -> MethodProof:
    return MethodProof(
        METHOD.name,
        METHOD.version,
        {
            "jours": comparison.days,
            "jours_reference": comparison.reference_days,
            "annees_reference": len(comparison.references),
            "intervalle": 0.95,
            "dispersion": "quasi-Poisson sur le passé du lieu : mois de l'année, pente, autocorrélation",
            "passe": past.bounds,
            "tests_corriges": lines or 1,
        },
        REFERENCES,
    )


def _warnings(asking: Asking, comparison: Comparison, past: Past, places: PlaceProof) -> tuple[str, ...]:
    return (
        *asking.notes,
        *coverage_warnings(comparison.coverage, places, asking),
        *comparison.warnings,
        *past.warnings,
    )
