"""A source is deleted, in two times: asked and confirmed by a person, done whole by a worker.

Between the two nothing is received of it. What was published stays (decision record 0029), and the audit
trail says that it was done.
"""

from collections.abc import Callable
from datetime import datetime

from observatoire.domain.source import Source
from observatoire.domain.trail import Action, Entry
from observatoire.errors import FieldError, InvalidRequest, NotFound, UnknownSource
from observatoire.intake.desk import Desk
from observatoire.intake.retention.reducing import SYSTEM, TABLES, WORKER
from observatoire.store import imports, retention, sources, trail
from observatoire.store.confidential import deleting
from observatoire.store.engine import Connection

Defer = Callable[[Connection, str], None]
"""Puts the deletion in the worker's queue, in the transaction that asks for it."""


def ask(desk: Desk, source: Source, confirmation: str, defer: Defer) -> datetime:
    """Ask that a source be deleted; asked again, it is put in the queue again, and since when is told.

    Raises:
        InvalidRequest: the code was not written again: a deletion is not made by mistake.
        NotFound: the source has just been deleted.
    """
    if confirmation != source.code:
        fault = FieldError("confirmation", "écrivez le code de la source à supprimer", source.code)
        raise InvalidRequest(fields=(fault,))
    with desk.database.importing() as connection:
        since = deleting.ask(connection, source.code)
        if since is None:
            raise NotFound
        defer(connection, source.code)
    return since


def delete(desk: Desk, code: str) -> int | None:
    """Delete a source of which this was asked; how many facts it had, None when there is nothing to do."""
    with desk.database.importing() as connection:
        imports.lock_source(connection, code)
        try:
            if not sources.get(connection, code).deletion_asked:
                return None
        except UnknownSource:
            return None
        files = [str(id_) for id_ in retention.imports_of(connection, code)]
        facts = deleting.delete(connection, code)
        _tell(desk, code, facts)  # while the trail can still see whose it was
    for file in files:
        desk.deposits.remove(file)
        desk.rejects.remove(file)
    desk.database.take_room_back((*TABLES, "confidential.fact_version", "confidential.fact_zone"))
    return facts


def _tell(desk: Desk, code: str, facts: int) -> None:
    told = Entry(
        key_label=WORKER,
        role=SYSTEM,
        action=Action.PURGE,
        subject=f"sources/{code}",
        sources=frozenset({code}),
        rows=facts,
    )
    with desk.database.auditing() as connection:
        trail.add(connection, told)
