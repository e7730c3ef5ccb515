"""One straight line from a producer's file to cells: all of it in one transaction, or nothing."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from observatoire.intake import personal
from observatoire.intake.faults import Bucket, Fault
from observatoire.intake.reading.document import Batch, Document, Origin
from observatoire.intake.series import catalogue
from observatoire.intake.series.cells import CELL_TYPES, REPEATED_CELL, Cells, Described
from observatoire.intake.series.errors import (
    ConflictingCells,
    NothingKept,
    PartialReplacement,
    UnreadableCell,
)
from observatoire.intake.series.opening import open_series
from observatoire.intake.series.recognising import Declared, Recognised, recognise
from observatoire.store import series as store
from observatoire.store.engine import Connection, Database
from observatoire.store.series import Extent, SeriesFile

BLOCK = 1 << 20
FOLD_ROWS = 500_000
"""Denominators that may wait before those told again are dropped."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file; ``unchanged``: its edition already held the very same bytes."""

    record: SeriesFile
    unchanged: bool = False


@dataclass(slots=True)
class _Tally:
    """What a file has told so far."""

    read: int = 0
    aside: Counter[Described] = field(default_factory=Counter)
    noted: Counter[Described] = field(default_factory=Counter)
    cells: int = 0
    territories: set[str] = field(default_factory=set)
    indicators: set[str] = field(default_factory=set)
    periods: set[date] = field(default_factory=set)
    denominators: list[pl.DataFrame] = field(default_factory=list)

    def see(self, batch: Batch, found: Cells) -> None:
        """Add a batch."""
        self.read += batch.lines_read
        self.aside.update(found.aside)
        self.noted.update(found.noted)
        cells = found.cells
        self.cells += cells.height
        self._extend(cells)
        if found.denominators is not None:
            self.denominators.append(found.denominators)
            if sum(part.height for part in self.denominators) > FOLD_ROWS:
                self.denominators = [pl.concat(self.denominators).unique()]

    def _extend(self, cells: pl.DataFrame) -> None:
        self.territories |= set(cells.select(pl.format("{}:{}", "level", "code").unique()).to_series())
        self.indicators |= set(cells["indicator"].unique())
        self.periods |= set(cells["period_start"].unique())

    def extent(self) -> Extent:
        """What the file tells."""
        return Extent(
            tuple(sorted(self.territories)), tuple(sorted(self.indicators)), tuple(sorted(self.periods))
        )

    def lines(self, doubles: int) -> dict[str, int]:
        """Each line of the file in one bucket: lues = retenues + doublons + ecartees."""
        aside = sum(self.aside.values())
        kept = self.read - aside
        per_line = self.cells // kept if kept else 1
        repeated = doubles // per_line
        return {"lues": self.read, "retenues": kept - repeated, "doublons": repeated, "ecartees": aside}


