"""Facts: written by an import, taken back by its undo.

The current content of a fact is the one said at the latest date of extraction among valid imports
(ties: the later import). ``fact`` holds it, with the first import that said it; ``fact_version`` which
import said what; ``fact_history`` the contents that are no longer current: so that undo restores them
to the bit, and so that a file sent again writes narrow rows only.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.store.confidential.seen import Seen
from observatoire.store.copying import EncodedRows, copy_rows, encode_rows, send_rows
from observatoire.store.queries import query
from observatoire.store.tables import FACT_COLUMNS

STAGED_COLUMNS = (*FACT_COLUMNS, "line", "referenced", "located")


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

    @property
    def met(self) -> bool:
        """Whether another import has spoken of some of these facts."""
        return bool(self.revised or self.unchanged)


@dataclass(slots=True)
class Staged:
    """What the rows to be stored are worth: counts, rows per local day, rows per flag."""

    facts: int = 0
    located: int = 0
    with_hour: int = 0
    classed: int = 0
    days: Counter[date] = field(default_factory=Counter)
    anomalies: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Staged") -> None:
        """Add other rows."""
        self._count(other, 1)
        self.days.update(other.days)
        self.anomalies.update(other.anomalies)

    def take_away(self, other: "Staged") -> None:
        """Take some of these rows away."""
        self._count(other, -1)
        self.days -= other.days
        self.anomalies -= other.anomalies

    def _count(self, other: "Staged", sign: int) -> None:
        for name in ("facts", "located", "with_hour", "classed"):
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))

    @property
    def median_day(self) -> date | None:
        """The day by which half of the rows have happened."""
        seen = 0
        for day in sorted(self.days):
            seen += self.days[day]
            if 2 * seen >= self.facts:
                return day
        return None


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows that nobody has said before, encoded for both tables; how many, and what they are worth."""

    facts: EncodedRows
    versions: EncodedRows
    number: int
    staged: Staged


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch: what may be stored at once, and rows whose keys the store may hold."""

    ready: Ready | None
    doubtful: pl.DataFrame


def _sql(name: str) -> str:
    return query(name).format(
        columns=", ".join(FACT_COLUMNS),
        f_columns=", ".join(f"f.{c}" for c in FACT_COLUMNS),
        s_columns=", ".join(f"s.{c}" for c in FACT_COLUMNS),
        set_from_s=", ".join(f"{c} = s.{c}" for c in FACT_COLUMNS if c != "key"),
    )


class Staging:
    """Rows of one import on their way in: ``add`` batches, then ``drop_repeats``, then ``apply`` once.

    A row whose key nobody has said is stored at once, while the next batch is being prepared. The others
    (known from another import, or said twice in this one) wait in a temporary table to be judged together,
    and so does every later row of their keys: of a key, what is stored at once comes first in the file.
    """

    def __init__(self, connection: Connection, number: int, as_of: date, *, first: bool) -> None:
        """``number``: the import; ``as_of``: its date of extraction; ``first``: its source has no fact."""
        self._connection = connection
        self._seen = Seen() if first else None
        self._held: Seen | None = None
        self._moment = {"number": number, "as_of": as_of}
        self._savepoint = connection.begin_nested()
        self._waiting = self._stored = 0
        self._staged = Staged()

    def add(self, facts: pl.DataFrame) -> None:
        """Take rows in: columns ``STAGED_COLUMNS`` (``geom`` as EWKB).

        ``located``: the source gave a place, though its point may be gone already.
        """
        self.write(self.prepare(facts))

    def prepare(self, facts: pl.DataFrame) -> Prepared:
        """What can be done of ``add`` beside the connection: rows that nobody can have said are made ready.

        One thread prepares, in the order of the file; another may ``write`` meanwhile, in the same order.
        """
        keys = facts["key"]
        doubtful = keys.is_duplicated()
        if self._seen is None:
            doubtful = pl.repeat(True, facts.height, eager=True)
        elif not facts.is_empty():
            doubtful |= self._seen.maybe(keys) | _without_trace(facts)
            self._seen.add(keys)
        return Prepared(self._made_ready(facts.filter(~doubtful)), facts.filter(doubtful))

    def write(self, prepared: Prepared) -> None:
        """Store what was made ready; ask the store about the rest."""
        self._send(prepared.ready)
        facts = prepared.doubtful
        if facts.is_empty():
            return
        keys = facts["key"]
        waits = keys.is_duplicated() | keys.is_in(self._known_among(keys).implode()) | _without_trace(facts)
        if self._held is not None:
            waits |= self._held.maybe(keys)
        if waits.any():
            self._hold(facts.filter(waits))
            facts = facts.filter(~waits)
        self._send(self._made_ready(facts))

    def _known_among(self, keys: pl.Series) -> pl.Series:
        """Those of some keys that the store holds."""
        copy_rows(self._connection, "candidate", keys.to_frame())
        found = self._connection.execute(text(query("find_candidates"))).scalars().all()
        self._run("empty_candidate")
        return pl.Series(found, dtype=pl.Binary)

    def _made_ready(self, facts: pl.DataFrame) -> Ready | None:
        """Rows that nobody has said before, for the tables; those of a commune together."""
        if facts.is_empty():
            return None
        number, as_of = self._moment["number"], self._moment["as_of"]
        dated = facts.with_columns(
            pl.lit(number, pl.Int32).alias("import_number"), pl.lit(as_of).alias("as_of")
        )
        current = dated.select(*FACT_COLUMNS, "import_number", "as_of").sort("commune", "occurred_from")
        versions = dated.select("key", "import_number", "content", "as_of").sort("key")
        return Ready(
            encode_rows("confidential.fact", current),
            encode_rows("confidential.fact_version", versions),
            facts.height,
            _summary_of(facts),
        )

    def _send(self, ready: Ready | None) -> None:
        """Straight to the tables."""
        if ready is None:
            return
        send_rows(self._connection, ready.facts)
        send_rows(self._connection, ready.versions)
        self._stored += ready.number
        self._staged.add(ready.staged)

    def _hold(self, facts: pl.DataFrame) -> None:
        """Rows to be judged together, when every batch is in."""
        self._held = self._held or Seen()
        self._held.add(facts["key"])
        copy_rows(self._connection, "staging", facts.select(STAGED_COLUMNS).cast({"line": pl.Int32}))
        self._waiting += facts.height

    def drop_repeats(self, *, ignore_alike: bool) -> tuple[int, int]:
        """Leave one row per key; call it once, when every batch is in.

        Args:
            ignore_alike: rows alike without a reference are one fact, not several.

        Returns:
            (rows dropped, rows alike without a reference).
        """
        if not self._waiting:
            return 0, 0
        taken_back = self._run("take_back", number=self._moment["number"])
        if taken_back:
            self._staged.take_away(self._summary("staging", "line < 0"))
            self._stored -= taken_back
            self._waiting += taken_back
        self._run("find_repeats")
        alike = self._scalar("count_alike")
        dropped = self._run("drop_repeats", ignored=ignore_alike)
        self._run("number_repeats", ignored=ignore_alike)
        self._waiting -= dropped
        self._staged.add(self._summary("staging"))
        return dropped, alike

    @property
    def staged(self) -> Confidential[Staged]:
        """What is stored, or about to be."""
        return Confidential(self._staged)

    def apply(self) -> Confidential[Upserted]:
        """Judge what waits and write it."""
        if not self._waiting:
            return Confidential(Upserted(self._stored, 0, 0, 0, 0))
        self._run("find_known")
        known = self._known()
        if known.known > known.same:
            self._run("judge_known", **self._moment)
            known = self._known()
        self._run("add_versions", **self._moment)
        if known.known > known.same:
            for name in ("archive_older", "archive_replaced", "apply_revisions", "sweep_current"):
                self._run(name)
        if known.same:
            self._run("precede_unchanged", **self._moment)
        if known.known < self._waiting:
            self._run("insert_created", **self._moment)
        unchanged = known.same + known.told
        created = self._stored + self._waiting - known.known
        return Confidential(Upserted(created, known.known - unchanged, unchanged, known.older, known.tied))

    def keep(self) -> None:
        """What was written stands, if the transaction ends well."""
        self._savepoint.commit()

    def discard(self) -> None:
        """What was written is forgotten; the transaction goes on."""
        self._savepoint.rollback()

    def _summary(self, table: str, where: str = "true") -> Staged:
        parts = {"table": table, "where": where}
        counts = self._connection.execute(text(query("summarise_rows").format(**parts))).one()
        days = self._connection.execute(text(query("count_days").format(**parts))).all()
        flags = self._connection.execute(text(query("count_anomalies").format(**parts))).all()
        return Staged(
            counts.facts,
            counts.located,
            counts.with_hour,
            counts.classed,
            Counter({day.local_day: day.rows for day in days}),
            Counter({flag.code: flag.rows for flag in flags}),
        )

    def _known(self) -> Any:  # noqa: ANN401
        return self._connection.execute(text(query("count_known"))).one()

    def _run(self, name: str, **values: Any) -> int:  # noqa: ANN401
        rows: int = self._connection.execute(text(_sql(name)), values).rowcount
        return rows

    def _scalar(self, name: str) -> int:
        number: int = self._connection.execute(text(_sql(name))).scalar_one()
        return number


def _without_trace(facts: pl.DataFrame) -> pl.Series:
    """Old places that only told around where they were: once stored, nothing says that they were told."""
    return facts["located"] & facts["geom"].is_null() & facts["reduced_at"].is_null()


def _summary_of(facts: pl.DataFrame) -> Staged:
    """What some rows are worth, from their columns."""
    days = facts["local_day"].value_counts(name="rows")
    flags = facts["anomalies"].explode().drop_nulls().value_counts(name="rows")
    return Staged(
        facts.height,
        int(facts["located"].sum()),
        facts.height - facts["local_hour"].null_count(),
        int((facts["category_mode"] != "defaut").sum()),
        Counter(dict(days.iter_rows())),
        Counter(dict(flags.iter_rows())),
    )


@contextmanager
def staging(connection: Connection, number: int, as_of: date, *, first: bool = False) -> Iterator[Staging]:
    """A staging area, in a transaction of the import role; end with ``keep`` or ``discard``.

    Args:
        connection: the transaction of the import.
        number: the import.
        as_of: its date of extraction.
        first: the source has no fact yet. Keys tell their source, so none can stand in the store but
            those of this import, and the store need not be asked.
    """
    for name in ("create_staging", "prepare_staging", "create_candidate"):
        connection.execute(text(query(name)))
    yield Staging(connection, number, as_of, first=first)
    for table in ("staging", "candidate", "repeat", "known"):
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
