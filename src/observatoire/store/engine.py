"""One engine per database role; one transaction per request or import.

``SET ROLE`` is part of the connection's start-up options, so a connection can't read or
write more than its room needs: ``analyse`` reads facts, ``import`` writes them,
``publication`` fills editions, ``diffusion`` reads the schema ``published`` only; ``audit`` adds entries
to the audit trail and can change none. ``consultation`` reads row-level objects (imports, rejects,
facts…), of which row-level security shows it those of the caller that the transaction names, and none
where it names nobody. ``identification`` alone reads passwords, second factors and sessions, and nothing
else but organisations.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from functools import cached_property
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from observatoire.disclosure.policy import NOTHING, Reach
from observatoire.errors import ForbiddenCharacter, UnavailableStore
from observatoire.store.errors import CrowdedStore, TooLongQuestion
from observatoire.store.queries import query

__all__ = ["Connection", "Database", "DatabaseRole", "Transaction", "driver_url"]


class DatabaseRole(StrEnum):
    """Roles created by the migrations."""

    OWNER = ""
    IMPORT = "observatoire_import"
    ANALYSIS = "observatoire_analyse"
    PUBLICATION = "observatoire_publication"
    DIFFUSION = "observatoire_diffusion"
    CONSULTATION = "observatoire_consultation"
    AUDIT = "observatoire_audit"
    IDENTIFICATION = "observatoire_identification"


LONGEST_ANSWER = "120s"
"""No one waits longer for a figure; a statement that does is given up, and its connection serves others."""
SECONDS_FOR_A_CONNECTION = 10


def driver_url(url: str, role: DatabaseRole) -> str:
    """The SQLAlchemy address (psycopg 3) of a libpq URL, with the role in its options."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query) if k != "options"]
    # Lists of thousands of codes are parameters: a generic plan would search them one by one.
    options = "-c TimeZone=UTC -c plan_cache_mode=force_custom_plan"
    if role:
        options += f" -c role={role.value}"
    if role is DatabaseRole.IMPORT:
        # A file is staged in a temporary table, then sorted: neither should go through the disk.
        options += " -c work_mem=128MB -c temp_buffers=128MB"
    if role in (DatabaseRole.ANALYSIS, DatabaseRole.DIFFUSION, DatabaseRole.CONSULTATION):
        options += f" -c statement_timeout={LONGEST_ANSWER}"
    if role is DatabaseRole.CONSULTATION:
        options += " -c default_transaction_read_only=on"
    query.append(("options", options))
    return urlunsplit(("postgresql+psycopg", parts.netloc, parts.path, urlencode(query, quote_via=quote), ""))


Transaction = AbstractContextManager[Connection]


class Database:
    """The database as the rest of the house sees it: eight ways in, each a transaction."""

    def __init__(self, url: str, *, pooled: bool = True) -> None:
        self.url = url
        self._pooled = pooled

    def _engine(self, role: DatabaseRole) -> Engine:
        if not self._pooled:
            return create_engine(driver_url(self.url, role), poolclass=NullPool)
        return create_engine(
            driver_url(self.url, role),
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            pool_timeout=SECONDS_FOR_A_CONNECTION,
        )

    @cached_property
    def _owner(self) -> Engine:
        return self._engine(DatabaseRole.OWNER)

    @cached_property
    def _import(self) -> Engine:
        return self._engine(DatabaseRole.IMPORT)

    @cached_property
    def _analysis(self) -> Engine:
        return self._engine(DatabaseRole.ANALYSIS)

    @cached_property
    def _publication(self) -> Engine:
        return self._engine(DatabaseRole.PUBLICATION)

    @cached_property
    def _diffusion(self) -> Engine:
        return self._engine(DatabaseRole.DIFFUSION)

    @cached_property
    def _consultation(self) -> Engine:
        return self._engine(DatabaseRole.CONSULTATION)

    @cached_property
    def _audit(self) -> Engine:
        return self._engine(DatabaseRole.AUDIT)

    @cached_property
    def _identification(self) -> Engine:
        return self._engine(DatabaseRole.IDENTIFICATION)

    def owning(self) -> Transaction:
        """Schema owner: migrations and reference data."""
        return _transaction(self._owner)

    def importing(self) -> Transaction:
        """Writes facts, imports, sources, accounts."""
        return _transaction(self._import)

    def reading(self) -> Transaction:
        """Reads facts and reference data."""
        return _transaction(self._analysis)

    def publishing(self) -> Transaction:
        """Reads facts, writes the schema ``published``."""
        return _transaction(self._publication)

    def diffusing(self) -> Transaction:
        """Reads the schema ``published`` and the reference data only."""
        return _transaction(self._diffusion)

    def consulting(self, reach: Reach = NOTHING) -> Transaction:
        """Reads the row-level objects within a caller's reach; without one, nothing."""
        return _within(self._consultation, reach)

    def auditing(self) -> Transaction:
        """Adds to the audit trail and reads it; a transaction of its own, whatever becomes of the request."""
        return _transaction(self._audit)

    def identifying(self) -> Transaction:
        """Reads and writes persons, their second factors and their sessions."""
        return _transaction(self._identification)

    def take_room_back(self, tables: Iterable[str], *, rewrite: bool = False) -> None:
        """Clear what was deleted or replaced from some tables of ours; outside any transaction.

        ``rewrite``: the whole file, so that no byte of it is left on a free page; nobody reads it meanwhile.
        """
        with self._owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.execute(text(f"vacuum {'(full)' if rewrite else ''} {table}"))

    def dispose(self) -> None:
        """Close every pool."""
        for name in (
            "_owner",
            "_import",
            "_analysis",
            "_publication",
            "_diffusion",
            "_consultation",
            "_audit",
            "_identification",
        ):
            engine = self.__dict__.get(name)
            if engine is not None:
                engine.dispose()


@contextmanager
def _within(engine: Engine, reach: Reach) -> Iterator[Connection]:
    with _transaction(engine) as connection:
        if reach is not NOTHING:
            connection.execute(
                text(query("set_reach")),
                {
                    "organisations": list(reach.organisations),
                    "sources": list(reach.sources),
                    "contracts": list(reach.contracts),
                    "communes": list(reach.communes),
                    "everywhere": reach.everywhere,
                    "administers": reach.administers,
                },
            )
        yield connection


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except PoolTimeout:
        raise CrowdedStore from None
    except (OperationalError, ProgrammingError) as error:
        raise UnavailableStore(type(error.orig).__name__) from None
    try:
        with connection, connection.begin():
            yield connection
    except DBAPIError as error:
        if error.connection_invalidated:  # the server went away: nothing was written, it may be tried again
            raise UnavailableStore(type(error.orig).__name__) from None
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise TooLongQuestion from None
        # A NUL character is the one thing that no text column can hold, wherever it came from.
        if not isinstance(error, DataError) or "NUL" not in str(error.orig):
            raise
        raise ForbiddenCharacter from None
    except psycopg.OperationalError as error:  # COPY speaks to the driver itself
        raise UnavailableStore(type(error).__name__) from None
