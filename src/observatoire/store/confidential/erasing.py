"""Facts erased at the request of their source; only the key of each is left, so that none comes back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """An erasure, without anything of the fact."""

    reason: str
    erased_at: datetime


def erase(connection: Connection, key: bytes, source: str, reason: str, author: str) -> int:
    """Erase a fact and all that was said of it, for good; how many versions of it there were."""
    values = {"key": key}
    connection.execute(
        text(query("add_erasure")), values | {"source": source, "reason": reason, "author": author}
    )
    places = list(connection.execute(text(query("places_of_fact")), values).scalars())
    versions: int = connection.execute(text(query("erase_versions")), values).rowcount
    # The zones last: whoever places the fact meanwhile holds its row, and has written its zones by then.
    for name in ("erase_history", "erase_fact", "erase_zones"):
        connection.execute(text(query(name)), values)
    for name in ("erase_places_to_check", "erase_learnt_places"):
        connection.execute(text(query(name)), {"places": places})
    return versions


def erased_keys(connection: Connection, source: str) -> frozenset[bytes]:
    """Keys of the facts of a source that were erased."""
    found = connection.execute(text(query("erased_keys")), {"source": source}).scalars()
    return frozenset(bytes(key) for key in found)


def of_source(
    connection: Connection, source: str, limit: int, offset: int
) -> tuple[list[ErasureRecord], int]:
    """Erasures of a source, latest first, and how many there are."""
    values = {"source": source, "limit": limit, "offset": offset}
    rows = connection.execute(text(query("erasures_of_source")), values).all()
    return [ErasureRecord(r.reason, r.erased_at) for r in rows], (rows[0].total if rows else 0)
