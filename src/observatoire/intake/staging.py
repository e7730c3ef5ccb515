"""Normalised rows to the columns of the store."""

import numpy as np
import polars as pl

POINT_4326 = "0101000020E6100000"
"""EWKB, in hexadecimal, of a little-endian point with SRID 4326, before its two coordinates."""
POINT_HEX = 32


def as_facts(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """Rows without fault, with ``geom``, ``source`` and ``unit``."""
    frame = frame.filter(pl.col("fault").is_null())
    located = frame["longitude"].is_not_null().to_numpy()
    points = frame.select("longitude", "latitude").filter(located).to_numpy()
    encoded = np.ascontiguousarray(points, dtype="<f8").tobytes().hex()
    geometries: list[str | None] = [None] * frame.height
    for position, row in enumerate(np.flatnonzero(located).tolist()):
        geometries[row] = POINT_4326 + encoded[position * POINT_HEX : (position + 1) * POINT_HEX]
    return frame.with_columns(
        pl.Series("geom", geometries, pl.String),
        pl.lit(source).alias("source"),
        pl.lit("fait").alias("unit"),
    )
