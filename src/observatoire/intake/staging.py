"""Normalised rows to the columns of the store."""

import numpy as np
import polars as pl
import pyarrow as pa

POINT_4326 = np.frombuffer(bytes.fromhex("0101000020E6100000"), dtype=np.uint8)
"""EWKB of a little-endian point with SRID 4326, before its two coordinates."""
POINT_BYTES = 25


def as_facts(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """Rows without fault, with ``geom`` (EWKB), ``located`` (there is one), ``source`` and ``unit``."""
    frame = frame.filter(pl.col("fault").is_null())
    return frame.with_columns(
        points(frame).alias("geom"),
        pl.col("longitude").is_not_null().alias("located"),
        pl.lit(source).alias("source"),
        pl.lit("fait").alias("unit"),
        pl.lit(None, pl.Datetime("us", "UTC")).alias("reduced_at"),
        pl.lit(None, pl.List(pl.Int32)).alias("zones"),
    )


def points(frame: pl.DataFrame) -> pl.Series:
    """EWKB of the points, null where there is none; written as one block, since rows are many."""
    located = frame["longitude"].is_not_null().to_numpy()
    coordinates = frame.select("longitude", "latitude").filter(located).to_numpy()
    encoded = np.empty((len(coordinates), POINT_BYTES), dtype=np.uint8)
    encoded[:, : POINT_4326.size] = POINT_4326
    encoded[:, POINT_4326.size :] = np.ascontiguousarray(coordinates, dtype="<f8").view(np.uint8)
    ends = np.concatenate([[0], np.cumsum(located, dtype=np.int64)]) * POINT_BYTES
    validity = np.packbits(located, bitorder="little")
    buffers = [pa.py_buffer(validity), pa.py_buffer(ends), pa.py_buffer(encoded)]
    return pl.Series("geom", pa.Array.from_buffers(pa.large_binary(), frame.height, buffers))
