"""Contours that overlap their neighbours by more than a sliver."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from observatoire.atlas.geometry import area_km2

SLIVER_SHARE = 0.01  # of the smaller of the two
SLIVER_KM2 = 0.01
INSIDES_MEET = "T********"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two codes in order, and the area that both contours cover, km²."""

    code: str
    other: str
    area_km2: float


def overlaps(shapes: Mapping[str, shapely.Geometry], changed: Collection[str]) -> tuple[Overlap, ...]:
    """Overlaps in which one of some contours takes part, the largest first.

    Args:
        shapes: valid polygons by code, WGS 84.
        changed: codes whose overlaps are wanted.
    """
    wanted = frozenset(changed)
    codes = list(shapes)
    geometries = np.array(list(shapes.values()), dtype=object)
    asked = np.flatnonzero(np.array([code in wanted for code in codes], dtype=bool))
    pairs = _crossing(geometries, asked)
    common = area_km2(shapely.intersection(geometries[pairs[:, 0]], geometries[pairs[:, 1]]))
    smaller = np.minimum(*(area_km2(geometries[pairs[:, side]]) for side in (0, 1)))
    real = (common > SLIVER_KM2) & (common > SLIVER_SHARE * smaller)
    found = [
        Overlap(min(codes[first], codes[second]), max(codes[first], codes[second]), round(float(area), 3))
        for (first, second), area in zip(pairs[real].tolist(), common[real], strict=True)
    ]
    return tuple(sorted(found, key=lambda overlap: (-overlap.area_km2, overlap.code, overlap.other)))


def _crossing(geometries: NDArray[np.object_], asked: NDArray[np.intp]) -> NDArray[np.intp]:
    """Pairs of ranks whose insides meet, each pair once, shape (p, 2)."""
    which, where = shapely.STRtree(geometries).query(geometries[asked])
    first, second = asked[which], where
    pairs = np.column_stack([np.minimum(first, second), np.maximum(first, second)])
    pairs = np.unique(pairs[first != second], axis=0)
    meet = shapely.relate_pattern(geometries[pairs[:, 0]], geometries[pairs[:, 1]], INSIDES_MEET)
    found: NDArray[np.intp] = pairs[meet]
    return found
