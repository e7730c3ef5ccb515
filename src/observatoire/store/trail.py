"""The audit trail as stored: entries are added and read; seals chain them; purges take whole seals away.

Every function wants a connection of ``Database.auditing``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Row, Text, cast, func, insert, literal, select, text
from sqlalchemy.exc import OperationalError

from observatoire.domain.trail import Entry, Purge, Seal, WrittenEntry
from observatoire.errors import UnavailableStore
from observatoire.store.queries import query
from observatoire.store.tables import entry, purge, seal

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which entries are listed. ``sources`` None: whatever they touch, even nothing."""

    sources: frozenset[str] | None
    before: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    actions: tuple[str, ...] = ()


def add(connection: Connection, new: Entry) -> None:
    """Append an entry; the database gives its number and its moment."""
    values = {name: getattr(new, name) for name in Entry.__slots__}
    connection.execute(text(query("add_audit_entry")), values | {"sources": sorted(new.sources)})


_WRITTEN = (
    entry.c.id.label("number"),
    entry.c.at.label("recorded_at"),
    entry.c.key_label,
    entry.c.organisation,
    entry.c.role,
    entry.c.action,
    entry.c.object.label("subject"),
    entry.c.filter,
    entry.c.sources,
    entry.c.row_count.label("rows"),
    entry.c.purpose,
    entry.c.outcome,
    entry.c.status,
    entry.c.reason,
)


def _written(row: Row[*tuple[Any, ...]], *, sealed: bool) -> WrittenEntry:
    values = {name: getattr(row, name) for name in WrittenEntry.__slots__ if name != "sealed"}
    return WrittenEntry(**values | {"sources": tuple(row.sources), "sealed": sealed})


def listed(connection: Connection, chosen: Chosen, limit: int) -> list[WrittenEntry]:
    """Entries, latest first, from just before a number."""
    last = func.coalesce(select(func.max(seal.c.last_entry)).scalar_subquery(), 0)
    found = select(*_WRITTEN, (entry.c.id <= last).label("in_chain")).order_by(entry.c.id.desc()).limit(limit)
    if chosen.sources is not None:
        found = found.where(entry.c.sources.op("&&")(cast(sorted(chosen.sources), ARRAY(Text))))
    if chosen.before is not None:
        found = found.where(entry.c.id < chosen.before)
    if chosen.since is not None:
        found = found.where(entry.c.at >= chosen.since)
    if chosen.until is not None:
        found = found.where(entry.c.at < chosen.until)
    if chosen.actions:
        found = found.where(entry.c.action.in_(chosen.actions))
    return [_written(row, sealed=row.in_chain) for row in connection.execute(found)]


def entries_after(connection: Connection, number: int) -> Iterator[WrittenEntry]:
    """Entries above a number, in order, a batch at a time."""
    found = select(*_WRITTEN).where(entry.c.id > number).order_by(entry.c.id)
    rows = connection.execute(found.execution_options(yield_per=BATCH))
    return (_written(row, sealed=False) for row in rows)


def entries_up_to(connection: Connection, number: int) -> int:
    """How many entries stand at or below a number."""
    found: int = connection.execute(select(func.count()).where(entry.c.id <= number)).scalar_one()
    return found


def take_turn(connection: Connection) -> bool:
    """Be alone to seal or purge until the end of the transaction; False when another already is."""
    return bool(connection.execute(text(query("take_turn_to_seal"))).scalar_one())


def hold_seals(connection: Connection) -> None:
    """Let nobody seal or purge until the end of the transaction; whoever writes entries goes on."""
    connection.execute(text(query("take_turn_to_verify")))


def wait_for_writers(connection: Connection) -> None:
    """Every entry with a number is committed or will never be, until the end of the transaction.

    Raises:
        UnavailableStore: a writer did not end within two seconds.
    """
    try:
        connection.execute(text(query("wait_for_writers")))
    except OperationalError as error:
        raise UnavailableStore(type(error.orig).__name__) from None


def _seal(row: Row[Any]) -> Seal:
    values = {name: getattr(row, name) for name in Seal.__slots__}
    return Seal(**values | {"content": bytes(row.content), "digest": bytes(row.digest)})


def seals(connection: Connection) -> list[Seal]:
    """Every seal, in order."""
    return [_seal(row) for row in connection.execute(select(seal).order_by(seal.c.number))]


def last_seal(connection: Connection) -> Seal | None:
    """The head of the chain."""
    row = connection.execute(select(seal).order_by(seal.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _seal(row)


def last_seal_before(connection: Connection, moment: datetime) -> Seal | None:
    """The last seal older than a moment, and than all that follow it."""
    younger = select(func.min(seal.c.number)).where(seal.c.sealed_at >= moment).scalar_subquery()
    found = select(seal).where(seal.c.number < func.coalesce(younger, literal(2**62)))
    row = connection.execute(found.order_by(seal.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _seal(row)


def add_seal(connection: Connection, new: Seal) -> None:
    """Append a seal."""
    connection.execute(insert(seal).values({name: getattr(new, name) for name in Seal.__slots__}))


def last_purge(connection: Connection) -> Purge | None:
    """The purge from which the chain starts."""
    row = connection.execute(select(purge).order_by(purge.c.seal.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    values = {name: getattr(row, name) for name in Purge.__slots__}
    return Purge(**values | {"digest": bytes(row.digest), "signature": bytes(row.signature)})


def forget(connection: Connection, new: Purge) -> int:
    """Take seals and their entries away, and say so; how many entries went."""
    connection.execute(insert(purge).values({name: getattr(new, name) for name in Purge.__slots__}))
    gone: int = connection.execute(text(query("forget_seals")), {"seal": new.seal}).scalar_one()
    return gone
