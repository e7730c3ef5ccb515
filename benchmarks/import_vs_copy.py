"""Import of a file against a plain COPY of the same normalised rows, in one run: see README.md."""

import argparse
import contextlib
import os
import platform
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from unittest.mock import patch

import psycopg

from databases import copy_of, template
from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.intake import profiles, service
from observatoire.intake.reader import Limits
from observatoire.store import sources
from observatoire.store.confidential import incidents
from observatoire.store.engine import Database
from observatoire.store.imports import ImportRecord
from observatoire.store.reference import territories
from police_export import export

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
KEY = b"benchmark" * 4
WARM_UP_ROWS = 200
TABLES = ("fact", "fact_version")
FOREIGN_KEY = "foreign key (import_number) references collection.import (number)"
ORDERS = {"fact": {"time": "occurred_from, key", "place": "commune, occurred_from"},
          "fact_version": {"time": "import_number", "place": "key"}}  # fmt: skip

IMPORT, AGAIN = "import, empty store", "same file again (every row unchanged)"
PLAIN, SORTED, CHECKED = (
    "COPY, rows in order of time (the file's)",
    "COPY, rows in order of (commune, time)",
    "COPY, order of time, with the two foreign keys",
)
COPIES = ((PLAIN, "time", ""), (SORTED, "place", ""), (CHECKED, "time", FOREIGN_KEY))
STAGES = {
    "read": (service.reader, "read"),
    "rename": (profiles.Profile, "rename"),
    "project": (service.crs, "to_wgs84"),
    "reference": (service.gazetteer, "load"),
    "normalise": (service, "normalise"),
    "write": (incidents, "upsert"),
}
"""The stages of ``service.import_file``, by the functions that bound them; the rest is reports and commit."""

Seconds = dict[str, list[float]]


@dataclass(frozen=True)
class Options:
    """Arguments of the command."""

    rows: int
    repetitions: int
    seed: int
    server: str


def main() -> None:
    """Run, then print Markdown."""
    options = _options()
    name = template(options.server)
    content = b""
    seconds: Seconds = defaultdict(list)
    shares: Seconds = defaultdict(list)
    for repetition in range(options.repetitions):
        with copy_of(options.server, name) as database:
            content = content or _content(database, options.rows, options.seed)
            _repeat(database, content, options, seconds, shares)
        print(f"repetition {repetition + 1}/{options.repetitions}", file=sys.stderr)
    print(_report(options, len(content), seconds, shares))


def _options() -> Options:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seed", type=int, default=20_260_101)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    found = parser.parse_args()
    if not found.server:
        parser.error("set OBSERVATOIRE_DATABASE_URL, or give --server")
    return Options(found.rows, found.repetitions, found.seed, found.server)


def _content(database: Database, rows: int, seed: int) -> bytes:
    with database.reading() as connection:
        codes = [commune.code for commune in territories.communes_of(connection, EPCI)]
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, codes)
    return export(list(shapes), list(shapes.values()), rows, seed)


def _repeat(database: Database, content: bytes, options: Options, seconds: Seconds, shares: Seconds) -> None:
    """One import into an empty store, the same file again, then each COPY of its rows."""
    with database.importing() as connection:
        sources.add(connection, SOURCE)
    _import(database, _content(database, WARM_UP_ROWS, options.seed + 1), simulation=True)
    _checkpoint(database)
    with _staged() as stages:
        seconds[IMPORT].append(_timed(lambda: _created(_import(database, content), options.rows)))
    for stage, spent in stages.items():
        shares[stage].append(spent / seconds[IMPORT][-1])
    rows = {order: _read_back(database, order) for order in ("time", "place")}
    for label, order, constraint in COPIES:
        _make_tables(database, constraint)
        _checkpoint(database)
        seconds[label].append(_timed(partial(_copy, database, rows[order])))
        _check_equal(database)
    _checkpoint(database)
    seconds[AGAIN].append(_timed(lambda: _import(database, content)))


def _import(database: Database, content: bytes, *, simulation: bool = False) -> ImportRecord:
    return service.import_file(
        database,
        content,
        SOURCE,
        service.Declaration(file_name="banc.csv", simulation=simulation),
        caller="banc",
        limits=Limits(max_bytes=10**10, max_rows=10**8, max_columns=200, max_cell=10_000),
        pseudonymisation_key=KEY,
    )


