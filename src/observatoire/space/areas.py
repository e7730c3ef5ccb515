"""Points in areas that may overlap: every pair, not one answer per point."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ranks = NDArray[np.intp]


def points_in(areas: Sequence[Any], lon: Floats, lat: Floats) -> tuple[Ranks, Ranks]:
    """Which area holds which point; an area holds its border.

    Args:
        areas: a shapely (multi)polygons, WGS 84 degrees.
        lon: longitudes, degrees, shape (n,), finite; lat: latitudes.

    Returns:
        (ranks of the areas, ranks of the points), both of shape (pairs,).
    """
    if not areas or not lon.size:
        nothing = np.zeros(0, dtype=np.intp)
        return nothing, nothing
    shapes = np.array(areas, dtype=object)
    # The tree prepares what it is asked with: a tree of points asked with polygons is the fast way round.
    points = np.asarray(shapely.points(lon, lat), dtype=object)
    which, where = shapely.STRtree(points).query(shapes, predicate="intersects")
    return np.asarray(which, dtype=np.intp), np.asarray(where, dtype=np.intp)
