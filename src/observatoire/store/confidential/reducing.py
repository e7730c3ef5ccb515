"""Points reduced to their neighbourhoods: of the facts that are too old, current and past contents.

Nothing leaves this module but how many rows were touched, never which.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, text

from observatoire.store.queries import query

TABLES = ("fact", "fact_history")
ZONES = {"fact": "zones_of_fact", "fact_history": "zones_of_fact_history"}
BATCH = 10_000


def clock(connection: Connection) -> datetime:
    """The database's, by which a zone is drawn before or after a fact has lost its point."""
    told: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
    return told.astimezone(UTC)


def announce(connection: Connection, source: str, before: date) -> None:
    """Say that the facts of a source before a day have no point, for good: no longer contract helps."""
    connection.execute(text(query("announce_reduction")), {"source": source, "before": before})


def assignment_under_way(connection: Connection) -> bool:
    """Whether some points are still to be looked at: they are needed until then."""
    found: bool = connection.execute(text(query("assignment_under_way"))).scalar_one()
    return found


def months(connection: Connection, source: str, before: date) -> Iterator[tuple[str, date]]:
    """(table, first day of a month) in which something is to be reduced."""
    values = {"source": source, "before": before}
    for table in TABLES:
        statement = query("months_to_reduce").format(table=table)
        for month in connection.execute(text(statement), values).scalars().all():
            yield table, month


def reduce_batch(connection: Connection, source: str, before: date, table: str, month: date) -> int:
    """Reduce at most ``BATCH`` rows of a month; how many."""
    values = {"source": source, "before": before, "month": month, "limit": BATCH}
    return _run(connection, "reduce_month", table, values)


def reduce_import(connection: Connection, number: int, before: date) -> int:
    """Reduce what an import has just brought, once its zones are known; how many rows."""
    values = {"number": number, "before": before}
    return sum(_run(connection, "reduce_import", table, values) for table in TABLES)


def to_reduce(connection: Connection, source: str, before: date) -> int:
    """How many rows hold more than a neighbourhood, current or past."""
    values = {"source": source, "before": before}
    statements = [query("count_to_reduce").format(table=table) for table in TABLES]
    return sum(int(connection.execute(text(s), values).scalar_one()) for s in statements)


def reduced(connection: Connection, source: str) -> int:
    """How many current facts have lost their point."""
    found: int = connection.execute(text(query("count_reduced")), {"source": source}).scalar_one()
    return found


def forget_learnt_places(connection: Connection, before: datetime) -> int:
    """Forget old answers about places that no fact bears any longer; how many."""
    gone: int = connection.execute(text(query("forget_learnt_places")), {"before": before}).rowcount
    return gone


def _run(connection: Connection, name: str, table: str, values: dict[str, Any]) -> int:
    reduced = query("reduced").format(zones=query(ZONES[table]))
    statement = query(name).format(table=table, reduced=reduced)
    rows: int = connection.execute(text(statement), values).rowcount
    return rows
