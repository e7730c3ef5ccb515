"""Facts one by one, for who holds the grant and may read the source."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from observatoire.analyses import fact_list
from observatoire.domain.trail import Purpose
from observatoire.outputs.fact_table import fact_features, fact_table
from observatoire.web.auditing import note
from observatoire.web.dependencies import KeyedDep, QuestionDep, ServicesDep, purpose
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    CSV,
    GEOJSON,
    ReleasedResponse,
    encode,
    link_to_next,
    question_out,
    respond,
    respond_bytes,
    wants_csv,
)
from observatoire.web.schemas.fact_list import FactOut, FactPageOut

router = APIRouter(tags=["faits"], responses=PROBLEMS)
FORMATS = {CSV: {"schema": {"type": "string"}}, GEOJSON: {"schema": {"type": "object"}}}


@router.get(
    "/faits",
    summary="Faits, un à un",
    response_model=FactPageOut,
    responses={
        200: {"content": {CSV: {"schema": {"type": "string"}}, GEOJSON: {"schema": {"type": "object"}}}}
    },
)
def list_facts(
    who: KeyedDep,
    found: ServicesDep,
    request: Request,
    question: QuestionDep,
    _: Annotated[Purpose, Depends(purpose)],
    points: Annotated[bool, Query(description="avec les coordonnées ; demande la portée « points »")] = False,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    curseur: Annotated[str | None, Query(max_length=200, description="curseur_suivant d'une page")] = None,
    f: Literal["json", "csv", "geojson"] | None = None,
) -> ReleasedResponse:
    """Inside the grant only: what the figures are counted from, by day; no reference, label nor address."""
    released = fact_list.find(found.database, question, curseur, limit, who, found.journal(), points=points)
    page = released.value
    note(rows=len(page.facts), sources=page.sources)
    if wants_csv(request, f):
        answer = respond_bytes(released, fact_table(released), CSV)
    elif f == "geojson":
        answer = encode(released, {"type": "FeatureCollection", "features": fact_features(released)}, GEOJSON)
    else:
        answer = respond(
            released,
            FactPageOut(
                question=question_out(page.question),
                listed_sources=list(page.sources),
                other_sources=page.other_sources,
                facts=[FactOut.model_validate(fact) for fact in page.facts],
                next_cursor=page.cursor,
                warnings=list(page.warnings),
            ),
        )
    link_to_next(answer, request, page.cursor)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
