"""Trends."""

from fastapi import APIRouter

from observatoire.analyses import trends
from observatoire.analyses.trend_points import Step
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    ReleasedResponse,
    proof_out,
    question_out,
    respond,
)
from observatoire.web.schemas.base import DeclaredBreakOut
from observatoire.web.schemas.trends import (
    BreakSearchOut,
    ChangeOut,
    CorrectionOut,
    DrawingOut,
    RankTestOut,
    TrendAnswer,
    TrendOut,
    TrendPointOut,
)

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/tendances", response_model=TrendAnswer, summary="Comment évoluent les faits")
def tendances(
    who: CallerDep, found: ServicesDep, question: QuestionDep, pas: Step = Step.MONTH
) -> ReleasedResponse:
    """A series with its season-aware slope and interval, a rank test, possible breaks, and late facts."""
    asked = question.with_parameters(pas=pas.value)
    released = trends.follow(found.database, asked, pas, who, found.journal())
    answer = released.value
    result = TrendOut(
        step=answer.step,
        series=[TrendPointOut.model_validate(point) for point in answer.series],
        change=ChangeOut.model_validate(answer.change),
        rank_test=RankTestOut.model_validate(answer.rank_test),
        drawing=DrawingOut.model_validate(answer.drawing),
        possible_breaks=BreakSearchOut.model_validate(answer.possible_breaks),
        correction=CorrectionOut.model_validate(answer.correction),
        breaks=[DeclaredBreakOut.model_validate(found) for found in answer.breaks],
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, TrendAnswer(question=question_out(asked), result=result, proof=proof))
