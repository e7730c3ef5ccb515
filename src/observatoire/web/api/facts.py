"""Facts sent by a partner's system, as a JSON list instead of a file."""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from observatoire.disclosure.policy import Caller
from observatoire.errors import FieldError, InvalidRequest, KeyUsedOtherwise
from observatoire.intake import service
from observatoire.intake.inspection import Options
from observatoire.store import idempotency, queue
from observatoire.store.engine import Connection
from observatoire.store.idempotency import Used
from observatoire.store.imports import ImportRecord
from observatoire.web.api.imports import declared_period, import_out, readable_import, source_of
from observatoire.web.dependencies import KeyedDep, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import JSON
from observatoire.web.schemas.collection import ImportOut
from observatoire.web.schemas.facts import FactIn

router = APIRouter(tags=["imports"], responses=PROBLEMS)

PROFILE = "faits"
FILE_NAME = "faits.json"
KEY = "Idempotency-Key"
PRINTABLE = r"^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$"
BODY = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"type": "array", "items": FactIn.model_json_schema()}}},
    }
}


class _CameFirst(Exception):
    """Another request with the same key was received before this one."""

    def __init__(self, used: Used) -> None:
        super().__init__()
        self.used = used


@dataclass(frozen=True, slots=True)
class _Claim:
    """The key of a request and the digest of all that it says."""

    caller: str
    key: str
    digest: str

    def find(self, found: Services, who: Caller) -> Used | None:
        with found.database.consulting(found.reach(who)) as connection:
            return idempotency.find(connection, self.caller, self.key)

    def defer(self, connection: Connection, record: ImportRecord) -> None:
        """Claim the key and queue the import, in the transaction that records it."""
        first = idempotency.claim(connection, self.caller, self.key, Used(self.digest, record.id))
        if first is not None:
            raise _CameFirst(first)
        queue.defer_import(connection, record)


async def _body(who: KeyedDep, request: Request) -> bytes:
    """The bytes of the list; a form or a page of another site can't send this type.

    Raises:
        InvalidRequest: it is not a JSON list.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise InvalidRequest(fields=(FieldError("Content-Type", "du JSON est attendu", JSON),))
    body = await request.body()
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        expected = '[{"reference": "…", "date": "2026-03-12", "categorie": "A101"}]'
        raise InvalidRequest(fields=(FieldError("corps", "une liste JSON de faits est attendue", expected),))
    return body


@router.post("/faits", status_code=202, summary="Envoyer des faits", openapi_extra=BODY)
def create_facts(
    who: KeyedDep,
    found: ServicesDep,
    request: Request,
    response: Response,
    body: Annotated[bytes, Depends(_body)],
    key: Annotated[
        str,
        Header(alias=KEY, pattern=PRINTABLE, description="nouvelle à chaque envoi, la même pour le répéter"),
    ],
    source: Annotated[str, Query()],
    simulation: Annotated[bool, Query()] = False,
    debut: Annotated[date | None, Query()] = None,
    fin: Annotated[date | None, Query()] = None,
    couverture: Annotated[Literal["complete", "partielle"], Query()] = "complete",
    arrete_le: Annotated[date | None, Query()] = None,
) -> ImportOut:
    """Same rules as a file. Sent again with the same key, the same list is received once (30 days)."""
    record = source_of(found, who, source)
    said = {"source": source, "simulation": simulation, "couverture": couverture}
    dates = {"debut": debut, "fin": fin, "arrete_le": arrete_le}
    claim = _Claim(_identity(who), key, _digest(body, said | {name: str(day) for name, day in dates.items()}))
    used = claim.find(found, who)
    if used is None:
        declaration = service.Declaration(
            file_name=FILE_NAME,
            simulation=simulation,
            period=declared_period(debut, fin),
            partial=couverture == "partielle",
            as_of=arrete_le,
            options=Options(profile=PROFILE),
        )
        try:
            received = service.receive(
                found.desk, io.BytesIO(body), record, declaration, caller=who.name, defer=claim.defer
            )
        except _CameFirst as first:
            used = first.used
    if used is not None:
        received = _replayed(found, who, claim, used)
        response.headers["Idempotent-Replayed"] = "true"
    response.headers["Location"] = f"{request.url.path.rpartition('/')[0]}/imports/{received.id}"
    return import_out(received)


def _replayed(found: Services, who: Caller, claim: _Claim, used: Used) -> ImportRecord:
    """The import that the first request with this key made.

    Raises:
        KeyUsedOtherwise: it said something else.
    """
    if used.digest != claim.digest:
        raise KeyUsedOtherwise
    return readable_import(found, who, used.import_id)


def _identity(who: Caller) -> str:
    """Two keys of one label in two organisations are two callers."""
    return json.dumps([who.role, who.organisation, who.name], ensure_ascii=False)


def _digest(body: bytes, said: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    digest.update(b"\n")
    digest.update(body)
    return digest.hexdigest()
