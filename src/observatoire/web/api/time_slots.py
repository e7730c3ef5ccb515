"""Time slots."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from observatoire.analyses import time_slots
from observatoire.analyses.slot_cutting import Cutting, Method
from observatoire.analyses.time_slots import DAYS, Cell, TimeSlotMatrix
from observatoire.disclosure.released import Weighted
from observatoire.domain.day_kind import DayKind
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, proof_out, question_out, respond
from observatoire.web.schemas.base import CountOut
from observatoire.web.schemas.time_slots import (
    BoundsOut,
    MeanHourOut,
    SlotTestOut,
    TimeSlotsAnswer,
    TimeSlotsOut,
    WeightedOut,
)

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/creneaux-horaires", response_model=TimeSlotsAnswer, summary="Quand : jour et heure")
def creneaux_horaires(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    decoupage: Literal["1h", "3h", "6h", "service", "personnalise"] = "1h",
    bornes: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9]{1,2}(,[0-9]{1,2}){1,23}$",
            description="heures où commencent les créneaux de « personnalise » : 6,12,18,0",
        ),
    ] = None,
    methode: Annotated[
        Method, Query(description="« aoristique » répartit les faits connus par un intervalle")
    ] = "connue",
    jours: Annotated[
        DayKind,
        Query(
            description="vacances : zone du département ; fériés : Alsace-Moselle et outre-mer à part ; avec "
            "« aoristique », seule compte la part d'un intervalle qui tombe sur ces jours"
        ),
    ] = DayKind.EVERY,
) -> ReleasedResponse:
    """Hour × weekday in local civil time; the unknown hours stand beside."""
    cutting = Cutting.of(
        decoupage, [int(cut) for cut in bornes.split(",")] if bornes else None, methode, jours
    )
    asked = question.with_parameters(decoupage=decoupage, methode=methode, jours=jours.value)
    if bornes:
        asked = question.with_parameters(bornes=bornes, **dict(asked.parameters))
    released = time_slots.tabulate(found.database, asked, cutting, who, found.journal())
    answer = released.value
    result = TimeSlotsOut(
        split=answer.split,
        slots=list(answer.slots),
        days=list(DAYS),
        matrix=[[_cell(c) for c in row] for row in answer.matrix],
        by_day=[_cell(c) for c in answer.by_day],
        by_slot=[_cell(c) for c in answer.by_slot],
        intervals=_intervals(answer),
        unknown_hour=CountOut.model_validate(answer.unknown_hour),
        unknown_share=answer.unknown_share,
        mean=_mean(answer),
        tests=[SlotTestOut.model_validate(t) for t in answer.tests],
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, TimeSlotsAnswer(question=question_out(asked), result=result, proof=proof))


def _mean(answer: TimeSlotMatrix) -> MeanHourOut | None:
    if answer.mean is None:
        return None
    return MeanHourOut(value=answer.mean.hour, concentration=answer.mean.concentration, p=answer.mean.p)


def _intervals(answer: TimeSlotMatrix) -> list[list[BoundsOut]] | None:
    if answer.intervals is None:
        return None
    return [[BoundsOut.model_validate(bounds) for bounds in row] for row in answer.intervals]


def _cell(cell: Cell) -> CountOut | WeightedOut:
    return (WeightedOut if isinstance(cell, Weighted) else CountOut).model_validate(cell)
