"""What is kept no longer than it must: which imports still need their files, and what has expired."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from observatoire.store.tables import idempotency, import_

UNFINISHED = ("en_attente", "en_cours", "a_confirmer")
"""States of an import that still needs its file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An import as far as its files go: whether it still reads its deposit, and when it was received."""

    unfinished: bool
    received_at: datetime


def kept(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Those of some imports that exist."""
    rows = connection.execute(
        select(import_.c.id, import_.c.state, import_.c.started_at).where(import_.c.id.in_(ids))
    )
    return {row.id: Kept(row.state in UNFINISHED, row.started_at) for row in rows}


def refuse_held(connection: Connection, received_before: datetime, now: datetime, message: str) -> list[UUID]:
    """End the imports that have waited too long to be confirmed; which."""
    return list(
        connection.execute(
            update(import_)
            .where(import_.c.state == "a_confirmer", import_.c.started_at < received_before)
            .values(state="refuse", finished_at=now, message=message)
            .returning(import_.c.id)
        ).scalars()
    )


def forget_keys(connection: Connection, used_before: datetime) -> int:
    """Delete old idempotency keys; how many."""
    gone: int = connection.execute(delete(idempotency).where(idempotency.c.created_at < used_before)).rowcount
    return gone


def forget_journal(connection: Connection, asked_before: datetime) -> int:
    """Delete the questions asked before a moment; how many. The database keeps the last thirty days."""
    forgotten = select(func.accounts.forget_journal(asked_before))
    gone: int = connection.execute(forgotten).scalar_one()
    return gone


def imports_of(connection: Connection, source: str) -> list[UUID]:
    """Every import of a source, whatever became of it."""
    return list(connection.execute(select(import_.c.id).where(import_.c.source == source)).scalars())
