"""Imports: receive, list, give back, undo."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile

from observatoire.disclosure.policy import Caller
from observatoire.domain.period import Period
from observatoire.errors import FieldError, Forbidden, InvalidRequest, NotFound
from observatoire.intake import service
from observatoire.intake.inspection import Options
from observatoire.store import imports as import_store
from observatoire.store import queue
from observatoire.store import sources as source_store
from observatoire.store.imports import ImportRecord
from observatoire.web.auditing import note
from observatoire.web.dependencies import KeyedDep, Offset, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.collection import ConfirmationIn, ImportList, ImportOut, NilIn

ImportId = Annotated[UUID, Path(alias="id", description="identifiant de l'import")]
router = APIRouter(tags=["imports"], responses=PROBLEMS)


@router.post("/imports", status_code=202, summary="Déposer un fichier")
def create_import(
    who: KeyedDep,
    found: ServicesDep,
    request: Request,
    response: Response,
    fichier: Annotated[UploadFile, File(description="export CSV, XLSX, XLS, ODS ou GeoJSON")],
    source: Annotated[str, Form()],
    profil: Annotated[str | None, Form()] = None,
    simulation: Annotated[bool, Form()] = False,
    debut: Annotated[date | None, Form()] = None,
    fin: Annotated[date | None, Form()] = None,
    couverture: Annotated[Literal["complete", "partielle"], Form()] = "complete",
    arrete_le: Annotated[date | None, Form()] = None,
    doublons_internes: Annotated[Literal["garder", "ignorer"] | None, Form()] = None,
    feuille: Annotated[str | None, Form()] = None,
    ligne_entete: Annotated[int | None, Form(ge=1, le=1000)] = None,
    reparer: Annotated[bool, Form(description="réparer les accents encodés deux fois")] = False,
    corrige: Annotated[
        UUID | None, Form(description="import dont ce fichier renvoie les rejets corrigés")
    ] = None,
) -> ImportOut:
    """Take a file in; a worker imports it, whole or not at all: follow it at its address."""
    record = source_of(found, who, source)
    received = service.receive(
        found.desk,
        fichier.file,
        record,
        service.Declaration(
            file_name=fichier.filename or "sans nom",
            simulation=simulation,
            period=declared_period(debut, fin),
            partial=couverture == "partielle",
            as_of=arrete_le,
            options=Options(
                profile=profil or None,
                sheet=feuille or None,
                header_line=ligne_entete,
                repair_encoding=reparer,
                corrects=str(corrige) if corrige else None,
                ignore_alike=None if doublons_internes is None else doublons_internes == "ignorer",
            ),
        ),
        caller=who.name,
        defer=queue.defer_import,
    )
    response.headers["Location"] = f"{request.url.path}/{received.id}"
    return import_out(received)


def declared_period(start: date | None, end: date | None) -> Period | None:
    """Both bounds or none.

    Raises:
        InvalidRequest: one bound without the other; ReversedPeriod.
    """
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "debut" if start is None else "fin"
        raise InvalidRequest(fields=(FieldError(missing, "les deux bornes vont ensemble", "AAAA-MM-JJ"),))
    return Period(start, end)


def source_of(found: Services, who: Caller, code: str) -> Any:  # noqa: ANN401
    """The source that the caller may send for.

    Raises:
        UnknownSource: it does not exist, or not for this caller.
        Forbidden: it may be read but not sent for.
        Conflict: it is about to be deleted.
    """
    note(sources=[code])
    with found.database.consulting(found.reach(who)) as connection:
        record = source_store.get(connection, code)
    if not who.may_import_for(record.organisation):
        raise Forbidden
    service.refuse_leaving(record)
    return record


@router.get("/imports", summary="Imports reçus")
def list_imports(
    who: KeyedDep,
    found: ServicesDep,
    source: Annotated[list[str] | None, Query()] = None,
    etat: str | None = None,
    debut: date | None = None,
    fin: date | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> ImportList:
    """Imports of the sources that the caller may read, latest first."""
    reach = found.reach(who)
    chosen = [code for code in reach.sources if not source or code in source]
    with found.database.consulting(reach) as connection:
        records, total = import_store.every(
            connection, chosen, declared_period(debut, fin), etat, limit, offset
        )
    return ImportList(imports=[import_out(record) for record in records], total=total)


def readable_import(found: Services, who: Caller, id_: UUID) -> ImportRecord:
    """An import that the caller may read.

    Raises:
        NotFound: it does not exist, or not for this caller.
    """
    reach = found.reach(who)
    with found.database.consulting(reach) as connection:
        record = import_store.get(connection, id_)
    if record is None or record.source not in reach.sources:
        raise NotFound
    return record


@router.get("/imports/{id}", summary="Un import et son rapport")
def get_import(who: KeyedDep, found: ServicesDep, id_: ImportId) -> ImportOut:
    """One import; another organisation's does not exist."""
    return import_out(readable_import(found, who, id_))


