"""From an Authorization header to a Caller."""

import base64
import binascii
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from observatoire.disclosure.policy import PUBLIC, Caller, Role
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import NotAuthenticated
from observatoire.store import accounts, key_life
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import territories

REMEMBERED_SECONDS = 30


@dataclass(frozen=True, slots=True)
class _Remembered:
    caller: Caller
    until: float


class KeyRing:
    """Checks keys against the store; remembers an answer for 30 s at most (a revoked key dies within)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, _Remembered] = {}

    def caller(self, authorization: str | None) -> Caller:
        """Who holds this header; the anonymous public without one.

        Raises:
            NotAuthenticated: a header that holds no valid key.
        """
        if not authorization:
            return PUBLIC
        key = key_of(authorization)
        name = accounts.digest(key)
        known = self._known.get(name)
        if known is None or known.until < time.monotonic():
            self._known.pop(name, None)
            found = self._look_up(key)
            known = _Remembered(found, time.monotonic() + min(REMEMBERED_SECONDS, _seconds_left(found)))
            self._known[name] = known
        return known.caller

    def _look_up(self, key: str) -> Caller:
        with self._database.reading() as connection:
            record = accounts.find_key(connection, key)
            if record is None:
                raise NotAuthenticated
            communes = communes_within(connection, record.grant)
        self._tell_use(record)
        return Caller(
            record.label,
            Role(record.role),
            record.organisation,
            record.grant,
            communes,
            record.scopes,
            record.expires_at,
            record.origins,
        )

    def _tell_use(self, record: accounts.KeyRecord) -> None:
        """Written at a look-up, so twice a minute at most and never once a request."""
        told = record.last_used_at
        if told is None or datetime.now(UTC) - told > key_life.USE_TOLD_EVERY:
            with self._database.importing() as connection:
                key_life.tell_use(connection, record.number)


def _seconds_left(found: Caller) -> float:
    """Until the key expires."""
    end = found.expires_at
    return float("inf") if end is None else (end - datetime.now(UTC)).total_seconds()


def communes_within(connection: Connection, grant: Iterable[TerritoryCode]) -> frozenset[str] | None:
    """The communes of a grant; None: everywhere."""
    codes = tuple(grant)
    if any(code.level is TerritoryLevel.NATION for code in codes):
        return None
    return frozenset(c.code for code in codes for c in territories.communes_of(connection, code))


def key_of(authorization: str) -> str:
    """The key of an ``Authorization`` header: Bearer, or the password of Basic, whatever its user name.

    Raises:
        NotAuthenticated: neither.
    """
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise NotAuthenticated from None
        return decoded.partition(":")[2]
    raise NotAuthenticated
