"""The city's own table of places, and the places that wait to be checked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Path, Query, Response, UploadFile

from observatoire.disclosure.policy import Caller
from observatoire.errors import FieldError, FileTooLarge, Forbidden, InvalidRequest, NotFound
from observatoire.intake.geocoding import checking, loading
from observatoire.intake.geocoding.checking import PlaceAnswer
from observatoire.intake.reading.origin import BytesOrigin
from observatoire.store import places
from observatoire.store import sources as source_store
from observatoire.store.places import TableRecord
from observatoire.web.auditing import note
from observatoire.web.dependencies import KeyedDep, Offset, Services, ServicesDep, purpose
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, respond
from observatoire.web.schemas.places import (
    PlaceAnswerIn,
    PlacesToCheckOut,
    PlaceTableOut,
    PlaceToCheckOut,
)

router = APIRouter(tags=["lieux"], responses=PROBLEMS)

Organisation = Annotated[str, Path(description="organisation d'une source")]


@router.get("/organisations/{organisation}/lieux", summary="Table des lieux d'une organisation")
def get_place_table(who: KeyedDep, found: ServicesDep, organisation: Organisation) -> PlaceTableOut:
    """The version in force: how many lines, by whom and when."""
    _answerable(found, who, organisation)
    with found.database.consulting(found.reach(who)) as connection:
        record = places.described(connection, organisation)
    if record is None:
        raise NotFound
    return _table_out(record)


@router.put("/organisations/{organisation}/lieux", summary="Remplacer la table des lieux d'une organisation")
def replace_place_table(
    who: KeyedDep,
    found: ServicesDep,
    organisation: Organisation,
    fichier: Annotated[UploadFile, File(description="CSV, XLSX ou ODS : nom, commune, longitude, latitude")],
) -> PlaceTableOut:
    """Replace the whole table, or nothing: a faulty line is named and what stood before still stands."""
    _answerable(found, who, organisation)
    limit = found.desk.limits.max_bytes
    content = fichier.file.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge(f"{limit // 1_000_000} Mo")
    origin = BytesOrigin(fichier.filename or "sans nom", content)
    return _table_out(loading.load(found.desk, origin, organisation, who))


def _answerable(found: Services, who: Caller, organisation: str) -> None:
    """Raises NotFound unless the organisation sends for a source that the caller knows, and may send for."""
    with found.database.consulting(found.reach(who)) as connection:
        known = any(s.organisation == organisation for s in source_store.every(connection))
    if not known:
        raise NotFound
    if not who.may_import_for(organisation):
        raise Forbidden


def _table_out(record: TableRecord) -> PlaceTableOut:
    return PlaceTableOut(
        organisation=record.organisation,
        version=record.version,
        lines=record.rows,
        author=record.author,
        loaded_at=record.loaded_at,
    )


@router.get(
    "/lieux/a-verifier",
    summary="Lieux à vérifier",
    response_model=PlacesToCheckOut,
    dependencies=[Depends(purpose)],
)
def list_places_to_check(
    who: KeyedDep,
    found: ServicesDep,
    source: Annotated[str | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Offset = 0,
) -> ReleasedResponse:
    """Places of the sources that the caller sends for, those with most facts first; 30 days, then gone."""
    released = checking.waiting(found.desk, who, source, limit, offset, found.journal())
    page = released.value
    note(rows=len(page.places), sources={place.source for place in page.places})
    shown = [PlaceToCheckOut.model_validate(place) for place in page.places]
    answer = respond(released, PlacesToCheckOut(places=shown, total=page.total))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@router.put("/lieux/a-verifier/{id}", status_code=204, summary="Répondre d'un lieu", response_class=Response)
def answer_place(
    who: KeyedDep,
    found: ServicesDep,
    id_: Annotated[UUID, Path(alias="id", description="identifiant du lieu")],
    body: PlaceAnswerIn,
) -> Response:
    """The facts that wait move, the text is forgotten, the next file knows the place."""
    point = (body.longitude, body.latitude)
    if body.answer != "point" and point != (None, None):
        raise InvalidRequest(fields=(FieldError("reponse", "un point n'accompagne que « point »", "point"),))
    given = PlaceAnswer(
        checking.Answering(body.answer), body.candidate, body.longitude, body.latitude, body.commune
    )
    checking.answer(found.desk, who, id_, given, found.journal())
    return Response(status_code=204)
