"""What a database holds, for a backup to tell and a restore to check: tables, policies, roles, decisions."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from observatoire.errors import UnavailableStore
from observatoire.store.engine import Database
from observatoire.store.queries import query
from observatoire.store.schema import revision


@dataclass(frozen=True, slots=True)
class Inventory:
    """``tables``: rows by table; ``guards``: policies of the tables whose row-level security is forced."""

    revision: str
    owner: str
    roles: tuple[str, ...]
    tables: dict[str, int]
    guards: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that somebody did: ``subject`` holds codes and identifiers, never a text that was typed.

    ``sources``: by their codes, by commas; empty where the subject says it all.
    """

    at: datetime
    caller: str
    action: str
    subject: str
    sources: str = ""


@contextmanager
def snapshot(database: Database) -> Iterator[tuple[Connection, str]]:
    """A transaction that sees the database as it is now, and the name under which another sees the same."""
    with database.owning() as connection:
        connection.execute(text("set transaction isolation level repeatable read, read only"))
        connection.execute(text("set local row_security = off"))
        yield connection, connection.execute(text("select pg_export_snapshot()")).scalar_one()


def take(connection: Connection) -> Inventory:
    """Count everything; rows that a policy hides are an error, never left out."""
    connection.execute(text("set local row_security = off"))
    return Inventory(
        revision=revision(connection) or "",
        owner=connection.execute(text(query("owner_of_tables"))).scalar_one(),
        roles=tuple(connection.execute(text(query("granted_roles"))).scalars()),
        tables=dict(_counted(connection)),
        guards={row.table: list(row.policies) for row in connection.execute(text(query("forced_guards")))},
    )


def _counted(connection: Connection) -> Iterator[tuple[str, int]]:
    quote = connection.dialect.identifier_preparer.quote
    for row in connection.execute(text(query("own_tables"))).all():
        counted = f"select count(*) from only {quote(row.schema)}.{quote(row.name)}"
        yield f"{row.schema}.{row.name}", connection.execute(text(counted)).scalar_one()


def stands_empty(database: Database) -> bool:
    """Whether nothing of anybody's is there (an extension may be).

    Raises:
        UnavailableStore: there is no such database.
    """
    with database.owning() as connection:
        return connection.execute(text(query("what_stands"))).first() is None


def make_roles(database: Database, names: Iterable[str]) -> None:
    """Roles belong to the server, not to the dump: without them its grants would refer to nobody."""
    with database.owning() as connection:
        known = set(connection.execute(text("select rolname from pg_roles")).scalars())
        quote = connection.dialect.identifier_preparer.quote
        for name in names:
            if name not in known:
                connection.execute(text(f"create role {quote(name)} nologin"))
            if name.startswith("observatoire_"):
                connection.execute(text(f"grant {quote(name)} to current_user"))


def settle(database: Database, owner: str) -> None:
    """What was the former owner's is ours; the planner learns what is there."""
    with database.owning() as connection:
        for statement in connection.execute(
            text(query("policies_of_another_owner")), {"owner": owner}
        ).scalars():
            connection.execute(text(statement))
        connection.execute(text("analyze"))


def empty(database: Database) -> None:
    """Take away what a restore has put there."""
    try:
        with database.owning() as connection:
            for statement in connection.execute(text(query("drop_everything"))).scalars().all():
                connection.execute(text(statement))
    except DBAPIError as error:
        raise UnavailableStore(type(error.orig).__name__) from None


def decisions(connection: Connection, since: datetime, operator: str) -> list[Decision]:
    """What was sent, withdrawn and decided since a moment, by the API or on the server."""
    rows = connection.execute(text(query("decisions_since")), {"since": since, "operator": operator})
    return [Decision(r.at, r.caller, r.action, r.subject, r.sources) for r in rows]
