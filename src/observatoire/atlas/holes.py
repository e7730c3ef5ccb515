"""Areas that no commune covers, and the commune that should: recent mergers that were not drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from observatoire.atlas.geometry import area_km2
from observatoire.atlas.table import Atlas

SLIVER_KM2 = 0.5  # below: a crack between two outlines, not a commune
TOUCH_DEGREES = 1e-6
# Holes of France on purpose: Llívia, a Spanish town of about 13 km² (a point inside it).
FOREIGN = (shapely.Point(1.9806, 42.4644),)

Shapes = Mapping[str, shapely.Geometry]


@dataclass(frozen=True, slots=True)
class UndrawnArea:
    """A hole of the layer inside France.

    Attributes:
        geometry: polygon, WGS 84.
        area_km2: its area.
        commune: code of the one neighbour that should cover it, because it has a delegated commune
            without any contour; None when that cannot be established.
        candidates: when ``commune`` is None, the neighbours that absorbed another commune some day.
    """

    geometry: shapely.Polygon
    area_km2: float
    commune: str | None
    candidates: tuple[str, ...]


def seats_not_drawn(atlas: Atlas, not_drawn: frozenset[str]) -> frozenset[str]:
    """Communes with another delegated commune that the source names but does not draw."""
    rows = atlas.delegated.filter(
        pl.col("code").is_in(list(not_drawn)) & (pl.col("code") != pl.col("commune"))
    )
    return frozenset(rows["commune"])


def undrawn_areas(
    atlas: Atlas, communes: Shapes, nation: shapely.Geometry, seats: frozenset[str]
) -> tuple[UndrawnArea, ...]:
    """Holes larger than a sliver, the largest first; foreign enclaves are left out.

    Args:
        atlas: the territories.
        communes: drawn communes by code, WGS 84.
        nation: their union.
        seats: communes of ``seats_not_drawn``.
    """
    holes = np.array([shapely.Polygon(ring) for ring in _rings(nation, "interiors")], dtype=object)
    areas = area_km2(holes)
    absorbed = frozenset(atlas.former_codes["current"])
    tree = shapely.STRtree(list(communes.values()))
    codes = np.array(list(communes), dtype=object)
    found = []
    for index in np.argsort(-areas, kind="stable"):
        hole, area = holes[index], float(areas[index])
        if area < SLIVER_KM2 or any(hole.contains(point) for point in FOREIGN):
            continue
        touching = tree.query(hole.buffer(TOUCH_DEGREES), predicate="intersects")
        owner, others = _owner(codes[touching], seats, absorbed)
        found.append(UndrawnArea(hole, area, owner, others))
    return tuple(found)


def notched(communes: Shapes, nation: shapely.Geometry, seats: frozenset[str]) -> frozenset[str]:
    """Those of ``seats`` that lie on the coast or the frontier: what they lack opens outwards.

    No hole shows it there. 25390, on the Swiss frontier, is drawn at 11 % of its area.
    """
    coast = shapely.MultiLineString([*_rings(nation, "exterior")])
    shapely.prepare(coast)
    return frozenset(code for code in seats if code in communes and shapely.intersects(coast, communes[code]))


def _rings(nation: shapely.Geometry, which: str) -> Iterator[shapely.LinearRing]:
    """Exterior or interior rings of a multipolygon."""
    for part in shapely.get_parts(nation):
        rings = getattr(part, which)
        yield from [rings] if which == "exterior" else rings


def _owner(
    touching: NDArray[np.object_], seats: frozenset[str], absorbed: frozenset[str]
) -> tuple[str | None, tuple[str, ...]]:
    """The one neighbour that lacks a delegated commune; else every neighbour that may own the hole."""
    neighbours = sorted(touching)
    sure = [code for code in neighbours if code in seats]
    if len(sure) == 1:
        return sure[0], ()
    return None, tuple(sure or [code for code in neighbours if code in absorbed])
