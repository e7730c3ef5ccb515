"""What does row-level security cost those who read rows, next to the same question without it, in one run?

The same rows are asked for twice: by the consultation role, within the reach of an analyst, and by a
superuser whom no policy concerns, with the sources of the analyst written in the statement, turn by turn.
What is compared is the processor time of the server's two processes (planning included, no parallel worker),
which the neighbours on the machine do not stretch; so it runs beside the server, on Linux.
"""

import argparse
import os
import re
import statistics
from collections.abc import Callable
from pathlib import Path

import psycopg

from contract_in_counts import FACTS
from databases import empty
from observatoire.disclosure.policy import Reach
from observatoire.store.engine import DatabaseRole
from observatoire.store.queries import query

SOURCES, IMPORTS, REJECTS = 50, 20_000, 200_000
OWN = tuple(f"s{n}" for n in range(4))
"""An analyst reads 4 sources of 50, the facts being shared by all."""
SETUP = (
    "insert into accounts.organisation (code, label, kind) values ('x', 'x', 'autre')",
    "insert into collection.source (code, label, kind, organisation, timezone, additivity_group, visibility) "
    "select 's' || n, 'x', 'autre', 'x', 'Europe/Paris', 'g', 'interne' "
    f"from generate_series(0, {SOURCES - 1}) n",
    "insert into collection.import (id, source, state, file, lines, as_of, caller, started_at, period_start, "
    "period_end) select gen_random_uuid(), 's' || n % 50, 'valide', '{}', '{}', '2025-01-01', 'x', now(), "
    f"date '2020-01-01' + n % 1500, date '2020-01-01' + n % 1500 + 30 from generate_series(1, {IMPORTS}) n",
    "insert into collection.reject (import_number, line, code, field, shape, bucket, source) "
    "select i.number, n, 'DAT_INVALIDE', 'date', '99/99/9999', 'quarantaine', i.source "
    f"from generate_series(1, {REJECTS}) n join collection.import i on i.number = 1 + n % 100",
    # A list of all by day would go down an index that exists here alone.
    "create index on confidential.fact (local_day, key)",
    "vacuum analyze",
)
FACT = "select key, source, category, local_day, commune from {facts} where {own}"
KEYSET = (
    f"{FACT} and (local_day, key) < (date '2024-06-01', '\\x00') order by local_day desc, key desc limit 100"
)
PAGE = (
    f"{FACT} and commune = any(array['31005', '31006']) and local_day >= '2022-01-01' "
    "and local_day < '2023-01-01' and (local_day, key) > (date '2022-03-01', '\\x00') "
    "order by local_day, key limit 501"
)
"""As ``GET /faits`` asks for a page: the communes of a territory, a period, what follows a fact."""
QUESTIONS: dict[str, str] = {
    "facts of two communes, a page of the list": PAGE,
    "facts, a page of all by keyset (no route asks)": KEYSET,
    "facts of a commune and a year": FACT
    + " and commune = '31005' and local_day between '2022-01-01' and '2022-12-31'",
    "facts in a box": FACT
    + " and geom && st_makeenvelope(0.9, 42.9, 1.1, 43.1, 4326) and local_day = '2023-05-05'",
    "facts, all of them counted": "select count(*), max(local_day) from {facts} where {own}",
    "imports, a page": "select * from collection.import where {own} order by number desc limit 100",
    "one import": "select * from collection.import where id = %(import)s and {own}",
    "rejects of an import, by fault": "select code, count(*) from collection.reject "
    "where import_number = 51 and {own} group by code",
    "another's import": "select * from collection.import where id = %(foreign)s and {own}",
}


def guarded(statement: str) -> str:
    """As the store asks it."""
    return statement.format(facts="confidential.own_fact", own="true")


def bare(statement: str) -> str:
    """As it would be asked without the lock: the sources in the statement."""
    return statement.format(facts="confidential.fact", own="source = any(%(sources)s)")


def asked(connection: psycopg.Connection, statement: str, values: dict[str, object]) -> float:
    """Milliseconds of processor that the server's process spent."""
    process = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    before = int(process.read_text().split()[0])
    connection.execute(statement, values).fetchall()
    return (int(process.read_text().split()[0]) - before) / 1e6


def measure(server: str, rows: int, repetitions: int) -> None:
    """Print the table."""
    with empty(server) as base:
        with psycopg.connect(base, autocommit=True) as connection:
            facts = FACTS.replace("n % 4,", f"n % {SOURCES},").format(rows=rows)
            for statement in (SETUP[0], SETUP[1], facts, *SETUP[2:]):
                connection.execute(statement)
        _compare(base, repetitions)


def _compare(server: str, repetitions: int) -> None:
    values: dict[str, object] = {"sources": list(OWN)}
    with psycopg.connect(server) as free, psycopg.connect(server) as bound:
        for name, source in (("import", "s1"), ("foreign", "s40")):
            chosen = "select id from collection.import where source = %s limit 1"
            found = free.execute(chosen, [source]).fetchone()
            assert found is not None
            values[name] = found[0]
        for connection in (free, bound):
            connection.execute("set plan_cache_mode = force_custom_plan")
            connection.execute("set max_parallel_workers_per_gather = 0")
            connection.prepare_threshold = None
        bound.execute(f"set role {DatabaseRole.CONSULTATION}")
        _set_reach(bound, Reach(sources=OWN, contracts=OWN))
        print("| question | without, ms | with, ms | ratio |\n|---|---|---|---|")
        for name, statement in QUESTIONS.items():
            plain, guard = _medians(
                lambda s=statement: asked(free, bare(s), values),
                lambda s=statement: asked(bound, guarded(s), values),
                repetitions,
            )
            print(f"| {name} | {plain:.2f} | {guard:.2f} | {guard / plain:.2f} |")


def _set_reach(connection: psycopg.Connection, reach: Reach) -> None:
    """For the session: the benchmark stays in one transaction."""
    statement = re.sub(r":(\w+)(?= as)", r"%(\1)s", query("set_reach"))
    listed = {name: getattr(reach, name) for name in Reach.__slots__ if name != "others"}
    connection.execute(statement, {k: list(v) if isinstance(v, tuple) else v for k, v in listed.items()})


def _medians(plain: Callable[[], float], bound: Callable[[], float], repetitions: int) -> tuple[float, float]:
    for once in (plain, bound):
        once()
    taken = [(plain(), bound()) for _ in range(repetitions)]
    return statistics.median(p for p, _ in taken), statistics.median(b for _, b in taken)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=51)
    told = parser.parse_args()
    measure(os.environ["OBSERVATOIRE_DATABASE_URL"], told.rows, told.repetitions)
