"""Hotspots."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from observatoire.analyses import hotspots
from observatoire.analyses.hotspots import CONCENTRATION_WARNING, HotspotMap
from observatoire.analyses.published_hotspots import PUBLISHED_METHOD, PUBLISHED_WARNING, PublishedMap
from observatoire.analyses.question import Question
from observatoire.disclosure.released import Released
from observatoire.outputs.geojson import hotspot_features, published_features
from observatoire.web.auditing import note
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    GEOJSON,
    ReleasedResponse,
    encode,
    proof_out,
    published_proof_out,
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
    """Gi* on H3 cells of the covered mask; outside the grant, on the cells that the last edition shows."""
    asked = question.with_parameters(
        maille="defaut" if maille is None else str(maille), couche=couche, seuil=str(seuil)
    )
    released = hotspots.find(found.database, asked, maille, seuil, who, found.journal())
    if isinstance(released.value, PublishedMap):
        wire = _published(asked, released)
    else:
        wire = _fresh(asked, released)
    if not wants_geojson(request, f):
        return respond(released, wire)
    content = wire.model_dump(mode="json", by_alias=True)
    return encode(
        released,
        {**content["resultat"], "question": content["question"], "preuve": content["preuve"]},
        GEOJSON,
    )


def _fresh(asked: Question, released: Released[HotspotMap]) -> HotspotAnswer:
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
    return HotspotAnswer(
        question=question_out(asked), result=collection, proof=proof_out(answer.proof, released.disclosure)
    )


def _published(asked: Question, released: Released[PublishedMap]) -> HotspotAnswer:
    answer = released.value
    collection = HotspotCollection(type="FeatureCollection", features=published_features(released), mask=None)
    proof = published_proof_out(answer.summary, released.disclosure)
    proof.method.parameters |= PUBLISHED_METHOD
    proof.warnings += [CONCENTRATION_WARNING, PUBLISHED_WARNING, *answer.notes]
    return HotspotAnswer(question=question_out(asked), result=collection, proof=proof)
