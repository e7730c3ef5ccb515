"""Evolution: a period against the same days of the years before."""

import dataclasses
from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses import evolution
from observatoire.analyses.comparable import Reference
from observatoire.analyses.evolution import By
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, proof_out, question_out, respond
from observatoire.web.schemas.base import DeclaredBreakOut
from observatoire.web.schemas.evolution import ChangeRowOut, EvolutionAnswer, EvolutionOut, ReferencePeriodOut

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
    asked = dataclasses.replace(
        question, parameters=(("par", par or "ensemble"), ("reference", reference.value))
    )
    released = evolution.follow(found.database, asked, reference, par, who, found.journal())
    answer = released.value
    comparison = answer.comparison
    result = EvolutionOut(
        days=comparison.days,
        reference_days=comparison.reference_days,
        reference_periods=[ReferencePeriodOut.model_validate(p) for p in comparison.references],
        compared_months=[f"{month:%Y-%m}" for month in comparison.months],
        whole=ChangeRowOut.model_validate(answer.whole),
        lines=[ChangeRowOut.model_validate(row) for row in answer.lines],
        breaks=[DeclaredBreakOut.model_validate(b) for b in answer.breaks],
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, EvolutionAnswer(question=question_out(asked), result=result, proof=proof))
