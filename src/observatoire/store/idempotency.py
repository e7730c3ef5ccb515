"""Idempotency keys: a request sent twice is received once."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from observatoire.store.tables import idempotency


@dataclass(frozen=True, slots=True)
class Used:
    """What a key was first used for."""

    digest: str
    import_id: UUID


def find(connection: Connection, caller: str, key: str) -> Used | None:
    """What a caller's key was used for, None when it is new."""
    row = connection.execute(
        select(idempotency.c.digest, idempotency.c.import_id).where(
            idempotency.c.caller == caller, idempotency.c.key == key
        )
    ).one_or_none()
    return None if row is None else Used(row.digest, row.import_id)


def claim(connection: Connection, caller: str, key: str, used: Used) -> Used | None:
    """Use a key; what it was used for when another request has come first, even an instant ago.

    A request under way with the same key is waited for: its end decides.
    """
    values = {"caller": caller, "key": key, "digest": used.digest, "import_id": used.import_id}
    statement = insert(idempotency).values(values).on_conflict_do_nothing().returning(idempotency.c.key)
    if connection.execute(statement).one_or_none() is not None:
        return None
    return find(connection, caller, key)
