"""Contours as rows: one per territory, drawn or not."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import shapely

from observatoire.atlas.defects import Defect
from observatoire.atlas.geometry import area_km2, as_multipolygons
from observatoire.atlas.table import Atlas
from observatoire.domain.territory import TerritoryLevel

Shapes = dict[str, shapely.Geometry]


def as_frame(
    atlas: Atlas,
    shapes: Mapping[TerritoryLevel, Shapes],
    defects: Mapping[TerritoryLevel, dict[str, list[str]]],
) -> pl.DataFrame:
    """One row per territory of the atlas."""
    keys = [(TerritoryLevel(level), code) for level, code in atlas.territories.select("level", "code").rows()]
    geometries = np.array([shapes.get(level, {}).get(code) for level, code in keys], dtype=object)
    geometries = as_multipolygons(geometries)
    missing = shapely.is_missing(geometries)
    bounds = pl.DataFrame(shapely.bounds(geometries), schema=["min_lon", "min_lat", "max_lon", "max_lat"])
    absent = [Defect.ABSENT.value]
    listed = [
        defects.get(level, {}).get(code, absent if gone else [])
        for (level, code), gone in zip(keys, missing, strict=True)
    ]
    wkb = pl.Series("geometry", shapely.to_wkb(geometries).tolist(), dtype=pl.Binary)
    return pl.concat(
        [
            atlas.territories.select("level", "code").with_columns(wkb),
            pl.DataFrame({"area_km2": area_km2(geometries)}),
            bounds,
            pl.DataFrame({"defects": listed}, schema={"defects": pl.List(pl.String)}),
        ],
        how="horizontal",
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
