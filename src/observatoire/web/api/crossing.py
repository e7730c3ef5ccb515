"""Cross tables."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses import crossing
from observatoire.analyses.crossing_table import TableClass
from observatoire.domain.crossing import Dimension
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, proof_out, question_out, respond
from observatoire.web.schemas.base import CountOut
from observatoire.web.schemas.crossing import (
    CrossingAnswer,
    CrossingOut,
    GenerationsOut,
    TableAxisOut,
    TableCellOut,
    TableClassOut,
    TableTestOut,
    TerritoryContextOut,
)

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get(
    "/croisements", response_model=CrossingAnswer, summary="Deux classements des mêmes faits, et leurs écarts"
)
def croisements(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    lignes: Annotated[Dimension, Query(description="ce que disent les lignes")],
    colonnes: Annotated[Dimension, Query(description="ce que disent les colonnes")],
) -> ReleasedResponse:
    """Counts, what independence would expect, and the residual of each cell; inside the grant only."""
    asked = question.with_parameters(lignes=lignes.value, colonnes=colonnes.value)
    released = crossing.cross(found.database, asked, lignes, colonnes, who, found.journal())
    answer = CrossingAnswer(
        question=question_out(asked),
        result=_result(released.value),
        proof=proof_out(released.value.proof, released.disclosure),
    )
    return respond(released, answer)


def _result(answer: crossing.CrossingAnswer) -> CrossingOut:
    table = answer.table
    return CrossingOut(
        lines=_axis(answer.dimensions[0], table.rows),
        columns=_axis(answer.dimensions[1], table.columns),
        matrix=[[TableCellOut.model_validate(cell) for cell in row] for row in table.cells],
        total=CountOut.model_validate(table.total),
        counting_unit=answer.unit,
        independence=TableTestOut.model_validate(table.test),
        context=[TerritoryContextOut.model_validate(c) for c in answer.contexts],
        generations=GenerationsOut.model_validate(answer.generations) if answer.generations else None,
    )


def _axis(dimension: Dimension, classes: tuple[TableClass, ...]) -> TableAxisOut:
    return TableAxisOut(
        dimension=dimension.value, classes=[TableClassOut.model_validate(found) for found in classes]
    )
