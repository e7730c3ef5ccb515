"""Totals by category and by source."""

import dataclasses
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from observatoire.analyses import synthesis
from observatoire.analyses.editions import PublishedSummary
from observatoire.analyses.synthesis import Summary
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    ReleasedResponse,
    proof_out,
    published_proof_out,
    question_out,
    respond,
)
from observatoire.web.schemas.synthesis import PublishedSummaryOut, SummaryAnswer, SummaryOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/synthese", response_model=SummaryAnswer, summary="Totaux par catégorie et par source")
def synthese(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    diffusion: Annotated[
        Literal["edition"] | None, Query(description="lire la dernière édition, même dans son périmètre")
    ] = None,
) -> ReleasedResponse:
    """Per additivity group; outside the grant, whole years from the last edition."""
    released = synthesis.summarise(
        found.database, question, who, found.journal(), from_edition=diffusion == "edition"
    )
    value = released.value
    result: SummaryOut | PublishedSummaryOut
    if isinstance(value, Summary):
        result, proof = SummaryOut.model_validate(value), proof_out(value.proof, released.disclosure)
    else:
        assert isinstance(value, PublishedSummary)
        result = published_out(value)
        proof = published_proof_out(value, released.disclosure)
    return respond(released, SummaryAnswer(question=question_out(question), result=result, proof=proof))


def published_out(summary: PublishedSummary) -> PublishedSummaryOut:
    """The years of an edition, on the wire."""
    return PublishedSummaryOut.model_validate(
        {"groups": [{"group": g.group, "years": [_year(y) for y in g.years]} for g in summary.groups]}
    )


def _year(year: object) -> dict[str, object]:
    assert dataclasses.is_dataclass(year)
    content = {f.name: getattr(year, f.name) for f in dataclasses.fields(year)}
    content["categories"] = [
        {"code": code, "label": label, "level": level, "facts": facts}
        for code, label, level, facts in content["categories"]
    ]
    return content
