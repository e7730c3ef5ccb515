"""Segments of the outlines of a layer, and how far points are from them.

Distances are in degrees of latitude, on the plane that touches the Earth at the point asked: longitudes
are shrunk by the cosine of its latitude. Within a kilometre it is exact to a thousandth.
"""

from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]

_TILE_LON, _TILE_LAT = 0.01, 0.0075
"""Degrees: about 800 m; the segments near a tile are looked for once for all the points in it."""
_COLUMNS = 1 << 20


class Borders:
    """Outlines cut into segments, read when they are first asked for."""

    def __init__(self, geometries: NDArray[np.object_], tree: Any) -> None:  # noqa: ANN401
        """``geometries``: n polygons; ``tree``: their STRtree."""
        self._geometries, self._tree = geometries, tree

    def near(self, x: Floats, y: Floats, reach: Floats) -> tuple[Indexes, Indexes, Floats]:
        """Every segment nearer to a point than its reach.

        Args:
            x: longitudes, degrees, shape (n,); y: latitudes.
            reach: degrees of latitude, shape (n,).

        Returns:
            (point, segment, distance) of each pair, by point; of one shape.
        """
        tiles, tile = np.unique(_tile_of(x, y), return_inverse=True)
        segments, first = self._by_tile(tiles, float(reach.max(initial=0.0)))
        count = np.diff(first)[tile]
        which = np.repeat(np.arange(x.size), count)
        segment = segments[ranges(first[tile], count)]
        distance = self.distances(x[which], y[which], segment)
        close = distance <= reach[which]
        return which[close], segment[close], distance[close]

    def distances(self, x: Floats, y: Floats, segment: Indexes) -> Floats:
        """Distance from each point to a segment, degrees of latitude, shape (n,)."""
        starts, ends, _ = self._segments
        shrink = np.cos(np.radians(y))
        a, b = starts[segment], ends[segment]
        from_x, from_y = (a[:, 0] - x) * shrink, a[:, 1] - y
        along_x, along_y = (b[:, 0] - a[:, 0]) * shrink, b[:, 1] - a[:, 1]
        length = along_x**2 + along_y**2
        foot = -(from_x * along_x + from_y * along_y) / np.where(length > 0, length, 1.0)
        foot = np.clip(foot, 0.0, 1.0)
        return np.asarray(np.hypot(from_x + foot * along_x, from_y + foot * along_y))

    @cached_property
    def _segments(self) -> tuple[Floats, Floats, Indexes]:
        """Starts and ends, shape (s, 2), and where the segments of each polygon begin, shape (n + 1,)."""
        parts, of_part = shapely.get_parts(self._geometries, return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        inner = np.flatnonzero(ring[1:] == ring[:-1])
        owner = of_part[of_ring[ring[inner]]]
        return xy[inner], xy[inner + 1], np.searchsorted(owner, np.arange(self._geometries.size + 1))

    def _by_tile(self, tiles: NDArray[np.int64], reach: float) -> tuple[Indexes, Indexes]:
        """Segments that come within reach of each tile: they are ``segments[first[i]:first[i + 1]]``."""
        starts, ends, first = self._segments
        row = np.floor_divide(tiles + _COLUMNS // 2, _COLUMNS)
        column = tiles - row * _COLUMNS
        west, south = column * _TILE_LON, row * _TILE_LAT
        margin = reach / np.cos(np.radians(np.abs(south).max(initial=0.0) + _TILE_LAT))
        around = shapely.box(
            west - margin, south - reach, west + _TILE_LON + margin, south + _TILE_LAT + reach
        )
        shapes = np.unique(self._tree.query(around)[1])
        segments = ranges(first[shapes], first[shapes + 1] - first[shapes])
        low, high = np.minimum(starts, ends)[segments], np.maximum(starts, ends)[segments]
        left, right = _span(low[:, 0] - margin, high[:, 0] + margin, _TILE_LON, column)
        bottom, top = _span(low[:, 1] - reach, high[:, 1] + reach, _TILE_LAT, row)
        rows = np.where(right < left, 0, np.maximum(top - bottom + 1, 0))
        which = np.repeat(np.arange(segments.size), rows)
        start = ranges(bottom, rows) * _COLUMNS  # of each row of tiles that a segment comes near
        first_tile = np.searchsorted(tiles, start + left[which])
        count = np.searchsorted(tiles, start + right[which], side="right") - first_tile
        tile = ranges(first_tile, count)
        order = np.argsort(tile, kind="stable")
        found = segments[np.repeat(which, count)[order]]
        return found, np.searchsorted(tile[order], np.arange(tiles.size + 1))


def ranges(first: Indexes, count: Indexes) -> Indexes:
    """``first[0], first[0] + 1, …`` (``count[0]`` of them), then those of the next, end to end."""
    before = np.cumsum(count) - count
    spread: Indexes = np.arange(int(count.sum()), dtype=np.intp) + np.repeat(first - before, count)
    return spread


def _tile_of(x: Floats, y: Floats) -> NDArray[np.int64]:
    column, row = np.floor(x / _TILE_LON), np.floor(y / _TILE_LAT)
    return (row * _COLUMNS + column).astype(np.int64)


def _span(low: Floats, high: Floats, step: float, asked: Indexes) -> tuple[Indexes, Indexes]:
    """First and last tile of each interval, among those asked: a long segment crosses few of them."""
    if asked.size == 0:
        return np.zeros(low.size, dtype=np.intp), np.full(low.size, -1, dtype=np.intp)
    first, last = np.floor(low / step), np.floor(high / step)
    return (
        np.maximum(first, asked.min()).astype(np.intp),
        np.minimum(last, asked.max()).astype(np.intp),
    )
