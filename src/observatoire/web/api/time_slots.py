"""Time slots."""

from typing import Literal

from fastapi import APIRouter

from observatoire.analyses import time_slots
from observatoire.analyses.time_slots import DAYS
from observatoire.statistics.time_slots import Preset
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    ReleasedResponse,
    proof_out,
    question_out,
    respond,
)
from observatoire.web.schemas.base import CountOut
from observatoire.web.schemas.time_slots import SlotTestOut, TimeSlotsAnswer, TimeSlotsOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/creneaux-horaires", response_model=TimeSlotsAnswer, summary="Quand : jour et heure")
def creneaux_horaires(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    decoupage: Preset = "1h",
    methode: Literal["connue"] = "connue",
) -> ReleasedResponse:
    """Hour × weekday in local civil time; the unknown hours stand beside."""
    asked = question.with_parameters(decoupage=decoupage, methode=methode)
    released = time_slots.tabulate(found.database, asked, decoupage, who, found.journal())
    answer = released.value
    result = TimeSlotsOut(
        split=answer.split,
        slots=list(answer.slots),
        days=list(DAYS),
        matrix=[[CountOut.model_validate(c) for c in row] for row in answer.matrix],
        by_day=[CountOut.model_validate(c) for c in answer.by_day],
        by_slot=[CountOut.model_validate(c) for c in answer.by_slot],
        unknown_hour=CountOut.model_validate(answer.unknown_hour),
        tests=[SlotTestOut.model_validate(t) for t in answer.tests],
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, TimeSlotsAnswer(question=question_out(asked), result=result, proof=proof))