def _created(record: ImportRecord, rows: int) -> None:
    if record.lines["creees"] != rows:
        raise SystemExit(f"the import did not create {rows} facts: {record.lines}")


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


@contextlib.contextmanager
def _staged() -> Iterator[dict[str, float]]:
    """Seconds spent in each stage while the block runs."""
    spent = dict.fromkeys(STAGES, 0.0)

    def watched(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*values: Any, **named: Any) -> Any:  # noqa: ANN401
            started = time.perf_counter()
            try:
                return function(*values, **named)
            finally:
                spent[stage] += time.perf_counter() - started

        return run

    with contextlib.ExitStack() as stack:
        for stage, (owner, name) in STAGES.items():
            stack.enter_context(patch.object(owner, name, watched(stage, getattr(owner, name))))
        yield spent


def _connected(database: Database) -> psycopg.Connection[Any]:
    return psycopg.connect(database.url)


def _checkpoint(database: Database) -> None:
    """Each measure starts with no page waiting to be written."""
    with _connected(database) as connection:
        connection.autocommit = True
        connection.execute("checkpoint")


def _read_back(database: Database, order: str) -> dict[str, bytes]:
    """The rows that the import stored, in COPY's binary format, by table."""
    found = {}
    with _connected(database) as connection:
        for table in TABLES:
            statement = f"copy (select * from confidential.{table} order by {ORDERS[table][order]})"
            with connection.cursor().copy(f"{statement} to stdout (format binary)") as copy:
                found[table] = b"".join(bytes(block) for block in copy)
    return found


def _make_tables(database: Database, constraint: str) -> None:
    """Empty tables with the columns, NOT NULLs, defaults and indexes of the real ones."""
    with _connected(database) as connection:
        connection.execute("drop schema if exists banc cascade")
        connection.execute("create schema banc")
        for table in TABLES:
            connection.execute(f"create table banc.{table} (like confidential.{table} including all)")
            if constraint:
                connection.execute(f"alter table banc.{table} add {constraint}")


def _copy(database: Database, rows: dict[str, bytes]) -> None:
    """Both tables in one transaction, on one connection, as the import does."""
    with _connected(database) as connection:
        for table in TABLES:
            with connection.cursor().copy(f"copy banc.{table} from stdin (format binary)") as copy:
                copy.write(rows[table])


def _check_equal(database: Database) -> None:
    with _connected(database) as connection:
        for table in TABLES:
            difference = connection.execute(
                f"select count(*) from (select key, content from confidential.{table} "
                f"except all select key, content from banc.{table}) d"
            ).fetchone()
            if difference != (0,):
                raise SystemExit(f"{table}: the copies differ: {difference}")


def _report(options: Options, size: int, seconds: Seconds, shares: Seconds) -> str:
    lines = [
        f"{options.rows:,} rows ({size / 1e6:.1f} MB), {options.repetitions} repetitions, "
        f"seed {options.seed}; {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{_server_version(options.server)}; "
        f"peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.",
        "",
        "| what | k rows/s (median) | min – max | ratio to the import (median of the runs) | min – max |",
        "|---|---|---|---|---|",
    ]
    for label in (IMPORT, PLAIN, SORTED, CHECKED, AGAIN):
        rates = [options.rows / 1000 / spent for spent in seconds[label]]
        ratios = [own / other for own, other in zip(seconds[label], seconds[IMPORT], strict=True)]
        lines.append(f"| {label} | {_spread(rates, '.1f')} | {_spread(ratios, '.2f')} |")
    lines += [
        "",
        "Ratio: time of the line over time of the import in the same repetition; for a COPY, "
        "the share of the import's time that COPY alone needs (1.00: the import costs nothing more).",
        "",
        "| stage of the import | share (median) | min – max |",
        "|---|---|---|",
    ]
    rest = [1 - sum(parts) for parts in zip(*shares.values(), strict=True)]
    for stage, parts in {**shares, "rest": rest}.items():
        lines.append(f"| {stage} | {_spread([100 * part for part in parts], '.0f', ' %')} |")
    return "\n".join(lines)


def _spread(values: list[float], form: str, unit: str = "") -> str:
    middle, low, high = (f"{v:{form}}{unit}" for v in (statistics.median(values), min(values), max(values)))
    return f"{middle} | {low} – {high}"


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
