"""Erasure of one fact at the request of its source; deletion of a source with all that it sent."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.disclosure.policy import Caller
from observatoire.domain.erasure import ErasureReason
from observatoire.domain.source import Source
from observatoire.errors import Forbidden
from observatoire.intake import deleting
from observatoire.intake.erasing import erase, listed
from observatoire.store import queue
from observatoire.web.api.sources import readable_source
from observatoire.web.dependencies import AdministratorDep, KeyedDep, Offset, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.erasures import DeletionOut, ErasureDoneOut, ErasureIn, ErasureList, ErasureOut

router = APIRouter(prefix="/sources/{code}", tags=["conservation"], responses=PROBLEMS)


@router.get("/effacements", summary="Effacements d'une source")
def list_erasures(
    who: KeyedDep,
    found: ServicesDep,
    code: str,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> ErasureList:
    """When and why, never what."""
    source = readable_source(found, who, code)
    records, total = listed(found.desk, source, limit, offset)
    erasures = [ErasureOut(reason=ErasureReason(r.reason), erased_at=r.erased_at) for r in records]
    return ErasureList(erasures=erasures, total=total)


def _whole(found: Services, who: Caller, code: str) -> Source:
    """A source that lies inside the grant: what touches another administration is not for this one to delete.

    Raises:
        NotFound: it does not exist, or not for this caller.
        Forbidden: it goes beyond the grant.
    """
    source = readable_source(found, who, code)
    if code not in found.reach(who).sources:
        raise Forbidden
    return source


@router.post("/effacements", status_code=201, summary="Effacer un fait par sa référence")
def create_erasure(who: AdministratorDep, found: ServicesDep, code: str, body: ErasureIn) -> ErasureDoneOut:
    """All that was said of the fact goes; the file that holds it, sent again, does not bring it back."""
    source = _whole(found, who, code)
    done = erase(found.desk, source, body.reference, body.reason, who.name)
    return ErasureDoneOut(reason=body.reason, versions=done.versions, rejected_lines=done.rejected_lines)


@router.delete("", status_code=202, summary="Supprimer une source et tout ce qui en vient")
def delete_source(
    who: AdministratorDep,
    found: ServicesDep,
    code: str,
    confirmation: Annotated[str, Query(description="le code de la source, écrit une seconde fois")],
) -> DeletionOut:
    """Facts, imports, profiles, decisions, proofs: all at once, by a worker; then it does not exist."""
    source = _whole(found, who, code)
    since = deleting.ask(found.desk, source, confirmation, queue.defer_deletion)
    return DeletionOut(source=source.code, requested_at=since)
