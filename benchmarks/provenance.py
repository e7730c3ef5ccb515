"""What does the fingerprint of the facts that an answer reads cost, next to the counts of that answer?"""

import argparse
import os

import psycopg

from contract_in_counts import FACTS, SOURCES, TERRITORIES, best, with_contract
from databases import empty

IMPORTS = "update confidential.fact set import_number = 1 + extract(month from local_day)::int"
COUNTS = ("count_by_month", "count_by_category", "count_precision")


def measure(server: str, rows: int, repetitions: int) -> None:
    """Print the table."""
    with empty(server) as base, psycopg.connect(base, autocommit=True) as connection:
        for statement in (SOURCES, TERRITORIES, FACTS.format(rows=rows), IMPORTS, "vacuum full analyze"):
            connection.execute(statement)
        hashed = best(connection, with_contract("fingerprints"), repetitions)
        print(f"| {rows:,} facts, half of them asked | ms | fingerprint / it |\n|---|---|---|")
        for count in COUNTS:
            counted = best(connection, with_contract(count), repetitions)
            print(f"| `{count}` | {counted * 1000:.0f} | {hashed / counted:.2f} |")
        print(f"| `fingerprints` | {hashed * 1000:.0f} | 1 |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=5)
    asked = parser.parse_args()
    measure(os.environ["OBSERVATOIRE_DATABASE_URL"], asked.rows, asked.repetitions)
