"""API keys (only their digest is stored) and the journal of what was read."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import KeyScope, Role
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import FieldError, InvalidRequest, NotFound
from observatoire.store import organisations
from observatoire.store.engine import Database
from observatoire.store.reference import territories
from observatoire.store.tables import api_key, journal, organisation

PREFIX = "obs_"
"""With the 43 URL-safe characters that follow, how scanners of published secrets know a key."""
KEY_LASTS = timedelta(days=365)
LONGEST_KEY = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as stored: who it stands for, never the key.

    ``grant``: its own territories, else those in force of its organisation.
    """

    label: str
    role: str
    organisation: str
    grant: tuple[TerritoryCode, ...]
    scopes: frozenset[str]
    number: int
    expires_at: datetime
    last_used_at: datetime | None
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as the administration lists it: ``prefix`` is what may be recognised of it."""

    number: int
    prefix: str
    label: str
    role: str
    organisation: str | None
    grant: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaced_by: int | None

    def is_open(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


def digest(key: str) -> str:
    """What is stored of a key: SHA-256 of 32 random bytes needs no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(
    connection: Connection,
    label: str,
    role: str,
    organisation: str,
    grant: Iterable[TerritoryCode],
    expires_at: datetime | None = None,
    scopes: Iterable[str] = (),
) -> str:
    """Create a key and return it: the only time that it is seen.

    Without a grant it has its organisation's; without an end, ``KEY_LASTS``.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    if organisation:
        organisations.ensure(connection, organisation)
    connection.execute(
        insert(api_key).values(
            prefix=key[: len(PREFIX) + 4],
            sha256=digest(key),
            label=label,
            role=role,
            organisation=organisation or None,
            grant=[str(code) for code in grant],
            scopes=list(scopes),
            expires_at=expires_at or datetime.now(UTC) + KEY_LASTS,
        )
    )
    return key


def check_grant(connection: Connection, grant: Iterable[TerritoryCode], field: str) -> None:
    """Refuse what can't be a grant: a territory that does not exist, or a part of communes.

    Raises:
        InvalidRequest, UnknownTerritory.
    """
    for code in grant:
        if code.level is TerritoryLevel.ZONE or code.level.is_part_of_communes:
            message = f"« {code} » : une clé porte sur des communes entières"
            raise InvalidRequest(fields=(FieldError(field, message, "commune:31555"),))
        territories.get(connection, code)


def check_life(expires_at: datetime | None, role: str = "", scopes: Iterable[str] = ()) -> None:
    """Refuse an end that is past or too far, and a scope that the role does not have.

    Raises:
        InvalidRequest.
    """
    if KeyScope.ADMINISTRATION in scopes and role != Role.ADMINISTRATION:
        raise InvalidRequest(fields=(FieldError("portees", "ce rôle n'administre pas"),))
    if expires_at is None:
        return
    left = expires_at.astimezone(UTC) - datetime.now(UTC)
    if left <= timedelta(0):
        raise InvalidRequest(fields=(FieldError("expire_le", "la date est passée", "une date à venir"),))
    if left > LONGEST_KEY:
        message = "une clé dure deux ans au plus : renouvelez-la ensuite"
        raise InvalidRequest(fields=(FieldError("expire_le", message, f"{LONGEST_KEY.days} jours au plus"),))


def find_key(connection: Connection, key: str) -> KeyRecord | None:
    """The valid key with this text; None when unknown, expired, revoked, or its organisation is inactive."""
    inherited = organisations.in_force(api_key.c.organisation).label("inherited")
    row = connection.execute(
        select(api_key, inherited, organisation.c.origins)
        .outerjoin(organisation, organisation.c.code == api_key.c.organisation)
        .where(
            api_key.c.sha256 == digest(key),
            api_key.c.revoked_at.is_(None),
            api_key.c.expires_at > func.now(),
            func.coalesce(organisation.c.active, True),
        )
    ).one_or_none()
    if row is None:
        return None
    grant = tuple(TerritoryCode.parse(code) for code in row.grant or row.inherited or ())
    return KeyRecord(
        row.label,
        row.role,
        row.organisation or "",
        grant,
        frozenset(row.scopes),
        row.id,
        row.expires_at,
        row.last_used_at,
        frozenset(row.origins or ()),
    )


def keys(connection: Connection) -> list[ListedKey]:
    """Every key that the transaction may see, in order of creation, revoked ones too."""
    columns = [column for column in api_key.c if column.name != "sha256"]
    rows = connection.execute(select(*columns).order_by(api_key.c.id))
    return [_listed(row) for row in rows]


def _listed(row: Row[Any]) -> ListedKey:
    return ListedKey(
        row.id,
        row.prefix,
        row.label,
        row.role,
        row.organisation,
        tuple(row.grant),
        tuple(row.scopes),
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
        row.replaced_by,
    )


def revoke(connection: Connection, number: int) -> None:
    """Revoke a key; one that was revoked already stays so, since the same day.

    Raises:
        NotFound: no key has this number.
    """
    done = connection.execute(
        update(api_key)
        .where(api_key.c.id == number)
        .values(revoked_at=func.coalesce(api_key.c.revoked_at, func.now()))
    )
    if done.rowcount == 0:
        raise NotFound


def revoke_label(connection: Connection, label: str) -> None:
    """Revoke every valid key of a label."""
    connection.execute(
        update(api_key)
        .where(api_key.c.label == label, api_key.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )


def write_journal(
    connection: Connection, caller: str, role: str, action: str, question: str, audience: str | None
) -> None:
    """Append one line to the journal: ids and codes, never a value."""
    connection.execute(
        insert(journal)
        .inline()
        .values(caller=caller, role=role, action=action, question=question, audience=audience)
    )


def journal_of(database: Database) -> Journal:
    """A sink that writes each passage of the gate."""

    def write(passage: Passage) -> None:
        with database.reading() as connection:
            write_journal(
                connection,
                passage.caller,
                passage.role,
                passage.action,
                passage.question,
                passage.audience,
            )

    return write
