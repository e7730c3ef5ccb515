"""A grid of small cells that says, once for all its points, who holds them and whether a border is near.

Most cells are crossed by no border: the territory of their centre is that of every point in them. Most
are far from any border, or surely near one. The points of the others are measured to the segments
around their cell, which are kept with it. What floating point can't settle is told as such, and asked
of the polygons one by one, so that the answers are exactly those of the polygons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from observatoire.space.borders import Borders, ranges

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]

MIXED = -1
"""Rank of a cell that a border crosses."""
FAR, NEAR, DOUBTFUL = 0, 1, 2
STEP_LON, STEP_LAT = 0.002, 0.0015
"""Degrees: about 150 m by 166 m in metropolitan France."""
SIDES = 16
"""Of a disc, which is drawn around its circle: 2 % too large at the corners, nothing within is missed."""
METRES_PER_DEGREE = 110_574.0
"""The shortest degree of latitude: a disc is never too small."""
MOST_CELLS = 400_000
"""Remembered: all those of 10,000 km². Beyond, memory is emptied and filled again."""
_SLACK = 1e-3
"""Of a distance: the cosine of the latitude changes by less in the height of a cell."""
_TINY = 1e-9
"""Degrees (a tenth of a millimetre), and share of a distance: what floating point surely tells apart."""
_COLUMNS = 1 << 20


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells sorted by number; the segments near one are ``segments[first:first + count]``."""

    cell: NDArray[np.int64]
    rank: Indexes
    near: NDArray[np.int8]
    first: Indexes
    count: Indexes
    segments: Indexes

    def joined(self, more: "_Cells") -> "_Cells":
        """With other cells."""
        order = np.argsort(np.concatenate([self.cell, more.cell]))

        def both(ours: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([ours, theirs])[order]

        return _Cells(
            both(self.cell, more.cell),
            both(self.rank, more.rank),
            both(self.near, more.near),
            both(self.first, more.first + self.segments.size),
            both(self.count, more.count),
            np.concatenate([self.segments, more.segments]),
        )

    def lacking(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those that are not here."""
        if self.cell.size == 0:
            return cells
        found = np.minimum(np.searchsorted(self.cell, cells), self.cell.size - 1)
        lacking: NDArray[np.int64] = cells[self.cell[found] != cells]
        return lacking


_NONE = np.empty(0, dtype=np.intp)
_EMPTY = _Cells(np.empty(0, dtype=np.int64), _NONE, np.empty(0, dtype=np.int8), _NONE, _NONE, _NONE)


class LabelGrid:
    """Labels of cells, remembered by distance."""

    def __init__(
        self,
        geometries: NDArray[np.object_],
        tree: Any,  # noqa: ANN401
        holders: Callable[[Floats, Floats], Indexes],
    ) -> None:
        """``geometries``: n polygons; ``tree``: their STRtree; ``holders``: rank of who holds each point."""
        self._borders = Borders(geometries, tree)
        self._nowhere, self._holders = geometries.size, holders
        self._box = shapely.bounds(shapely.geometrycollections(geometries))
        self._known: dict[float, _Cells] = {}

    def of(self, x: Floats, y: Floats, metres: float) -> tuple[Indexes, NDArray[np.int8]]:
        """Who holds each point, and whether a border cuts the disc of ``metres`` around it.

        Args:
            x: longitudes, degrees, shape (n,); y: latitudes.
            metres: how far around.

        Returns:
            Ranks, shape (n,): the number of territories where none holds the point (NaN included),
            ``MIXED`` where the grid can't tell. And ``FAR``, ``NEAR`` or, where the grid can't tell,
            ``DOUBTFUL``, shape (n,).
        """
        ranks = np.full(x.shape, self._nowhere, dtype=np.intp)
        near = np.full(x.shape, FAR, dtype=np.int8)
        around = np.flatnonzero(self._around(x, y, metres))
        if around.size == 0:
            return ranks, near
        x, y = x[around], y[around]
        cells, back = np.unique(_cell_of(x, y), return_inverse=True)
        known = self._knowing(cells, metres)
        at = np.searchsorted(known.cell, cells)[back]
        ranks[around], found = known.rank[at], known.near[at]
        doubtful = np.flatnonzero(found == DOUBTFUL)
        found[doubtful] = self._measured(x[doubtful], y[doubtful], at[doubtful], known, metres)
        near[around] = found
        return ranks, near

    def _around(self, x: Floats, y: Floats, metres: float) -> NDArray[np.bool_]:
        """Points in the box of the layer, widened: all the others are far from everything, NaN too."""
        west, south, east, north = self._box
        tall = _radii(metres)[1] * (1 + _SLACK)
        wide = tall / np.cos(np.radians(min(max(abs(south), abs(north)) + tall, 89.0)))
        return np.asarray((x >= west - wide) & (x <= east + wide) & (y >= south - tall) & (y <= north + tall))

    def _knowing(self, cells: NDArray[np.int64], metres: float) -> _Cells:
        known = self._known.get(metres, _EMPTY)
        if known.cell.size > MOST_CELLS:
            known = _EMPTY
        lacking = known.lacking(cells)
        if lacking.size:
            known = self._known[metres] = known.joined(self._settled(lacking, metres))
        return known

    def _settled(self, cells: NDArray[np.int64], metres: float) -> _Cells:
        """Labels of cells, from the distance of their centres to the nearest border."""
        row = np.floor_divide(cells + _COLUMNS // 2, _COLUMNS)
        x, y = (cells - row * _COLUMNS + 0.5) * STEP_LON, (row + 0.5) * STEP_LAT
        half = np.hypot(STEP_LON * np.cos(np.radians(y)), STEP_LAT) / 2
        inner, outer = _radii(metres)
        which, segments, distance = self._borders.near(x, y, (half + outer) * (1 + _SLACK))
        nearest = np.full(cells.size, np.inf)
        np.minimum.at(nearest, which, distance)
        rank = np.full(cells.size, MIXED, dtype=np.intp)
        whole = np.flatnonzero(nearest > half * (1 + _SLACK))
        rank[whole] = self._holders(x[whole], y[whole])
        near = np.where(np.isinf(nearest), FAR, DOUBTFUL).astype(np.int8)
        near[nearest + half < inner * (1 - _SLACK)] = NEAR
        kept = near[which] == DOUBTFUL
        count = np.bincount(which[kept], minlength=cells.size)
        return _Cells(cells, rank, near, np.cumsum(count) - count, count, segments[kept])

    def _measured(self, x: Floats, y: Floats, at: Indexes, known: _Cells, metres: float) -> NDArray[np.int8]:
        """Of points in doubtful cells: the distance to the segments around."""
        inner, outer = _radii(metres)
        count = known.count[at]
        which = np.repeat(np.arange(x.size), count)
        segment = known.segments[ranges(known.first[at], count)]
        distance = self._borders.distances(x[which], y[which], segment)
        first = np.cumsum(count) - count  # no cell in doubt is without a segment
        nearest = np.minimum.reduceat(distance, first) if x.size else distance
        near = np.full(x.shape, DOUBTFUL, dtype=np.int8)
        near[nearest < inner * (1 - _TINY) - _TINY] = NEAR
        near[nearest > outer * (1 + _TINY) + _TINY] = FAR
        return near


def _cell_of(x: Floats, y: Floats) -> NDArray[np.int64]:
    column, row = np.floor(x / STEP_LON).astype(np.int64), np.floor(y / STEP_LAT).astype(np.int64)
    return row * _COLUMNS + column


def _radii(metres: float) -> tuple[float, float]:
    """Degrees of latitude from the middle of a disc to its sides and to its corners."""
    inner = metres / METRES_PER_DEGREE
    return inner, inner / float(np.cos(np.pi / SIDES))
