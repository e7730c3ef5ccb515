"""The life of a key: renewed with an overlap, last used, and the first of all."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, or_, select, text, update

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import NATION, TerritoryCode
from observatoire.errors import Conflict, NotFound
from observatoire.store import accounts
from observatoire.store.tables import api_key

OVERLAP_DAYS, LONGEST_OVERLAP_DAYS = 7, 30
"""How long the old secret still opens beside the new one."""
USE_TOLD_EVERY = timedelta(minutes=1)
"""The last use of a key is written no more often, whatever the requests."""
SOON = timedelta(days=30)
"""How long before its end a key is said to end soon."""
FIRST_LOCK = 20260021


@dataclass(frozen=True, slots=True)
class Renewed:
    """A key that takes over: its text is seen this once; the old one opens until ``old_expires_at``."""

    key: str
    number: int
    replaced: int
    expires_at: datetime
    old_expires_at: datetime


def renew(
    connection: Connection, number: int, overlap: timedelta, expires_at: datetime | None = None
) -> Renewed:
    """Give a key a successor with the same label, role, organisation, grant and scopes.

    Raises:
        NotFound: no key has this number.
        Conflict: it opens nothing any more, or has its successor already.
    """
    old = connection.execute(select(api_key).where(api_key.c.id == number).with_for_update()).one_or_none()
    if old is None:
        raise NotFound
    now = datetime.now(UTC)
    if old.replaced_by is not None:
        raise Conflict(f"La clé {number} a déjà été renouvelée : la clé {old.replaced_by} lui succède.")
    if old.revoked_at is not None or old.expires_at <= now:
        raise Conflict(f"La clé {number} n'ouvre plus rien : créez-en une autre.")
    grant = [TerritoryCode.parse(code) for code in old.grant]
    key = accounts.create_key(
        connection, old.label, old.role, old.organisation or "", grant, expires_at, old.scopes
    )
    made = connection.execute(
        select(api_key.c.id, api_key.c.expires_at).where(api_key.c.sha256 == accounts.digest(key))
    ).one()
    until = min(old.expires_at, now + overlap)
    values = {"replaced_by": made.id, "expires_at": until}
    connection.execute(update(api_key).where(api_key.c.id == number).values(values))
    return Renewed(key, made.id, number, made.expires_at, until)


def tell_use(connection: Connection, number: int) -> None:
    """Write that a key has just been used, unless it was written a moment ago by another process."""
    stale = or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at < func.now() - USE_TOLD_EVERY)
    connection.execute(update(api_key).where(api_key.c.id == number, stale).values(last_used_at=func.now()))


def create_administrator(connection: Connection, label: str, *, another: bool = False) -> str:
    """The key of an administrator without bounds; two commands at once make one.

    Raises:
        Conflict: there is one already, and another was not asked for.
    """
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": FIRST_LOCK})
    known = [
        key
        for key in accounts.keys(connection)
        if key.role == Role.ADMINISTRATION and str(NATION) in key.grant and key.is_open(datetime.now(UTC))
    ]
    if known and not another:
        told = ", ".join(f"{key.number} ({key.label})" for key in known)
        raise Conflict(f"Un administrateur existe déjà : clé {told}. Pour en créer un autre : « --encore ».")
    return accounts.create_key(connection, label, Role.ADMINISTRATION, "", [NATION])
