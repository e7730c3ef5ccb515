"""Import of a file against a COPY of the same normalised rows, in one run: see README.md."""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from databases import copy_of, template
from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.intake import service
from observatoire.intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store import sources
from observatoire.store.engine import Database
from observatoire.store.imports import ImportRecord
from observatoire.store.reference import territories
from police_export import Communes, write_export

EPCI = TerritoryCode.parse("epci:243100518")
SOURCE = Source(
    code="banc",
    label="Banc d'essai (données fictives)",
    kind=SourceKind.POLICE_MUNICIPALE,
    territory=EPCI,
    organisation="banc",
    covered_since=date(2021, 1, 1),
    covered_until=None,
    timezone="Europe/Paris",
    group="banc",
    visibility=Visibility.INTERNE,
)
WARM_UP_ROWS = 200
UNDONE_ROWS = 100_000
TABLES = {"fact": "commune, occurred_from", "fact_version": "key"}

IMPORT, AGAIN, MORE, UNDO = (
    "import, empty store",
    "same file again (every row unchanged)",
    "another file, into the store that holds the first",
    f"undo of {UNDONE_ROWS:,} rows",
)
BUILT, INDEXED = (
    "COPY binary, then build the same indexes",
    "COPY binary into the same indexed tables, sorted",
)

Seconds = dict[str, list[float]]


@dataclass(frozen=True)
class Options:
    """Arguments of the command."""

    rows: int
    repetitions: int
    seed: int
    server: str
    only_import: bool


def main() -> None:
    """Run, then print Markdown."""
    options = read_options(__doc__, repetitions=3)
    name = template(options.server)
    seconds: Seconds = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for repetition in range(options.repetitions):
            with copy_of(options.server, name) as database:
                Run(database, options, Path(folder), seconds).measure()
            print(f"repetition {repetition + 1}/{options.repetitions}", file=sys.stderr)
    print(_report(options, seconds))


