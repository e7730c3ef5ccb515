"""A grid of small cells that says, once for all its points, which territory holds them.

Most cells lie whole in one territory, far from its border: one test of a disc around the cell then
answers for every point in it. A cell that the disc does not settle is ``MIXED``: its points are asked
of the polygons, one by one, so that the answers are exactly those of the polygons.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIXED, CROSSED = -1, -2
STEP_LON, STEP_LAT = 0.002, 0.0015
"""Degrees: about 150 m by 166 m in metropolitan France."""
SIDES = 16  # of a disc: at most 2 % too large at the corners
METRES_PER_DEGREE = 110_574.0  # the shortest degree of latitude: a disc is never too small
LONGEST_DEGREE = 111_700.0  # of latitude or longitude: half a cell is never taken for less than it is
SURE = 0.94
"""A polygon around a disc is 2 % larger, degrees differ by 1 %: this much of a radius surely lies inside."""
_COLUMNS = 1 << 20


class LabelGrid:
    """Labels of cells, remembered by distance."""

    def __init__(self, geometries: NDArray[np.object_], tree: Any) -> None:  # noqa: ANN401
        """``geometries``: n polygons, in the order of their ranks; ``tree``: their STRtree."""
        self._geometries, self._tree = geometries, tree
        self._known: dict[float, dict[int, int]] = {}

    def of(self, x: Floats, y: Floats, metres: float) -> NDArray[np.intp]:
        """Rank of the territory that holds every point within ``metres`` of each point.

        Args:
            x: longitudes, degrees, shape (n,); y: latitudes.
            metres: how far around.

        Returns:
            Ranks, shape (n,): the number of territories where none is that near (NaN included),
            ``CROSSED`` where a border surely is that near, ``MIXED`` where the grid can't tell.
        """
        ranks = np.full(x.shape, self._geometries.size, dtype=np.intp)
        finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if finite.size == 0:
            return ranks
        column = np.floor(x[finite] / STEP_LON).astype(np.int64)
        row = np.floor(y[finite] / STEP_LAT).astype(np.int64)
        cells, back = np.unique(row * _COLUMNS + column, return_inverse=True)
        known = self._known.setdefault(metres, {})
        unknown = np.array([cell for cell in cells.tolist() if cell not in known], dtype=np.int64)
        if unknown.size:
            known.update(zip(unknown.tolist(), self._settled(unknown, metres).tolist(), strict=True))
        ranks[finite] = np.array([known[cell] for cell in cells.tolist()], dtype=np.intp)[back]
        return ranks

    def _settled(self, cells: NDArray[np.int64], metres: float) -> NDArray[np.intp]:
        """Label of each cell: one test of a disc around it."""
        row = np.floor_divide(cells + _COLUMNS // 2, _COLUMNS)
        x, y = (cells - row * _COLUMNS + 0.5) * STEP_LON, (row + 0.5) * STEP_LAT
        half = np.hypot(STEP_LON, STEP_LAT) / 2 * LONGEST_DEGREE
        around = discs_of(x, y, half + metres)
        which, where = self._tree.query(around, predicate="intersects")
        touched = np.bincount(which, minlength=cells.size)
        labels = np.where(touched == 0, self._geometries.size, MIXED).astype(np.intp)
        alone = touched[which] == 1
        which, where = which[alone], where[alone]
        whole = shapely.contains_properly(self._geometries[where], around[which])
        labels[which[whole]] = where[whole]
        mixed = np.flatnonzero(labels == MIXED)
        if metres > half:
            labels[mixed[self._crossed(x[mixed], y[mixed], (metres - half) * SURE)]] = CROSSED
        return labels

    def _crossed(self, x: Floats, y: Floats, metres: float) -> NDArray[np.bool_]:
        """Whether a disc that every point of the cell has in its own is cut by a border."""
        inner = discs_of(x, y, metres)
        which, where = self._tree.query(inner, predicate="intersects")
        crossed = np.zeros(x.shape, dtype=bool)
        crossed[which] = True
        crossed[which[shapely.contains_properly(self._geometries[where], inner[which])]] = False
        return crossed


def discs_of(x: Floats, y: Floats, metres: float) -> NDArray[np.object_]:
    """Discs around points, as polygons drawn around them (nothing within is missed), shape (n,)."""
    angles = np.linspace(0, 2 * np.pi, SIDES + 1)
    radius = metres / np.cos(np.pi / SIDES) / METRES_PER_DEGREE
    ring_x = x[:, None] + radius * np.cos(angles) / np.cos(np.radians(y))[:, None]
    ring_y = y[:, None] + radius * np.sin(angles)
    rings = np.stack([ring_x, ring_y], axis=2)
    rings[:, -1] = rings[:, 0]  # closed to the last bit
    return np.asarray(shapely.polygons(rings), dtype=object)