@router.post("/imports/{id}/validation", status_code=202, summary="Confirmer un import")
def confirm_import(
    who: KeyedDep, found: ServicesDep, id_: ImportId, body: ConfirmationIn | None = None
) -> ImportOut:
    """Write what an import held for review would write; too many rows in quarantine: administration only."""
    record = readable_import(found, who, id_)
    source_of(found, who, record.source)
    if "quarantaine" in record.to_confirm and not who.administers:
        raise Forbidden
    repair = body.repair if body else False
    service.confirm(found.desk, record, repair=repair, caller=who.name, defer=queue.defer_import)
    return import_out(readable_import(found, who, id_))


@router.delete("/imports/{id}", summary="Annuler un import")
def delete_import(who: KeyedDep, found: ServicesDep, id_: ImportId) -> ImportOut:
    """Take an import back: every figure is what it was before."""
    record = readable_import(found, who, id_)
    source_of(found, who, record.source)
    service.undo_import(found.desk, record, caller=who.name)
    return import_out(readable_import(found, who, id_))


@router.post("/sources/{code}/neant", status_code=201, summary="Déclarer « rien à signaler »")
def declare_nil(who: KeyedDep, found: ServicesDep, code: str, body: NilIn) -> ImportOut:
    """The months declared are zero, which is not missing; undone like an import."""
    record = source_of(found, who, code)
    period = Period(body.start, body.end)
    return import_out(service.declare_nil(found.database, record, period, body.as_of, caller=who.name))


def import_out(record: ImportRecord) -> ImportOut:
    """An import under its wire names."""
    file, lines, location = record.file, record.lines, record.location
    period = record.period
    return ImportOut.model_validate(
        {
            "id": record.id,
            "state": record.state,
            "source": record.source,
            "profile": record.profile,
            "simulation": record.simulation,
            "nil": record.nil,
            "file": {
                "name": file["nom"],
                "size": file["octets"],
                "sha256": file["sha256"],
                "encoding": file["encodage"],
                "separator": file["separateur"],
                "sheet": file["feuille"],
            }
            if file
            else None,
            "lines": {
                "read": lines["lues"],
                "created": lines["creees"],
                "revised": lines["revisees"],
                "unchanged": lines["inchangees"],
                "duplicates": lines["doublons"],
                "quarantined": lines["quarantaine"],
                "set_aside": lines["ecartees"],
                "erased": lines.get("effacees", 0),
            },
            "anomalies": [
                {"code": a["code"], "count": a["nombre"], "label": a["libelle"]} for a in record.anomalies
            ],
            "period": {"start": period.start, "end": period.end, "deduced": record.period_deduced}
            if period
            else None,
            "coverage": "partielle" if record.partial else "complete",
            "as_of": record.as_of,
            "location": {
                "facts": location["faits"],
                "located": location["localises"],
                "share": location["part_localisee"],
            }
            if location
            else None,
            "progress": record.progress,
            "to_confirm": record.to_confirm,
            "started_at": record.started_at,
            "finished_at": record.finished_at,
            "message": record.message,
        }
    )
