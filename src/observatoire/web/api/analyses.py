"""Analyses: each parses, calls one use case, renders what the gate has released."""

import dataclasses
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from observatoire.analyses import hotspots, similar_facts, synthesis, time_slots, trends
from observatoire.analyses.editions import PublishedSummary
from observatoire.analyses.question import Question
from observatoire.analyses.synthesis import Summary
from observatoire.analyses.time_slots import DAYS
from observatoire.outputs.geojson import hotspot_features
from observatoire.statistics.time_slots import Preset
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
from observatoire.web.schemas.analyses import (
    ChangeOut,
    HotspotAnswer,
    HotspotCollection,
    MaskOut,
    MonthOut,
    OutOfMaskOut,
    PublishedSummaryOut,
    SimilarFactsAnswer,
    SimilarFactsOut,
    SimilarPairOut,
    SlotTestOut,
    SummaryAnswer,
    SummaryOut,
    TimeSlotsAnswer,
    TimeSlotsOut,
    TrendAnswer,
    TrendOut,
)
from observatoire.web.schemas.base import CountOut, DeclaredBreakOut

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
        result = PublishedSummaryOut.model_validate(
            {"groups": [{"group": g.group, "years": [_year(y) for y in g.years]} for g in value.groups]}
        )
        proof = published_proof_out(value, released.disclosure)
    return respond(released, SummaryAnswer(question=question_out(question), result=result, proof=proof))


def _year(year: object) -> dict[str, object]:
    assert dataclasses.is_dataclass(year)
    content = {f.name: getattr(year, f.name) for f in dataclasses.fields(year)}
    content["categories"] = [
        {"code": code, "label": label, "level": level, "facts": facts}
        for code, label, level, facts in content["categories"]
    ]
    return content


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
    asked = _with(
        question, maille="defaut" if maille is None else str(maille), couche=couche, seuil=str(seuil)
    )
    released = hotspots.find(found.database, asked, maille, seuil, who, found.journal())
    answer = released.value
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


@router.get("/creneaux-horaires", response_model=TimeSlotsAnswer, summary="Quand : jour et heure")
def creneaux_horaires(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    decoupage: Preset = "1h",
    methode: Literal["connue"] = "connue",
) -> ReleasedResponse:
    """Hour × weekday in local civil time; the unknown hours stand beside."""
    asked = _with(question, decoupage=decoupage, methode=methode)
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


@router.get("/rapprochements", response_model=SimilarFactsAnswer, summary="Signalements à rapprocher")
def rapprochements(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    minutes: Annotated[int, Query(ge=1, le=120, description="écart d'heure au plus")] = 15,
    metres: Annotated[int, Query(ge=1, le=500, description="distance au plus")] = 50,
) -> ReleasedResponse:
    """Facts of two sources that may be one event: proposed, never merged."""
    asked = _with(question, minutes=str(minutes), metres=str(metres))
    released = similar_facts.find(found.database, asked, minutes, metres, who, found.journal())
    answer = released.value
    result = SimilarFactsOut(
        count=answer.count, pairs=[SimilarPairOut.model_validate(pair) for pair in answer.pairs]
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, SimilarFactsAnswer(question=question_out(asked), result=result, proof=proof))


@router.get("/tendances", response_model=TrendAnswer, summary="Comment évoluent les faits")
def tendances(
    who: CallerDep, found: ServicesDep, question: QuestionDep, pas: Literal["mois"] = "mois"
) -> ReleasedResponse:
    """Monthly series with its season-aware slope and interval."""
    asked = _with(question, pas=pas)
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


def _with(question: Question, **parameters: str) -> Question:
    return dataclasses.replace(question, parameters=tuple(sorted(parameters.items())))
