"""Trends."""

from typing import Literal

from fastapi import APIRouter

from observatoire.analyses import trends
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    ReleasedResponse,
    proof_out,
    question_out,
    respond,
)
from observatoire.web.schemas.base import DeclaredBreakOut
from observatoire.web.schemas.trends import ChangeOut, MonthOut, TrendAnswer, TrendOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/tendances", response_model=TrendAnswer, summary="Comment évoluent les faits")
def tendances(
    who: CallerDep, found: ServicesDep, question: QuestionDep, pas: Literal["mois"] = "mois"
) -> ReleasedResponse:
    """Monthly series with its season-aware slope and interval."""
    asked = question.with_parameters(pas=pas)
    released = trends.follow(found.database, asked, who, found.journal())
    answer = released.value
    result = TrendOut(
        step=answer.step,
        series=[MonthOut.model_validate(point) for point in answer.series],
        change=ChangeOut.model_validate(answer.change),
        breaks=[DeclaredBreakOut.model_validate(found) for found in answer.breaks],
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, TrendAnswer(question=question_out(asked), result=result, proof=proof))
