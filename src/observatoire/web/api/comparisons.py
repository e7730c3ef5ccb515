"""Comparisons: a territory beside those that hold it and those like it."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses.comparisons import answering, asking
from observatoire.analyses.comparisons.model import (
    METHOD_NAME,
    METHOD_VERSION,
    REFERENCES,
    ComparisonAnswer,
    ComparisonRow,
    PeerGroup,
    Spread,
)
from observatoire.analyses.comparisons.published import PublishedComparison
from observatoire.disclosure.released import Disclosure
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, proof_out, published_proof_out, question_out, respond
from observatoire.web.schemas.base import CountOut, MethodOut, ProofOut
from observatoire.web.schemas.comparisons import (
    ComparisonAnswerOut,
    ComparisonOut,
    ComparisonRowOut,
    CriterionOut,
    FunnelLimitsOut,
    OfficialFigureOut,
    PeerGroupOut,
    PeerOut,
    PublishedComparisonOut,
    PublishedRowsOut,
    RateBaseOut,
    SpreadOut,
)

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get(
    "/comparaisons",
    response_model=ComparisonAnswerOut,
    summary="Un taux, son intervalle, et les territoires auxquels il se compare",
)
def comparisons(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    avec: Annotated[
        list[str] | None,
        Query(description="epci, departement, region, nation, pairs, communes ; répétable ou à virgules"),
    ] = None,
    criteres: Annotated[
        list[str] | None, Query(description="population, densite, pauvrete, logements_par_habitant")
    ] = None,
    poids: Annotated[list[str] | None, Query(description="un nombre par critère, 0 ou plus")] = None,
    meme_departement: Annotated[bool, Query(description="pairs du même département")] = False,
    nombre: Annotated[int, Query(ge=1, le=30, description="communes semblables, au plus")] = 8,
) -> ReleasedResponse:
    """One row per territory: facts, residents, rate with its exact interval, or why it does not compare."""
    peers = asking.PeerWords(criteres, poids, meme_departement, nombre)
    asked = asking.understood(question, avec, peers)
    released = answering.compare(found.database, asked, who, found.journal())
    value = released.value
    result: ComparisonOut | PublishedComparisonOut
    if isinstance(value, PublishedComparison):
        result, proof = _published(value), _published_proof(value, released.disclosure)
    else:
        result, proof = _exact(value), proof_out(value.proof, released.disclosure)
    answer = ComparisonAnswerOut(question=question_out(asked.question), result=result, proof=proof)
    return respond(released, answer)


def _exact(answer: ComparisonAnswer) -> ComparisonOut:
    return ComparisonOut(
        denominator=answer.kind,
        compared_months=list(answer.months),
        whole_year=answer.whole_year,
        lines=[_row(row) for row in answer.rows],
        similar=_peers(answer.peers),
        spread=_spread(answer.spread),
    )


def _published(answer: PublishedComparison) -> PublishedComparisonOut:
    return PublishedComparisonOut(
        denominator=answer.kind,
        groups=[
            PublishedRowsOut(
                group=group.group, lines=[_row(row) for row in group.rows], spread=_spread(group.spread)
            )
            for group in answer.groups
        ],
        similar=_peers(answer.peers),
    )


def _published_proof(answer: PublishedComparison, disclosure: Disclosure) -> ProofOut:
    proof = published_proof_out(answer.summary, disclosure)
    method = MethodOut(
        name=METHOD_NAME,
        version=METHOD_VERSION,
        parameters={**proof.method.parameters, **answer.parameters},
        references=[*REFERENCES, *proof.method.references],
    )
    warnings = [*proof.warnings, *answer.notes]
    return proof.model_copy(update={"method": method, "warnings": warnings})


def _row(row: ComparisonRow) -> ComparisonRowOut:
    return ComparisonRowOut(
        territory=str(row.place.code),
        name=row.place.name,
        role=row.place.role,
        comparable=row.comparable,
        not_comparable=row.not_comparable,
        facts=CountOut.model_validate(row.facts),
        population=None if row.population is None else RateBaseOut.model_validate(row.population),
        base=None if row.base is None else RateBaseOut.model_validate(row.base),
        rate_per_thousand=row.rate_per_thousand,
        rate_low=row.rate_low,
        rate_high=row.rate_high,
        reason=row.reason,
        covered_communes=row.covered_communes,
        communes=len(row.place.communes),
        population_share=row.population_share,
        smoothed_rate=row.smoothed_rate,
        expected=row.expected,
        limits=None if row.limits is None else FunnelLimitsOut.model_validate(row.limits),
        position=row.position,
        caution=row.caution,
        official=[OfficialFigureOut.model_validate(figure) for figure in row.official],
        sentence=row.sentence,
    )


def _peers(group: PeerGroup | None) -> PeerGroupOut | None:
    if group is None:
        return None
    return PeerGroupOut(
        criteria=[CriterionOut.model_validate(criterion) for criterion in group.criteria],
        values=list(group.values),
        same_departement=group.asked.same_departement,
        candidates_known=group.candidates,
        candidates_unknown=group.unknown,
        peers=[
            PeerOut(
                territory=str(peer.code), name=peer.name, distance=peer.distance, values=list(peer.values)
            )
            for peer in group.peers
        ],
    )


def _spread(found: Spread | None) -> SpreadOut | None:
    if found is None:
        return None
    return SpreadOut(
        communes=found.communes,
        common_rate=found.rate_per_thousand,
        dispersion=found.dispersion,
        variance=found.variance,
    )