def read_options(description: str | None, *, repetitions: int) -> Options:
    """The arguments of a benchmark of the import."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=repetitions)
    parser.add_argument("--seed", type=int, default=20_260_101)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    parser.add_argument("--only-import", action="store_true", help="for import_memory.py")
    found = parser.parse_args()
    if not found.server:
        parser.error("set OBSERVATOIRE_DATABASE_URL, or give --server")
    return Options(found.rows, found.repetitions, found.seed, found.server, found.only_import)


class Run:
    """One repetition, in a database of its own."""

    def __init__(self, database: Database, options: Options, folder: Path, seconds: Seconds) -> None:
        self.database, self.options, self.folder, self.seconds = database, options, folder, seconds
        settings = Settings(database_url=database.url, var=folder / "var", max_bytes=10**11, max_rows=10**9)
        self.desk = Desk.of(database, settings)

    def measure(self) -> None:
        """An import, what COPY alone needs for the same rows, then what the store does with more."""
        with self.database.importing() as connection:
            sources.add(connection, SOURCE)
        self.take(self.export("essai", WARM_UP_ROWS), simulation=True)
        first = self.export("MC", self.options.rows)
        self.timed(IMPORT, lambda: self.take(first, created=self.options.rows))
        if self.options.only_import:
            return
        rows = {table: self.read_back(table, order) for table, order in TABLES.items()}
        for label, indexed in ((BUILT, False), (INDEXED, True)):
            indexes = self.make_tables(indexed=indexed)
            self.timed(label, partial(self.copy, rows, indexes))
            self.check_equal()
        self.timed(AGAIN, lambda: self.take(first))
        self.timed(MORE, lambda: self.take(self.export("AU", self.options.rows), created=self.options.rows))
        last = self.take(self.export("AN", UNDONE_ROWS), created=UNDONE_ROWS)
        self.timed(UNDO, lambda: service.undo_import(self.desk, last, caller="banc"))

    def export(self, series: str, rows: int) -> Path:
        """A file of that series, written once for all repetitions."""
        path = self.folder / f"{series}-{rows}.csv"
        if not path.exists():
            with self.database.reading() as connection:
                communes = territories.communes_of(connection, EPCI)
                codes = [commune.code for commune in communes]
                shapes = territories.contours(connection, TerritoryLevel.COMMUNE, codes)
            drawn = [c for c in communes if c.code in shapes]
            drawn_communes = Communes(
                [c.code for c in drawn], [c.name for c in drawn], [shapes[c.code] for c in drawn]
            )
            write_export(path, drawn_communes, rows, self.options.seed, series=series)
        return path

    def take(self, path: Path, *, simulation: bool = False, created: int | None = None) -> ImportRecord:
        """Import a file as the command line does."""
        declaration = service.Declaration(file_name="banc.csv", simulation=simulation)
        with path.open("rb") as stream:
            record = service.import_now(self.desk, stream, SOURCE, declaration, caller="banc")
        if created is not None and record.lines["creees"] != created:
            raise SystemExit(f"the import did not create {created} facts: {record.lines} {record.message}")
        return record

    def timed(self, label: str, action: Callable[[], object]) -> None:
        """Each measure starts with no page waiting to be written."""
        with self.connected() as connection:
            connection.autocommit = True
            connection.execute("checkpoint")
        started = time.perf_counter()
        action()
        self.seconds[label].append(time.perf_counter() - started)

    def connected(self) -> psycopg.Connection[Any]:
        """A plain connection, as the owner."""
        return psycopg.connect(self.database.url)

    def read_back(self, table: str, order: str, where: str = "") -> Path:
        """The rows that the import stored, in COPY's binary format, on disk."""
        path = self.folder / f"{table}.bin"
        statement = (
            f"copy (select * from confidential.{table} {where} order by {order}) to stdout (format binary)"
        )
        with self.connected() as connection, path.open("wb") as out:
            with connection.cursor().copy(statement) as copy:
                for block in copy:
                    out.write(block)
        return path

    def make_tables(self, *, indexed: bool) -> list[str]:
        """Empty tables like the real ones; without their indexes, the statements that build them.

        Returns:
            Those statements, nothing if ``indexed``.
        """
        statements = []
        with self.connected() as connection:
            connection.execute("drop schema if exists banc cascade")
            connection.execute("create schema banc")
            for table in TABLES:
                like = "including all" if indexed else "including defaults"
                connection.execute(f"create table banc.{table} (like confidential.{table} {like})")
                if not indexed:
                    found = connection.execute(
                        "select indexdef from pg_indexes "
                        "where schemaname = 'confidential' and tablename = %s",
                        [table],
                    )
                    statements += [row[0].replace("ON confidential.", "ON banc.") for row in found]
        return statements

    def copy(self, rows: dict[str, Path], indexes: list[str], schema: str = "banc") -> None:
        """Both tables, then their indexes, in one transaction."""
        with self.connected() as connection:
            for table, path in rows.items():
                with connection.cursor().copy(f"copy {schema}.{table} from stdin (format binary)") as copy:
                    with path.open("rb") as source:
                        while block := source.read(1 << 20):
                            copy.write(block)
            for statement in indexes:
                connection.execute(statement)

    def check_equal(self) -> None:
        """The copies hold what the import stored."""
        with self.connected() as connection:
            for table in TABLES:
                ours, theirs = (f"(select count(*) from {s}.{table})" for s in ("banc", "confidential"))
                same = connection.execute(f"select {ours} = {theirs}").fetchone()
                if same != (True,):
                    raise SystemExit(f"{table}: the copies differ")


def _report(options: Options, seconds: Seconds) -> str:
    lines = [
        f"{options.rows:,} rows, {options.repetitions} repetitions, seed {options.seed}; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {_server_version(options.server)}; "
        f"load at the end {os.getloadavg()[0]:.1f}.",
        "",
        "| what | seconds (median) | min – max | k rows/s | time over that of the import, same run |",
        "|---|---|---|---|---|",
    ]
    for label, spent in seconds.items():
        rows = UNDONE_ROWS if label == UNDO else options.rows
        ratios = [own / other for own, other in zip(spent, seconds[IMPORT], strict=True)]
        middle = statistics.median(spent)
        ratio = "" if label == UNDO else f"{statistics.median(ratios):.2f}"
        span, rate = f"{min(spent):.1f} – {max(spent):.1f}", f"{rows / 1000 / middle:.1f}"
        lines.append(f"| {label} | {middle:.1f} | {span} | {rate} | {ratio} |")
    return "\n".join(lines)


def _server_version(server: str) -> str:
    with psycopg.connect(server) as connection:
        row = connection.execute(
            "select current_setting('server_version'), current_setting('fsync'), "
            "current_setting('shared_buffers')"
        ).fetchone()
    assert row is not None
    return f"PostgreSQL {row[0]} (fsync {row[1]}, shared_buffers {row[2]})"


if __name__ == "__main__":
    main()
