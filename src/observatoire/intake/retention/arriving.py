"""A fact that is already too old to keep its point loses it before it is written: no table ever holds it.

The nightly reduction (``reducing``) does the same to facts that grow old in the store.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa

from observatoire.domain.incident import LocationPrecision
from observatoire.domain.source import Source
from observatoire.store.confidential import reducing
from observatoire.store.confidential.outlines import Outlines
from observatoire.store.engine import Connection

FINER = ("geom", "cell", "place_key", "location_method", "location_score")
"""Columns that tell more than a neighbourhood."""


@dataclass(frozen=True, slots=True)
class Term:
    """Facts of the days ``before`` have no point. ``zones``: those that hold it are kept; ``at``: now."""

    before: date
    zones: Outlines
    at: datetime

    @classmethod
    def of(cls, connection: Connection, source: Source, today: date) -> Self:
        """The term of a source, in a transaction under whose locks no zone is drawn."""
        return cls(source.points_kept_from(today), Outlines.of(connection), reducing.clock(connection))

    def reduce(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Reduce the old ones among some rows ready to be stored: columns as ``staging.as_facts`` gives them.

        The statement ``reduced`` of reducing.sql says the same of rows that are stored: a point that only
        tells around where it was (no cell) was in no neighbourhood, and none is known of it.
        """
        placed = pl.any_horizontal(pl.col("geom", "cell", "place_key").is_not_null())
        old = facts.select((pl.col("local_day") < self.before) & placed).to_series()
        if not old.any():
            return facts
        celled = old & facts["cell"].is_not_null()
        now = pl.lit(self.at, pl.Datetime("us", "UTC"))
        reduced = facts.with_columns(
            pl.when(celled).then(self._zones_of(facts, celled)).otherwise("zones").alias("zones"),
            pl.when(celled).then(now).otherwise("reduced_at").alias("reduced_at"),
            pl.when(celled)
            .then(pl.lit(LocationPrecision.NEIGHBOURHOOD.value))
            .when(old)
            .then(pl.lit(LocationPrecision.COMMUNE.value))
            .otherwise("location_precision")
            .alias("location_precision"),
        )
        return reduced.with_columns(pl.when(~old).then(name).alias(name) for name in FINER)

    def _zones_of(self, facts: pl.DataFrame, asked: pl.Series) -> pl.Series:
        """The zone versions that hold each row that is asked about, in order; none elsewhere."""
        lines = np.flatnonzero(asked.to_numpy())
        rows = facts.select("longitude", "latitude", "commune").filter(asked)
        numbers, held = self.zones.holding(
            rows["longitude"].to_numpy(), rows["latitude"].to_numpy(), rows["commune"].to_list()
        )
        order = np.lexsort((numbers, held))
        ends = np.cumsum(np.bincount(lines[held], minlength=facts.height), dtype=np.int32)
        found = pa.ListArray.from_arrays(np.append(np.int32(0), ends), numbers[order])
        return pl.Series("zones", found)
