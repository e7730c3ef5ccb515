"""Notices: the silences of the sources that the caller may read."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from observatoire.notices.mail import sentence
from observatoire.store import notices
from observatoire.store.notices import NoticeRecord
from observatoire.web.dependencies import KeyedDep, Offset, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.notices import NoticeList, NoticeOut

router = APIRouter(tags=["sources"], responses=PROBLEMS)


@router.get("/avis", summary="Sources en retard ou silencieuses")
def list_notices(
    who: KeyedDep,
    found: ServicesDep,
    source: Annotated[list[str] | None, Query()] = None,
    etat: Annotated[Literal["ouvert", "clos"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> NoticeList:
    """One notice per silence, latest first; it ends when data comes."""
    reach = found.reach(who)
    chosen = [code for code in reach.contracts if not source or code in source]
    lasting = None if etat is None else etat == "ouvert"
    with found.database.consulting(reach) as connection:
        records, total = notices.of_sources(connection, chosen, lasting, limit, offset)
    return NoticeList(notices=[notice_out(record) for record in records], total=total)


def notice_out(record: NoticeRecord) -> NoticeOut:
    """A notice under its wire names."""
    return NoticeOut(
        number=record.number,
        source=record.source,
        label=record.label,
        state="ouvert" if record.closed_at is None else "clos",
        first_month=f"{record.first_month:%Y-%m}",
        last_month=f"{record.last_month:%Y-%m}",
        opened_at=record.opened_at,
        closed_at=record.closed_at,
        told_at=record.told_at,
        message=sentence(record),
    )
