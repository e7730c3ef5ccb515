"""What a database shows to whom: asked of every table that row-level security guards, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from observatoire.disclosure.policy import NOTHING, Reach
from observatoire.store.engine import DatabaseRole
from observatoire.store.queries import query

OWNERS = {
    "collection.source": "organisation",
    "collection.source_territory": "(select s.organisation from collection.source s where s.code = source)",
    "collection.import": "(select s.organisation from collection.source s where s.code = source)",
    "collection.reject": "(select s.organisation from collection.import i join collection.source s "
    "on s.code = i.source where i.number = import_number)",
    "collection.idempotency": "(select s.organisation from collection.import i join collection.source s "
    "on s.code = i.source where i.id = import_id)",
    "collection.profile": "(select s.organisation from collection.source s where s.code = source)",
    "collection.series_break": "(select s.organisation from collection.source s where s.code = source)",
    "collection.notice": "(select s.organisation from collection.source s where s.code = source)",
    "collection.correspondence": "coalesce(organisation, "
    "(select s.organisation from collection.source s where s.code = source))",
    "collection.place_table": "organisation",
    "collection.place": "organisation",
    "collection.zone": "organisation",
    "collection.zone_version": "(select z.organisation from collection.zone z where z.id = zone)",
    "collection.assignment": "(select z.organisation from collection.zone_version v join collection.zone z "
    "on z.id = v.zone where v.number = zone_version)",
    "confidential.place_to_check": "organisation",
    "confidential.own_fact": "(select s.organisation from collection.source s where s.code = source)",
    "accounts.organisation": "code",
    "accounts.organisation_territory": "organisation",
    "accounts.api_key": "organisation",
}
"""Each table, and how the organisation of a row is told from the row."""


@dataclass(frozen=True)
class Shown:
    """Rows of a table by organisation: all that there are, and those that somebody is shown."""

    table: str
    every: dict[str | None, int]
    seen: dict[str | None, int]


def _within(connection: Connection, reach: Reach) -> None:
    connection.execute(text(f"set local role {DatabaseRole.CONSULTATION}"))
    if reach is not NOTHING:
        values = {name: getattr(reach, name) for name in Reach.__slots__ if name != "others"}
        listed = {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}
        connection.execute(text(query("set_reach")), listed)


def shown(connection: Connection, reach: Reach) -> Iterator[Shown]:
    """What each table shows within a reach; the transaction is the owner's, and is so again at the end.

    The owner of a row is looked up by the owner of the database, from what identifies the row.
    """
    every: dict[str, dict[str, str | None]] = {}
    for table, organisation in OWNERS.items():
        found = connection.execute(text(f"select t::text, {organisation} from {_every(table)} t")).all()
        every[table] = dict(tuple(row) for row in found)
    savepoint = connection.begin_nested()
    _within(connection, reach)
    seen = {
        table: connection.execute(text(f"select t::text from {_readable(table)} t")).scalars().all()
        for table in OWNERS
    }
    savepoint.rollback()
    connection.execute(text("reset role"))
    for table, rows in every.items():
        yield Shown(table, _counted(rows.values()), _counted(rows[row] for row in seen[table]))


def _every(table: str) -> str:
    """All there is: of the parent of the facts, the facts."""
    return _readable(table).replace("own_fact", "fact")


def _readable(table: str) -> str:
    """The columns that the consultation may read."""
    if table == "accounts.api_key":
        return "(select id, organisation from accounts.api_key)"
    if table == "confidential.own_fact":
        return "(select key, source from confidential.own_fact)"
    return f"(select * from {table})"


def _counted(owners: Iterable[str | None]) -> dict[str | None, int]:
    return dict(Counter(owners))


def leaks(connection: Connection, reach: Reach, own: str | None) -> set[str]:
    """The tables that show a row of another organisation than ``own``."""
    return {s.table for s in shown(connection, reach) if set(s.seen) - {own}}


def hidden(connection: Connection, reach: Reach, own: str) -> set[str]:
    """The tables that hold rows of ``own`` and do not show them all."""
    return {s.table for s in shown(connection, reach) if s.seen.get(own, 0) < s.every.get(own, 0)}
