"""Coordinates of a file, in its own system, to degrees."""

import numpy as np
import polars as pl

from observatoire.space import crs
from observatoire.store.reference import gazetteer


def with_degrees(frame: pl.DataFrame, epsg: int | None) -> pl.DataFrame:
    """``longitude`` and ``latitude``: null when absent, NaN when unreadable or not on Earth."""
    if epsg is None or frame.is_empty():
        nothing = pl.lit(None, dtype=pl.Float64)
        return frame.with_columns(nothing.alias("longitude"), nothing.alias("latitude"))
    absent = frame["x_value"].is_null() | frame["y_value"].is_null()
    x, y = (frame[name].fill_null(float("nan")).to_numpy() for name in ("x_value", "y_value"))
    longitude, latitude = crs.to_wgs84(x, y, epsg)
    readable = (
        np.isfinite(longitude) & np.isfinite(latitude) & (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    )
    return frame.with_columns(
        pl.when(~absent).then(pl.Series(np.where(readable, longitude, np.nan))).alias("longitude"),
        pl.when(~absent).then(pl.Series(np.where(readable, latitude, np.nan))).alias("latitude"),
    )


def window_of(frame: pl.DataFrame) -> gazetteer.Window | None:
    """The box of the points (degrees), slightly widened: only its contours are loaded."""
    points = frame.select("longitude", "latitude").fill_nan(None).drop_nulls()
    if points.is_empty():
        return None
    margin = 0.02
    west, south = points.min().row(0)
    east, north = points.max().row(0)
    return west - margin, south - margin, east + margin, north + margin
