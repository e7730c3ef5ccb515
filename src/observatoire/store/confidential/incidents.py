"""Facts: written by an import, taken back by its undo.

A fact is the version with the latest ``as_of`` among valid imports (ties: the later import).
``fact`` holds the current content, ``fact_version`` which import said what, ``fact_history``
the contents that another version has replaced: so that undo restores them to the bit.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.store.copying import copy_frame
from observatoire.store.queries import query
from observatoire.store.tables import FACT_COLUMNS


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows each outcome has; ``older`` counts revisions that a later state hides."""

    created: int
    revised: int
    unchanged: int
    older: int


def _sql(name: str) -> str:
    return query(name).format(
        columns=", ".join(FACT_COLUMNS),
        f_columns=", ".join(f"f.{c}" for c in FACT_COLUMNS),
        s_columns=", ".join(f"s.{c}" for c in FACT_COLUMNS),
        set_from_s=", ".join(f"{c} = s.{c}" for c in FACT_COLUMNS if c != "key"),
    )


def upsert(connection: Connection, facts: pl.DataFrame, number: int, as_of: date) -> Confidential[Upserted]:
    """Write the rows of one import.

    Args:
        connection: a transaction of the import role.
        facts: one row per key, columns ``FACT_COLUMNS`` (``geom`` as EWKB hex text).
        number: the import's number; ``as_of``: its date of extraction.
    """
    connection.execute(text(query("create_staging")))
    connection.execute(text(query("prepare_staging")))
    copy_frame(connection, "staging", facts.select(FACT_COLUMNS))
    connection.execute(text(query("index_staging")))
    values = {"number": number, "as_of": as_of}
    buckets = connection.execute(text(query("count_buckets"))).one()
    older = connection.execute(text(query("count_older")), values).scalar_one()
    for name in (
        "add_versions",
        "archive_older",
        "archive_replaced",
        "apply_revisions",
        "confirm_unchanged",
        "insert_created",
        "sweep_current",
    ):
        connection.execute(text(_sql(name)), values)
    connection.execute(text("drop table staging"))
    revised = facts.height - buckets.created - buckets.unchanged
    return Confidential(Upserted(buckets.created, revised, buckets.unchanged, older))


def undo(connection: Connection, number: int) -> None:
    """Take an import's versions away; every fact is again what the other imports say."""
    for name in (
        "undo_touched",
        "undo_versions",
        "undo_archive_current",
        "undo_restore",
        "undo_confirm",
        "undo_delete",
        "undo_sweep",
    ):
        connection.execute(text(_sql(name)), {"number": number})
    connection.execute(text("drop table touched"))
