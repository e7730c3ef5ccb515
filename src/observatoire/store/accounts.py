"""API keys (only their digest is stored) and the journal of what was read."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from observatoire.domain.territory import TerritoryCode
from observatoire.store.tables import api_key, journal

PREFIX = "obs_"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as stored: who it stands for, never the key."""

    label: str
    role: str
    organisation: str
    grant: tuple[TerritoryCode, ...]
    scopes: frozenset[str]


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
) -> str:
    """Create a key and return it: the only time that it is seen."""
    key = PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        insert(api_key).values(
            prefix=key[: len(PREFIX) + 4],
            sha256=digest(key),
            label=label,
            role=role,
            organisation=organisation,
            grant=[str(code) for code in grant],
            scopes=[],
            expires_at=expires_at,
        )
    )
    return key


def find_key(connection: Connection, key: str) -> KeyRecord | None:
    """The valid key with this text, None when unknown, expired or revoked."""
    row = connection.execute(
        select(api_key).where(
            api_key.c.sha256 == digest(key),
            api_key.c.revoked_at.is_(None),
            api_key.c.expires_at.is_(None) | (api_key.c.expires_at > func.now()),
        )
    ).one_or_none()
    if row is None:
        return None
    grant = tuple(TerritoryCode.parse(code) for code in row.grant)
    return KeyRecord(row.label, row.role, row.organisation, grant, frozenset(row.scopes))


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
