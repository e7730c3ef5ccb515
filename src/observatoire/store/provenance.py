"""What each answer rested on, by its digest: written once, when the digest is first given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from observatoire.store.tables import provenance


@dataclass(frozen=True, slots=True)
class ProvenanceRecord:
    """What was kept of an answer.

    ``rests_on``: all that its digest is made of; ``beside``: what helps to read it and makes no digest;
    ``reader``: role, organisation and grant of whoever was answered first, never a name.
    """

    digest: str
    kept_at: datetime
    rests_on: dict[str, Any]
    beside: dict[str, Any]
    reader: dict[str, Any]


def keep(
    connection: Connection,
    digest: str,
    rests_on: dict[str, Any],
    beside: dict[str, Any],
    reader: dict[str, Any],
) -> None:
    """Write what a digest rests on, unless it was written before."""
    values = {"digest": digest, "rests_on": rests_on, "beside": beside, "reader": reader}
    connection.execute(insert(provenance).inline().values(values).on_conflict_do_nothing())


def is_kept(connection: Connection, digest: str) -> bool:
    """Whether a digest was given before: a figure asked again costs one probe of an index and no lock."""
    known = select(provenance.c.digest).where(provenance.c.digest == digest)
    return connection.execute(known).first() is not None


def find(connection: Connection, digest: str) -> ProvenanceRecord | None:
    """What a digest rested on; None when it was never given."""
    row = connection.execute(select(provenance).where(provenance.c.digest == digest)).one_or_none()
    if row is None:
        return None
    return ProvenanceRecord(row.digest, row.kept_at, row.rests_on, row.beside, row.reader)
