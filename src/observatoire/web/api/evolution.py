"""Evolution: a period against the same days of the years before."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses import evolution
from observatoire.analyses.comparable import Reference
from observatoire.analyses.evolution import METHOD, REFERENCES, By
from observatoire.analyses.published_evolution import PublishedEvolution
from observatoire.disclosure.released import Disclosure
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, proof_out, published_proof_out, question_out, respond
from observatoire.web.schemas.base import DeclaredBreakOut, MethodOut, ProofOut
from observatoire.web.schemas.evolution import (
    ChangeRowOut,
    EvolutionAnswer,
    EvolutionOut,
    PublishedChangesOut,
    PublishedEvolutionOut,
    ReferencePeriodOut,
)

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get(
    "/evolution", response_model=EvolutionAnswer, summary="Hausse, baisse, ou rien que l'on puisse dire"
)
def evolution_(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    reference: Reference = Reference.YEAR_BEFORE,
    par: Annotated[By | None, Query(description="une ligne par domaine ou par famille")] = None,
) -> ReleasedResponse:
    """Two counts over the same months, their ratio with its exact interval, and the verdict allowed."""
    asked = question.with_parameters(par=par or "ensemble", reference=reference.value)
    released = evolution.follow(found.database, asked, reference, par, who, found.journal())
    value = released.value
    result: EvolutionOut | PublishedEvolutionOut
    if isinstance(value, PublishedEvolution):
        result, proof = _published(value), _published_proof(value, released.disclosure)
    else:
        result, proof = _exact(value), proof_out(value.proof, released.disclosure)
    return respond(released, EvolutionAnswer(question=question_out(asked), result=result, proof=proof))


def _exact(answer: evolution.EvolutionAnswer) -> EvolutionOut:
    comparison = answer.comparison
    return EvolutionOut(
        days=comparison.days,
        reference_days=comparison.reference_days,
        reference_periods=[ReferencePeriodOut.model_validate(p) for p in comparison.references],
        compared_months=[f"{month:%Y-%m}" for month in comparison.months],
        whole=ChangeRowOut.model_validate(answer.whole),
        lines=[ChangeRowOut.model_validate(row) for row in answer.lines],
        breaks=[DeclaredBreakOut.model_validate(b) for b in answer.breaks],
    )


def _published(answer: PublishedEvolution) -> PublishedEvolutionOut:
    return PublishedEvolutionOut(
        days=answer.comparison.days,
        reference_days=answer.comparison.reference_days,
        reference_periods=[ReferencePeriodOut.model_validate(p) for p in answer.comparison.references],
        groups=[PublishedChangesOut.model_validate(group) for group in answer.groups],
    )


def _published_proof(answer: PublishedEvolution, disclosure: Disclosure) -> ProofOut:
    proof = published_proof_out(answer.summary, disclosure)
    method = MethodOut(
        name=METHOD.name,
        version=METHOD.version,
        parameters={
            **proof.method.parameters,
            "dispersion": "années diffusées qui précèdent, trois au moins",
        },
        references=[*REFERENCES, *proof.method.references],
    )
    return proof.model_copy(update={"method": method})
