"""What does loading a national base of the SSMSI cost, next to a COPY of the same text?"""

import argparse
import gzip
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

import psycopg

from databases import copy_of, template
from observatoire.intake.series.opening import PathOrigin
from observatoire.intake.series.recognising import Declared
from observatoire.intake.series.service import import_series
from observatoire.settings import Settings
from series_base import HEADER, write


def copy_text(url: str, path: Path) -> float:
    """Seconds of a COPY of the file as it is, into a table of text without index."""
    columns = ", ".join(f'"{name}" text' for name in HEADER)
    started = time.monotonic()
    with psycopg.connect(url) as connection, path.open("rb") as file:
        connection.execute(f"create table raw_base ({columns})")
        statement = "copy raw_base from stdin with (format csv, header, delimiter ';')"
        with connection.cursor().copy(statement) as copy:
            while block := file.read(1 << 20):
                copy.write(block)
    return time.monotonic() - started


def main() -> None:
    """Write a base, load it, then print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_238_000)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    parser.add_argument("--base", type=Path, help="a base that is there already: the real one, for instance")
    parser.add_argument("--gzip", action="store_true", help="load the base compressed")
    found = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, copy_of(found.server, template(found.server)) as database:
        path = found.base or Path(folder) / "base-geographie2026.csv"
        if not found.base:
            write(path, found.rows)
        print(f"{path.stat().st_size / 1e6:.0f} MB", flush=True)
        raw = copy_text(database.url, path)
        source = path
        if found.gzip:
            source = path.with_suffix(".csv.gz")
            with path.open("rb") as text, gzip.open(source, "wb", compresslevel=3) as packed:
                shutil.copyfileobj(text, packed)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.monotonic()
        done = import_series(
            database, Settings().data, PathOrigin(source), Declared(), caller="benchmark", progress=print
        )
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = done.record.lines["lues"]
        print(f"{done.record.lines}, {done.record.anomalies}")
        print("| what | seconds | k rows/s | over COPY of the text | peak memory of the process, MB |")
        print("|---|---|---|---|---|")
        print(f"| COPY of the text, no index | {raw:.1f} | {rows / raw / 1000:.0f} | 1.0 | |")
        print(
            f"| series importer | {seconds:.1f} | {rows / seconds / 1000:.0f} | {seconds / raw:.1f} | "
            f"{peak:.0f} |"
        )
        print(f"(before the import: {before:.0f} MB)")


if __name__ == "__main__":
    main()
