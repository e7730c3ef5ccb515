"""What comes back to the sender: the rows to mend, and the report in words."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from observatoire.disclosure.gate import Passage
from observatoire.disclosure.policy import Audience, Caller
from observatoire.intake import letters, rejects
from observatoire.store import rejects as reject_store
from observatoire.store.imports import ImportRecord
from observatoire.web.api.imports import ImportId, readable_import
from observatoire.web.auditing import note
from observatoire.web.dependencies import KeyedDep, Services, ServicesDep, purpose
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import JSON
from observatoire.web.schemas.reports import RejectsOut, ReportTextOut

router = APIRouter(tags=["imports"], responses=PROBLEMS)

CSV, MARKDOWN = "text/csv", "text/markdown"
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization, Cookie, Accept"}


def _written(found: Services, who: Caller, record: ImportRecord, action: str) -> None:
    """The journal keeps who read which import, never a value."""
    found.journal()(Passage(who.name, who.role or "public", action, f"import {record.id}", Audience.INTERNE))


@router.get(
    "/imports/{id}/rejets",
    summary="Lignes à corriger et à renvoyer",
    response_class=Response,
    dependencies=[Depends(purpose)],
    responses={200: {"model": RejectsOut, "content": {CSV: {"schema": {"type": "string"}}}}},
)
def get_rejects(
    who: KeyedDep,
    found: ServicesDep,
    id_: ImportId,
    f: Annotated[Literal["csv", "json"], Query(description="csv : à corriger puis renvoyer")] = "csv",
) -> Response:
    """Line, code, field, reason, then the mapped columns under the names of the file: 30 days, then gone.

    A cell that looks personal reads « [masqué] ».
    """
    record = readable_import(found, who, id_)
    content = rejects.read(found.desk.rejects, record, datetime.now(UTC))
    _written(found, who, record, "rejets")
    note(rows=sum(1 for _ in rejects.rows_of(content)))
    if f == "csv":
        name = f'attachment; filename="rejets-{record.id}.csv"'
        return Response(
            content, headers=PRIVATE | {"Content-Disposition": name}, media_type=f"{CSV}; charset=utf-8"
        )
    out = RejectsOut.model_validate(
        {
            "import_id": record.id,
            "expires_at": rejects.expires_at(record),
            "rejected": [
                {
                    "line": r.line,
                    "reason_code": r.code,
                    "field": r.field,
                    "reason": r.reason,
                    "given": r.cells,
                }
                for r in rejects.rows_of(content)
            ],
        }
    )
    return Response(out.model_dump_json(by_alias=True), headers=PRIVATE, media_type=JSON)


@router.get(
    "/imports/{id}/rapport",
    summary="Rapport d'import, en toutes lettres",
    response_class=Response,
    responses={200: {"model": ReportTextOut, "content": {MARKDOWN: {"schema": {"type": "string"}}}}},
)
def get_report(
    who: KeyedDep,
    found: ServicesDep,
    id_: ImportId,
    f: Annotated[Literal["md", "json"], Query(description="md : texte Markdown")] = "md",
) -> Response:
    """What was read, kept and set aside, why, and what to do next."""
    record = readable_import(found, who, id_)
    with found.database.consulting(found.reach(who)) as connection:
        set_aside = reject_store.by_code(connection, record.number or 0)
    _written(found, who, record, "rapport d'import")
    text = letters.report_text(record, set_aside, rejects_left=_left(found, record))
    if f == "md":
        return Response(text, headers=PRIVATE, media_type=f"{MARKDOWN}; charset=utf-8")
    out = ReportTextOut(import_id=record.id, text=text)
    return Response(out.model_dump_json(by_alias=True), headers=PRIVATE, media_type=JSON)


def _left(found: Services, record: ImportRecord) -> bool:
    """Whether the rows to mend can still be read."""
    return found.desk.rejects.holds(str(record.id)) and datetime.now(UTC) <= rejects.expires_at(record)
