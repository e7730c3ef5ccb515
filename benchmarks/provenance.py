"""What does the fingerprint of the facts that an answer reads cost, next to the counts of that answer?"""

import argparse
import os
import uuid

import psycopg

from contract_in_counts import ASKED, FACTS, SOURCES, TERRITORIES, best, with_contract
from databases import address, execute
from observatoire.store.engine import Database
from observatoire.store.queries import query
from observatoire.store.schema import migrate

IMPORTS = "update confidential.fact set import_number = 1 + extract(month from local_day)::int"
COUNTS = ("count_by_month", "count_by_category", "count_precision")
WANTED = "cast(:wanted as text[])"


def fingerprints() -> str:
    """The statement of the store, for every category."""
    where = f"{ASKED} and {query('within_contract')}"
    text = query("fingerprints").replace(WANTED, "cast(null as text[])")
    return text.format(where=where, placed_by=query("placed_by"))


def measure(server: str, rows: int, repetitions: int) -> None:
    """Print the table."""
    name = f"obs_bench_{uuid.uuid4().hex[:12]}"
    execute(server, "create database {}", name)
    try:
        migrate(Database(address(server, name), pooled=False))
        with psycopg.connect(address(server, name), autocommit=True) as connection:
            for statement in (SOURCES, TERRITORIES, FACTS.format(rows=rows), IMPORTS, "vacuum full analyze"):
                connection.execute(statement)
            hashed = best(connection, fingerprints(), repetitions)
            print(f"| {rows:,} facts, half of them asked | ms | fingerprint / it |\n|---|---|---|")
            for count in COUNTS:
                text = with_contract(count).replace(WANTED, "cast(null as text[])")
                counted = best(connection, text, repetitions)
                print(f"| `{count}` | {counted * 1000:.0f} | {hashed / counted:.2f} |")
            print(f"| `fingerprints` | {hashed * 1000:.0f} | 1 |")
    finally:
        execute(server, "drop database if exists {} with (force)", name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=5)
    asked = parser.parse_args()
    measure(os.environ["OBSERVATOIRE_DATABASE_URL"], asked.rows, asked.repetitions)
