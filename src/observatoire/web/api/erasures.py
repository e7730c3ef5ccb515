"""Erasure of one fact, at the request of its source."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.domain.erasure import ErasureReason
from observatoire.intake.erasing import erase, listed
from observatoire.web.api.sources import readable_source
from observatoire.web.dependencies import AdministratorDep, Offset, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.erasures import ErasureDoneOut, ErasureIn, ErasureList, ErasureOut

router = APIRouter(prefix="/sources/{code}/effacements", tags=["conservation"], responses=PROBLEMS)


@router.get("", summary="Effacements d'une source")
def list_erasures(
    who: AdministratorDep,
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


@router.post("", status_code=201, summary="Effacer un fait par sa référence")
def create_erasure(who: AdministratorDep, found: ServicesDep, code: str, body: ErasureIn) -> ErasureDoneOut:
    """All that was said of the fact goes; the file that holds it, sent again, does not bring it back."""
    source = readable_source(found, who, code)
    done = erase(found.desk, source, body.reference, body.reason, who.name)
    return ErasureDoneOut(reason=body.reason, versions=done.versions, rejected_lines=done.rejected_lines)
