"""Facts: written by an import, taken back by its undo.

The current content of a fact is the one said at the latest date of extraction among valid imports
(ties: the later import). ``fact`` holds it, with the first import that said it; ``fact_version`` which
import said what; ``fact_history`` the contents that are no longer current: so that undo restores them
to the bit, and so that a file sent again writes narrow rows only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.store.copying import copy_rows
from observatoire.store.queries import query
from observatoire.store.tables import FACT_COLUMNS

STAGED_COLUMNS = (*FACT_COLUMNS, "line", "referenced")


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows each outcome has.

    ``older`` counts, among the revised and unchanged, contents that a later state hides; ``tied``
    those that differ from what another import extracted on the same day says.
    """

    created: int
    revised: int
    unchanged: int
    older: int
    tied: int


@dataclass(frozen=True, slots=True)
class Staged:
    """What the rows to be stored are worth: counts, first and last local day, rows per flag.

    ``median_delay``: days between the fact and the reception of the file.
    """

    facts: int
    located: int
    with_hour: int
    classed: int
    first_day: date | None
    last_day: date | None
    median_delay: int | None
    anomalies: dict[str, int]


def _sql(name: str) -> str:
    return query(name).format(
        columns=", ".join(FACT_COLUMNS),
        f_columns=", ".join(f"f.{c}" for c in FACT_COLUMNS),
        s_columns=", ".join(f"s.{c}" for c in FACT_COLUMNS),
        set_from_s=", ".join(f"{c} = s.{c}" for c in FACT_COLUMNS if c != "key"),
    )


class Staging:
    """Rows of one import on their way in: ``add`` batches, then ``apply`` once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = 0

    def add(self, facts: pl.DataFrame) -> None:
        """Stage rows: columns ``STAGED_COLUMNS`` (``geom`` as EWKB)."""
        copy_rows(self._connection, "staging", facts.select(STAGED_COLUMNS).cast({"line": pl.Int32}))
        self._rows += facts.height

    def drop_repeats(self, *, ignore_alike: bool) -> tuple[int, int]:
        """Leave one row per key; call it once, before ``summarise`` and ``apply``.

        Args:
            ignore_alike: rows alike without a reference are one fact, not several.

        Returns:
            (rows dropped, rows alike without a reference).
        """
        self._run("find_repeats")
        alike = self._scalar("count_alike")
        dropped = self._run("drop_repeats", ignored=ignore_alike)
        self._run("number_repeats", ignored=ignore_alike)
        self._rows -= dropped
        return dropped, alike

    def summarise(self, received: date) -> Confidential[Staged]:
        """What is about to be stored."""
        row = self._connection.execute(text(_sql("summarise_staging")), {"received": received}).one()
        flags = self._connection.execute(text(_sql("count_anomalies"))).all()
        return Confidential(Staged(**row._mapping, anomalies={f.code: f.rows for f in flags}))

    def apply(self, number: int, as_of: date) -> Confidential[Upserted]:
        """Write what was staged, as the import ``number`` extracted on ``as_of``."""
        moment = {"number": number, "as_of": as_of}
        self._run("find_known")
        known = self._known()
        if known.known > known.same:
            self._run("judge_known", **moment)
            known = self._known()
        self._run("add_versions", **moment)
        if known.known > known.same:
            for name in ("archive_older", "archive_replaced", "apply_revisions", "sweep_current"):
                self._run(name)
        if known.same:
            self._run("precede_unchanged", **moment)
        self._run("insert_created" if known.known else "insert_all", **moment)
        unchanged = known.same + known.told
        created = self._rows - known.known
        return Confidential(Upserted(created, known.known - unchanged, unchanged, known.older, known.tied))

    def _known(self) -> Any:  # noqa: ANN401
        return self._connection.execute(text(query("count_known"))).one()

    def _run(self, name: str, **values: Any) -> int:  # noqa: ANN401
        rows: int = self._connection.execute(text(_sql(name)), values).rowcount
        return rows

    def _scalar(self, name: str) -> int:
        number: int = self._connection.execute(text(_sql(name))).scalar_one()
        return number


@contextmanager
def staging(connection: Connection) -> Iterator[Staging]:
    """A staging area, in a transaction of the import role."""
    connection.execute(text(query("create_staging")))
    connection.execute(text(query("prepare_staging")))
    yield Staging(connection)
    for table in ("staging", "repeat", "known"):
        connection.execute(text(f"drop table if exists {table}"))


def undo(connection: Connection, number: int) -> None:
    """Take an import's versions away; every fact is again what the other imports say."""
    for name in (
        "undo_touched",
        "undo_versions",
        "undo_winners",
        "undo_archive_current",
        "undo_restore",
        "undo_point",
        "undo_delete",
        "undo_sweep",
    ):
        connection.execute(text(_sql(name)), {"number": number})
    for table in ("touched", "winner"):
        connection.execute(text(f"drop table {table}"))
