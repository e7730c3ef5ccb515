"""Several sources may tell one event: the pairs that look alike are shown, to be judged by people.

Nothing is merged and no figure changes: facts of two groups are never added, and inside a group the
observatory counts what each source says (domain specification, DED_CROISE).
"""

from dataclasses import dataclass, replace

from observatoire.analyses.coverage import coverage_of
from observatoire.analyses.kept_points import notes_of_reduced
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
from observatoire.analyses.question import Question, ask
from observatoire.analyses.readings import Reading
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.incident import FINE, LocationPrecision, TimePrecision
from observatoire.domain.source import PlacePrecision
from observatoire.errors import NotComputableResult, OutsideDiffusion
from observatoire.store.confidential import counts, similar
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.confidential.similar import SimilarPair
from observatoire.store.engine import Database

MOST_PAIRS = 1000
NOTHING_RECEIVED = "aucun mois de la période n'a été reçu. Importez-le ou déclarez-le nul."
_HOURLY = (TimePrecision.MINUTE, TimePrecision.HOUR)
_AROUND = frozenset(LocationPrecision) - FINE - {LocationPrecision.COMMUNE}
METHOD = Method("rapprochements", 1)
_PROPOSED = (
    "Rapprochements proposés, jamais fusionnés : chaque source garde ses signalements, aucun total ne change."
)


@dataclass(frozen=True, slots=True)
class SimilarFacts:
    """``pairs``: at most ``MOST_PAIRS``, by day; ``count``: how many there are."""

    question: Question
    count: int
    pairs: tuple[SimilarPair, ...]
    proof: Proof


def find(
    database: Database, question: Question, minutes: int, metres: int, caller: Caller, journal: Journal
) -> Released[SimilarFacts]:
    """Answer ``rapprochements``: pairs among the sources that the caller may read.

    Raises:
        OutsideDiffusion: outside the grant.
        NotComputableResult: nothing was received over the period.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("")
        sources = [source for source in asking.sources if source.precision is PlacePrecision.POINT]
        asking = replace(asking, coarse=tuple(s for s in asking.sources if s not in sources))
        coverage = coverage_of(connection, sources, asking.communes, question.period)
        if not any(coverage.is_begun(month) for month in question.period.months()):
            raise NotComputableResult(NOTHING_RECEIVED)
        scope = asking.scope(sources)
        pairs = similar.similar_pairs(connection, scope, coverage.covered, minutes, metres)
        precisions = counts.by_precision(connection, scope, coverage.covered)
        read = Reading(tuple(sources), (question.period,), coverage.covered, unplaced=False)
        digest, link = provenance(connection, asking, METHOD, (coverage,), [read])

        def answer(found: list[SimilarPair], precision: list[PrecisionCount]) -> SimilarFacts:
            places = place_proof(precision)
            proof = Proof(
                _headcount(precision),
                coverage_proof(coverage, asking),
                places,
                MethodProof(
                    METHOD.name,
                    METHOD.version,
                    {"minutes": minutes, "metres": metres, "meme": "famille"},
                    ("même famille, écart d'heure et distance au plus égaux aux seuils",),
                ),
                digest,
                link,
                (
                    *asking.notes,
                    *coverage_warnings(coverage, places, asking),
                    *notes_of_reduced(sources, question.period),
                    _PROPOSED,
                ),
            )
            return SimilarFacts(question, len(found), tuple(found[:MOST_PAIRS]), proof)

        confidential = pairs.combine(precisions, answer)
    return gate.release(
        confidential, asking.audience, caller, f"rapprochements {question.canonical()}", journal
    )


def _headcount(precision: list[PrecisionCount]) -> Headcount:
    """Only facts with a point and an hour can be compared."""
    precision = [row for row in precision if row.asked]
    total = sum(row.facts for row in precision)
    unplaced = sum(row.facts for row in precision if row.location == LocationPrecision.COMMUNE)
    around = sum(row.facts for row in precision if row.location in _AROUND)
    untimed = sum(row.facts for row in precision if row.location in FINE and row.time not in _HOURLY)
    excluded = (
        Exclusion("non_localise", unplaced),
        Exclusion("precision_insuffisante", around),
        Exclusion("heure_inconnue", untimed),
    )
    return Headcount(total, total - unplaced - around - untimed, excluded)
