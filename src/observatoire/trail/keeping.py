"""Every minute: what was written is sealed, what is too old is forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from observatoire.domain.trail import Purge, Seal
from observatoire.settings import Settings
from observatoire.store import trail
from observatoire.store.engine import Connection, Database
from observatoire.trail import chain, heads


@dataclass(frozen=True, slots=True)
class Means:
    """The key of the chain, where its head is kept, how long entries are."""

    key: bytes
    head: Path
    kept: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The means that the settings describe; the key is made on first use."""
        return cls(settings.trail_key(), settings.var / "audit_tete", timedelta(days=settings.audit_days))


def keep(database: Database, means: Means, now: datetime) -> tuple[Seal | None, int]:
    """Seal, then forget; the seal, if there was something to seal, and how many entries went."""
    return seal(database, means, now), forget(database, means, now)


def seal(database: Database, means: Means, now: datetime) -> Seal | None:
    """Chain the entries that no seal holds; None when there is none, or another process is at it.

    Raises:
        UnavailableStore: a writer did not end within two seconds; the next minute seals.
    """
    with database.auditing() as connection:
        made = _seal(connection, means, now) if trail.take_turn(connection) else None
    if made is not None:  # after the commit: a head that no seal bears would cry wolf
        heads.keep(means.head, heads.Head.of(made))
    return made


def _seal(connection: Connection, means: Means, now: datetime) -> Seal | None:
    trail.wait_for_writers(connection)
    number, last, digest = start_of(trail.last_purge(connection))
    before = trail.last_seal(connection)
    if before is not None:
        number, last, digest = before.number, before.last_entry, before.digest
    entries = list(trail.entries_after(connection, last))
    if not entries:
        return None
    count, content = chain.content_of(entries)
    unsigned = Seal(number + 1, last + 1, entries[-1].number, count, content, b"", now)
    made = signed(means.key, digest, unsigned)
    trail.add_seal(connection, made)
    return made


def start_of(purge: Purge | None) -> tuple[int, int, bytes]:
    """Seal, entry and digest after which the chain begins."""
    return (0, 0, chain.START) if purge is None else (purge.seal, purge.last_entry, purge.digest)


def signed(key: bytes, previous: bytes, seal: Seal) -> Seal:
    """A seal with its digest."""
    digest = chain.digest_of(key, previous, seal)
    return Seal(
        seal.number, seal.first_entry, seal.last_entry, seal.entries, seal.content, digest, seal.sealed_at
    )


def forget(database: Database, means: Means, now: datetime) -> int:
    """Take away the seals older than the retention, whole days at a time; how many entries went."""
    limit = (now - means.kept).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.auditing() as connection:
        if not trail.take_turn(connection):
            return 0
        last = trail.last_seal_before(connection, limit)
        if last is None:
            return 0
        unsigned = Purge(last.number, last.last_entry, last.digest, now, b"")
        signature = chain.signature_of(means.key, unsigned)
        return trail.forget(connection, Purge(last.number, last.last_entry, last.digest, now, signature))
