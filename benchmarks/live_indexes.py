"""What an index of the facts costs a COPY while it is live, next to building it afterwards: see README.md."""

import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path

from databases import copy_of, template
from import_vs_copy import SOURCE, TABLES, Run, read_options
from observatoire.store import sources


def main() -> None:
    """Run, then print Markdown: the best of some repetitions, taken turn by turn."""
    options = read_options(__doc__, repetitions=3)
    with (
        tempfile.TemporaryDirectory() as folder,
        copy_of(options.server, template(options.server)) as database,
    ):
        run = Run(database, options, Path(folder), defaultdict(list))
        with database.importing() as connection:
            sources.add(connection, SOURCE)
        run.take(run.export("MC", options.rows), created=options.rows)
        print(f"{options.rows:,} rows in the order of the import, best of {options.repetitions}.\n")
        print(
            "| table | index | COPY, s | with it live, s | building it afterwards, s |\n|---|---|---|---|---|"
        )
        for table in TABLES:
            _print(run, table, options.repetitions)


def _print(run: Run, table: str, repetitions: int) -> None:
    """One line for each index of a table."""
    rows = {table: run.read_back(table, "ctid")}
    indexes = [statement for statement in run.make_tables(indexed=False) if f" banc.{table} " in statement]
    for _ in range(repetitions):
        for index in indexes:
            run.make_tables(indexed=False)
            run.timed(f"{table} bare", partial(run.copy, rows, []))
            run.timed(f"{index} built", partial(run.copy, {}, [index]))
            run.make_tables(indexed=False)
            run.copy({}, [index])
            run.timed(f"{index} live", partial(run.copy, rows, []))
    for index in indexes:
        labels = (f"{table} bare", f"{index} live", f"{index} built")
        told = " | ".join(f"{min(run.seconds[label]):.1f}" for label in labels)
        print(f"| `{table}` | `{index.partition(' USING ')[2]}` | {told} |")


if __name__ == "__main__":
    main()
