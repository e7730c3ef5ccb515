"""What do the clauses of a contract cost the code that counts, next to the same count without them?"""

import argparse
import os
import time

import psycopg

from databases import empty
from observatoire.store.queries import query

ASKED = "source = any(array['s0', 's1']) and epci = '243100518'"
SOURCES = """
insert into accounts.organisation (code, label, kind) values ('x', 'x', 'autre');
insert into collection.source (code, label, kind, organisation, timezone, additivity_group, visibility)
select 's' || n, 'x', 'autre', 'x', 'Europe/Paris', 'g', 'interne' from generate_series(0, 3) n
"""
TERRITORIES = """
insert into collection.source_territory (source, level, code, valid_from)
select code, 'epci', '243100518', date '2000-01-01' from collection.source
"""
FACTS = """
insert into confidential.fact (key, content, source, category, category_mode, occurred_from, time_precision,
    local_day, hour_of_week, location_precision, cell, commune, epci, departement, region, near_border, unit,
    quantity, sensitivity, anomalies, import_number, as_of, geom)
select decode(md5(n::text), 'hex'), 'x', 's' || n % 4, 'A101', 'table', now(), 'minute',
    date '2020-01-01' + n % 2000, n % 168, 'point', n % 5000, (31000 + n % 37)::text, '243100518', '31', '76',
    false, 'fait', 1, 0, '{{}}', 1, '2025-01-01', st_setsrid(st_makepoint(1, 43), 4326)
from generate_series(1, {rows}) n
"""
WANTED = "cast(:wanted as text[])"
COUNTS = ("count_by_month", "count_by_hour_of_week", "count_by_cell", "count_precision")


def with_contract(name: str) -> str:
    """The statement of the store."""
    where = f"{ASKED} and {query('within_contract')}"
    return _of_every_category(name).format(where=where, placed_by=query("placed_by"), told="")


def without(name: str) -> str:
    """The same count of the same rows, no clause looked at."""
    counted = _of_every_category(name).replace("placed.code is not null", "true")
    return counted.format(where=ASKED, placed_by="", told="")


def _of_every_category(name: str) -> str:
    return query(name).replace(WANTED, "cast(null as text[])")


def best(connection: psycopg.Connection, statement: str, repetitions: int) -> float:
    """Seconds of the fastest run."""
    found = []
    for _ in range(repetitions):
        begun = time.perf_counter()
        connection.execute(statement).fetchall()
        found.append(time.perf_counter() - begun)
    return min(found)


def measure(server: str, rows: int, repetitions: int) -> None:
    """Print the table."""
    with empty(server) as base, psycopg.connect(base, autocommit=True) as connection:
        for statement in (SOURCES, TERRITORIES, FACTS.format(rows=rows), "vacuum analyze"):
            connection.execute(statement)
        print(f"| {rows:,} facts, half of them asked | without, ms | with, ms | ratio |\n|---|---|---|---|")
        for count in COUNTS:
            plain = best(connection, without(count), repetitions)
            bound = best(connection, with_contract(count), repetitions)
            print(f"| `{count}` | {plain * 1000:.0f} | {bound * 1000:.0f} | {bound / plain:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=5)
    asked = parser.parse_args()
    measure(os.environ["OBSERVATOIRE_DATABASE_URL"], asked.rows, asked.repetitions)