def import_series(
    database: Database,
    data: Path,
    origin: Origin,
    declared: Declared,
    *,
    caller: str,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Load a producer's file; of the same edition, it takes the place of what it tells anew.

    Raises:
        RefusedFile: the file can't be understood, or contradicts itself: nothing is written.
        InvalidRequest: an option that can't be read.
    """
    document = open_series(origin)
    indicators = catalogue.read(data)
    with database.importing() as connection:
        store.lock(connection)
        found = recognise(
            document.layout.header,
            origin.name,
            declared,
            indicators,
            store.departements(connection),
            datetime.now(UTC).date(),
        )
        digest = _sha256(origin)
        if known := store.same_file(connection, found.dataset.code, found.edition, digest):
            return Outcome(known, unchanged=True)
        store.save_indicators(connection, indicators.values())
        tally = _staged(connection, document, found, progress)
        return Outcome(_settled(connection, document, origin, found, tally, digest, caller))


def _sha256(origin: Origin) -> str:
    digest = hashlib.sha256()
    with origin.open() as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _staged(
    connection: Connection, document: Document, found: Recognised, progress: Callable[[str], None]
) -> _Tally:
    tally = _Tally(noted=Counter(found.noted))
    store.open_staging(connection)
    for batch in document.batches():
        _refuse_broken(batch, tally)
        cells = found.recipe(batch.rows)
        store.stage(connection, cells.cells)
        before = tally.read
        tally.see(batch, cells)
        if tally.read // 1_000_000 > before // 1_000_000:
            progress(f"{tally.read} lignes lues")
    if not tally.cells:
        reasons = "; ".join(f"{why.label} ({number})" for why, number in tally.aside.items())
        raise NothingKept(reasons or "il n'a que des en-têtes ou des totaux")
    return tally


def _refuse_broken(batch: Batch, tally: _Tally) -> None:
    """Totals and repeated headers are set aside; a line that is broken condemns an official file."""
    for row in batch.set_aside:
        if row.fault.bucket is Bucket.QUARANTINE:
            raise UnreadableCell(row.line, row.fault.field, row.fault.label.rstrip("."))
        tally.aside[row.fault] += 1


def _settled(
    connection: Connection,
    document: Document,
    origin: Origin,
    found: Recognised,
    tally: _Tally,
    digest: str,
    caller: str,
) -> SeriesFile:
    extent = tally.extent()
    replaced = _replaced(connection, found, extent)
    values: dict[str, Any] = {
        "dataset": found.dataset.code,
        "edition": found.edition,
        "geography": found.geography,
        "transmitted": found.dataset.transmitted,
        "file": _file(document, origin),
        "sha256": digest,
        "produced_on": found.produced_on,
        "lines": {},
        "anomalies": [],
        "caller": caller,
    }
    number = store.add(connection, values, extent)
    doubles = _settle(connection, number, tally.cells)
    tally.noted[REPEATED_CELL] += doubles
    _settle_denominators(connection, tally, number)
    store.tell(connection, number, tally.lines(doubles), list(_anomalies(tally)))
    store.replace(connection, replaced, number)
    return store.get(connection, number)


def _settle(connection: Connection, number: int, staged: int) -> int:
    """Write the staged cells, each once; how many were told twice, alike.

    Raises:
        ConflictingCells: one of them was told differently.
    """
    doubles = staged - store.settle(connection, number)
    if doubles and (conflict := store.conflict(connection)):
        told = f"{conflict.indicator}, {conflict.territory}, {conflict.period:%Y-%m}"
        raise ConflictingCells(conflict.number, *conflict.lines, told)
    return doubles


def _replaced(connection: Connection, found: Recognised, extent: Extent) -> list[int]:
    """Files of the edition that this one tells anew, whole.

    Raises:
        PartialReplacement: one of them tells more.
    """
    overlapping = store.overlapping(connection, found.dataset.code, found.edition, extent)
    for number, other in overlapping:
        for what, ours, theirs in (
            ("territoires", extent.territories, other.territories),
            ("indicateurs", extent.indicators, other.indicators),
            ("périodes", extent.periods, other.periods),
        ):
            if set(theirs) - set(ours):
                raise PartialReplacement(number, what)
    return [number for number, _ in overlapping]


def _settle_denominators(connection: Connection, tally: _Tally, number: int) -> None:
    """Populations and dwellings told beside the cells become cells of their own vintage."""
    if not tally.denominators:
        return
    year = pl.col("vintage").cast(pl.Int32)
    told = pl.concat(tally.denominators).unique()
    cells = told.select(
        pl.lit(0).alias("line"), "indicator", "level", "code",
        pl.date(year, 1, 1).alias("period_start"), pl.date(year + 1, 1, 1).alias("period_end"), "value",
        pl.when(pl.col("value") == 0).then(pl.lit("zero")).otherwise(pl.lit("publie")).alias("state"),
        pl.lit(None).alias("rate"), pl.lit(None).alias("denominator_vintage"),
    )  # fmt: skip
    store.clear_staging(connection)
    store.stage(connection, cells.cast(CELL_TYPES))  # type: ignore[arg-type]
    _settle(connection, number, cells.height)


def _file(document: Document, origin: Origin) -> dict[str, Any]:
    layout = document.layout
    return {
        "nom": personal.file_name(origin.name),
        "octets": origin.size,
        "encodage": layout.encoding,
        "separateur": layout.separator,
        "type": layout.kind,
    }


def _anomalies(tally: _Tally) -> Iterator[dict[str, Any]]:
    for why, number in (*tally.aside.items(), *tally.noted.items()):
        if number:
            bucket = "ecartees" if isinstance(why, Fault) else "notees"
            yield {"code": why.code, "nombre": number, "libelle": why.label, "effet": bucket}
