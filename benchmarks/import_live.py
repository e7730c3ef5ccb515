"""Import into a store ten times larger than the file, against a COPY of the same rows: see README.md."""

import os
import statistics
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path

from databases import copy_of, template
from import_vs_copy import INDEXED, SOURCE, TABLES, WARM_UP_ROWS, Run, Seconds, read_options
from observatoire.intake import service
from observatoire.store import sources
from observatoire.store.imports import ImportRecord
from observatoire.store.tables import FACT_COLUMNS

TIMES = 9
LIVE = "import, into a store that holds ten times its rows"
OTHER_KEY = "substring(sha256(key || int4send(%(number)s)) for 16)"
_COLUMNS = ", ".join(FACT_COLUMNS)
_TOLD = ", ".join(OTHER_KEY if column == "key" else column for column in FACT_COLUMNS)
FILL = (
    f"insert into confidential.fact ({_COLUMNS}, import_number, as_of) select {_TOLD}, %(number)s, as_of "
    "from confidential.fact where import_number = %(first)s order by commune, occurred_from",
    "insert into confidential.fact_version (key, import_number, content, as_of) "
    f"select {OTHER_KEY}, %(number)s, content, as_of from confidential.fact_version "
    "where import_number = %(first)s order by 1",
)
"""The same facts under other keys, as if other imports had brought them."""


class LiveRun(Run):
    """One repetition: the store is filled, then one file more; its undo, then a COPY of the same rows."""

    def measure(self) -> None:
        """Both are timed in the same store, each with no page waiting to be written."""
        with self.database.importing() as connection:
            sources.add(connection, SOURCE)
        self.take(self.export("essai", WARM_UP_ROWS), simulation=True)
        first = self.take(self.export("MC", self.options.rows), created=self.options.rows)
        self.fill(first)
        file, done = self.export("AU", self.options.rows), list[ImportRecord]()
        self.timed(LIVE, lambda: done.append(self.take(file, created=self.options.rows)))
        chosen = f"where import_number = {done[0].number}"
        rows = {table: self.read_back(table, order, chosen) for table, order in TABLES.items()}
        service.undo_import(self.desk, done[0], caller="banc")
        self.vacuum()
        self.timed(INDEXED, partial(self.copy, rows, [], "confidential"))

    def fill(self, first: ImportRecord) -> None:
        """``TIMES`` copies of the facts of an import."""
        for number in range(1000, 1000 + TIMES):
            with self.connected() as connection:
                for statement in FILL:
                    connection.execute(statement, {"number": number, "first": first.number})
            print(f"store filled {number - 999}/{TIMES}", file=sys.stderr)
        self.vacuum()

    def vacuum(self) -> None:
        """Both measures find tidy tables."""
        with self.connected() as connection:
            connection.autocommit = True
            for table in TABLES:
                connection.execute(f"vacuum analyze confidential.{table}")


def main() -> None:
    """Run, then print Markdown."""
    options = read_options(__doc__, repetitions=1)
    name = template(options.server)
    seconds: Seconds = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.repetitions):
            with copy_of(options.server, name) as database:
                LiveRun(database, options, Path(folder), seconds).measure()
    ratios = [copied / own for copied, own in zip(seconds[INDEXED], seconds[LIVE], strict=True)]
    held = (TIMES + 1) * options.rows
    print(f"{options.rows:,} rows into {held:,}; load at the end {os.getloadavg()[0]:.1f}\n")
    print("| what | seconds | time over that of the import |\n|---|---|---|")
    print(f"| {LIVE} | {statistics.median(seconds[LIVE]):.1f} | 1.00 |")
    print(f"| {INDEXED} | {statistics.median(seconds[INDEXED]):.1f} | {statistics.median(ratios):.2f} |")


if __name__ == "__main__":
    main()
