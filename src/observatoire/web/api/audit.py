"""The audit trail: the administration's view, and the owner's of a source."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from observatoire.disclosure.policy import Caller
from observatoire.domain.trail import Action, WrittenEntry
from observatoire.store import sources as source_store
from observatoire.store import trail
from observatoire.store.trail import Chosen
from observatoire.web.auditing import note
from observatoire.web.dependencies import KeyedDep, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import link_to_next
from observatoire.web.schemas.audit import EntryOut, TrailOut

router = APIRouter(tags=["audit"], responses=PROBLEMS)


@router.get("/audit", summary="Journal d'audit : qui a lu, exporté ou modifié quoi")
def list_entries(
    who: KeyedDep,
    found: ServicesDep,
    request: Request,
    response: Response,
    source: Annotated[list[str] | None, Query(description="parmi celles que vous lisez")] = None,
    action: Annotated[list[Action] | None, Query()] = None,
    debut: Annotated[date | None, Query(description="premier jour (inclus, UTC)")] = None,
    fin: Annotated[date | None, Query(description="dernier jour (exclu, UTC)")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    curseur: Annotated[int | None, Query(ge=1, le=2**62, description="curseur_suivant d'une page")] = None,
) -> TrailOut:
    """The administration: all that touches its grant. A partner: what was done with its own sources.

    A partner is told the organisation that asked, never who in it; a number of rows that other sources
    share is not told.
    """
    own = readable_sources(found, who)
    everything = who.administers and who.communes is None and source is None
    chosen = Chosen(
        sources=None if everything else own if source is None else own & set(source),
        before=curseur,
        since=_midnight(debut),
        until=_midnight(fin),
        actions=tuple(action or ()),
    )
    with found.database.auditing() as connection:
        entries = trail.listed(connection, chosen, limit + 1)
    page, more = entries[:limit], len(entries) > limit
    note(rows=len(page))
    following = page[-1].number if more else None
    link_to_next(response, request, following)
    response.headers["Cache-Control"] = "private, no-store"
    return TrailOut(entries=[entry_out(entry, who, own) for entry in page], next_cursor=following)


def readable_sources(found: Services, who: Caller) -> frozenset[str]:
    """Sources whose trail the caller reads: those of its grant for the administration, else its own."""
    reach = found.reach(who)
    if who.administers:
        return frozenset(reach.sources)
    with found.database.consulting(reach) as connection:
        return frozenset(s.code for s in source_store.every(connection) if who.is_of(s.organisation))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def entry_out(entry: WrittenEntry, who: Caller, own: frozenset[str]) -> EntryOut:
    """An entry as the caller may read it."""
    everywhere = who.administers and who.communes is None
    shared = not everywhere and not own.issuperset(entry.sources)
    return EntryOut(
        number=entry.number,
        recorded_at=entry.recorded_at,
        key_label=entry.key_label if who.administers else None,
        organisation=entry.organisation,
        role=entry.role if who.administers else None,
        action=entry.action,
        subject=entry.subject,
        filter=entry.filter,
        sources=list(entry.sources) if everywhere else [code for code in entry.sources if code in own],
        rows_out=None if shared else entry.rows,
        purpose=entry.purpose,
        outcome=entry.outcome,
        reason=entry.reason,
        sealed=entry.sealed,
    )
