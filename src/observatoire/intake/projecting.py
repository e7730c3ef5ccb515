"""Coordinates of a file, in its own system, to degrees."""

import numpy as np
import polars as pl

from observatoire.space import crs
from observatoire.store.reference.gazetteer import Window

DEGREES = ("longitude", "latitude")
EXCHANGED = ("exchanged_longitude", "exchanged_latitude")


def with_degrees(frame: pl.DataFrame, epsg: int | None) -> pl.DataFrame:
    """``longitude`` and ``latitude``: null when absent, NaN when unreadable or not on Earth.

    ``exchanged_longitude``, ``exchanged_latitude``: of a point that is out of France as it stands and in
    France once x and y are exchanged; null for all the others.
    """
    if epsg is None or frame.is_empty():
        nothing = pl.lit(None, dtype=pl.Float64)
        return frame.with_columns(nothing.alias(name) for name in (*DEGREES, *EXCHANGED))
    absent = frame["x_value"].is_null() | frame["y_value"].is_null()
    x, y = (frame[name].fill_null(float("nan")).to_numpy() for name in ("x_value", "y_value"))
    degrees = _on_earth(x, y, epsg)
    exchanged = np.full((2, x.size), np.nan)
    abroad = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ~crs.in_france(*degrees))
    exchanged[:, abroad] = _on_earth(y[abroad], x[abroad], epsg)
    exchanged[:, ~crs.in_france(*exchanged)] = np.nan
    return frame.with_columns(
        *(pl.when(~absent).then(pl.Series(v)).alias(n) for n, v in zip(DEGREES, degrees, strict=True)),
        *(pl.Series(n, v).fill_nan(None) for n, v in zip(EXCHANGED, exchanged, strict=True)),
    )


def _on_earth(x: np.ndarray, y: np.ndarray, epsg: int) -> np.ndarray:
    """Longitudes and latitudes, shape (2, n): both NaN for what lies nowhere on Earth."""
    longitude, latitude = crs.to_wgs84(x, y, epsg)
    readable = (
        np.isfinite(longitude) & np.isfinite(latitude) & (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    )
    return np.where(readable, np.array([longitude, latitude]), np.nan)


def window_of(frame: pl.DataFrame) -> Window | None:
    """The box of the points (degrees), slightly widened: only its contours are loaded.

    Points out of France are left out: no contour holds them, and one of them would widen it to all France.
    """
    longitude, latitude = (
        np.concatenate([frame[name].fill_null(float("nan")).to_numpy() for name in pair])
        for pair in zip(DEGREES, EXCHANGED, strict=True)
    )
    there = crs.in_france(longitude, latitude)
    if not there.any():
        return None
    margin = 0.02
    west, east = longitude[there].min(), longitude[there].max()
    south, north = latitude[there].min(), latitude[there].max()
    return float(west) - margin, float(south) - margin, float(east) + margin, float(north) + margin
