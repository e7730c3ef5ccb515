"""Hotspots."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from observatoire.analyses import hotspots
from observatoire.outputs.geojson import hotspot_features
from observatoire.web.auditing import note
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    GEOJSON,
    ReleasedResponse,
    encode,
    proof_out,
    question_out,
    respond,
    wants_geojson,
)
from observatoire.web.schemas.hotspots import HotspotAnswer, HotspotCollection, MaskOut, OutOfMaskOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/points-chauds", response_model=HotspotAnswer, summary="Où se concentrent les faits")
def points_chauds(
    who: CallerDep,
    found: ServicesDep,
    request: Request,
    question: QuestionDep,
    maille: Annotated[
        int | None, Query(ge=4, le=9, description="résolution H3 ; par défaut selon le niveau")
    ] = None,
    couche: Literal["concentration"] = "concentration",
    seuil: Annotated[float, Query(gt=0, le=0.2)] = 0.05,
    f: Literal["json", "geojson"] | None = None,
) -> ReleasedResponse:
    """Gi* on H3 cells of the covered mask, corrected by Benjamini-Hochberg."""
    asked = question.with_parameters(
        maille="defaut" if maille is None else str(maille), couche=couche, seuil=str(seuil)
    )
    released = hotspots.find(found.database, asked, maille, seuil, who, found.journal())
    answer = released.value
    note(rows=len(answer.cells), sources=[s.source for s in answer.proof.coverage.sources])
    collection = HotspotCollection(
        type="FeatureCollection",
        features=hotspot_features(released),
        mask=MaskOut(
            identifier=answer.mask_identifier,
            resolution=answer.resolution,
            cells=answer.mask_cells,
            buffer_cells=answer.buffer_cells,
            out_of_mask=[OutOfMaskOut.model_validate(place) for place in answer.out_of_mask],
        ),
    )
    wire = HotspotAnswer(
        question=question_out(asked), result=collection, proof=proof_out(answer.proof, released.disclosure)
    )
    if not wants_geojson(request, f):
        return respond(released, wire)
    content = wire.model_dump(mode="json", by_alias=True)
    return encode(
        released,
        {**content["resultat"], "question": content["question"], "preuve": content["preuve"]},
        GEOJSON,
    )
