"""Point in commune: which one holds a point, how far it is from a declared one, is a border near.

A coarse outline answers wrongly near borders, so each answer has its companion: ``near_border``
says when to doubt, ``distance_to`` says whether a declared code contradicts a point.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from observatoire.space.crs import LAMBERT_93, METRIC_OF_DEPARTEMENT, to_metric
from observatoire.space.labels import DOUBTFUL, METRES_PER_DEGREE, MIXED, NEAR, SIDES, LabelGrid

Floats = NDArray[np.float64]
Ranks = NDArray[np.intp]


class CommuneLocator:
    """Territories of one layer, indexed to answer for many points at once.

    Most points are answered by a grid of labels, made as they come; the others by the polygons.
    GEOS and the grid write while they answer: several threads take turns.
    """

    def __init__(self, codes: Sequence[str], geometries: Sequence[Any] | NDArray[np.object_]) -> None:
        """Index a layer.

        Args:
            codes: distinct codes, length n.
            geometries: n shapely (multi)polygons in WGS 84 degrees; None and empty ones hold no point.

        Raises:
            ValueError: lengths differ, or a code is repeated.
        """
        if len(codes) != len(geometries) or len(set(codes)) != len(codes):
            raise ValueError("codes must be distinct and as many as geometries")
        order = sorted(range(len(codes)), key=codes.__getitem__)  # rank order is code order
        self._codes = np.array([codes[index] for index in order], dtype=object)
        self._geometries = np.array([geometries[index] for index in order], dtype=object)
        self._answers = np.array([*self._codes, None], dtype=object)  # last: nowhere
        self._rank = {code: rank for rank, code in enumerate(self._codes)}
        shapely.prepare(self._geometries)
        self._tree = shapely.STRtree(self._geometries)
        self._metric: dict[int, Any] = {}
        self._labels = LabelGrid(self._geometries, self._tree, self._holders)

    @property
    def codes(self) -> frozenset[str]:
        """The codes that this locator knows, with or without a contour."""
        return frozenset(self._rank)

    @property
    def nowhere(self) -> int:
        """The rank of what lies in no territory: the number of codes."""
        return int(self._codes.size)

    @property
    def answers(self) -> NDArray[np.object_]:
        """Code of each rank, None last: ``answers[rank]`` for the ranks of ``place``."""
        return self._answers

    def ranks_of(self, codes: Sequence[str | None]) -> Ranks:
        """Rank of each code: that of nowhere for None, -1 for a code that this locator does not know."""
        ranks = (self._codes.size if code is None else self._rank.get(code, -1) for code in codes)
        return np.fromiter(ranks, dtype=np.intp, count=len(codes))

    def place(self, lon: ArrayLike, lat: ArrayLike, metres: float) -> tuple[Ranks, NDArray[np.bool_]]:
        """``locate`` and ``near_border`` at once; ranks in the order of codes instead of codes."""
        x, y = _points(lon, lat)
        rank, closeness = self._labels.of(x, y, metres)
        mixed = np.flatnonzero(rank == MIXED)
        rank[mixed] = self._holders(x[mixed], y[mixed])
        near = closeness == NEAR
        doubtful = np.flatnonzero(closeness == DOUBTFUL)
        near[doubtful] = self._touched(x[doubtful], y[doubtful], metres)
        return rank, near

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.object_]:
        """Code of the territory that holds each point.

        Args:
            lon: longitudes, WGS 84 degrees, shape (n,); NaN allowed.
            lat: latitudes, WGS 84 degrees, shape (n,); NaN allowed.

        Returns:
            Codes (str) or None, shape (n,). A point on a shared border, or in an overlap, goes to
            the smallest code, so that the answer does not depend on the order of the layer.
        """
        found: NDArray[np.object_] = self._answers[self.ranks(lon, lat)]
        return found

    def ranks(self, lon: ArrayLike, lat: ArrayLike) -> Ranks:
        """``locate``, as ranks in the order of codes; the number of codes for nowhere."""
        x, y = _points(lon, lat)
        rank, _ = self._labels.of(x, y, 0.0)
        mixed = np.flatnonzero(rank == MIXED)
        rank[mixed] = self._holders(x[mixed], y[mixed])
        return rank

    def _holders(self, x: Floats, y: Floats) -> Ranks:
        """Rank of the territory that holds each point, ``nowhere`` for none: exact, point by point."""
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        points = np.asarray(shapely.points(x[known], y[known]), dtype=object)
        which, where = self._tree.query(points)  # boxes only: the prepared polygons decide, faster
        held = shapely.intersects(self._geometries[where], points[which])
        rank = np.full(x.shape, self._codes.size, dtype=np.intp)
        np.minimum.at(rank, known[which[held]], where[held])
        return rank

    def distance_to(
        self, lon: ArrayLike, lat: ArrayLike, code: Sequence[str] | NDArray[np.object_]
    ) -> Floats:
        """Distance from each point to the territory declared for it.

        Args:
            lon: longitudes, WGS 84 degrees, shape (n,).
            lat: latitudes, WGS 84 degrees, shape (n,).
            code: declared codes, length n.

        Returns:
            Metres in the metric system of the declared territory, shape (n,): 0 inside, NaN where
            the point, the code or its contour is unknown.
        """
        x, y = _points(lon, lat)
        if len(code) != x.size:
            raise ValueError(f"{x.size} points but {len(code)} codes")
        ranks = self.ranks_of(list(code))
        return self.distance_to_ranks(x, y, ranks)

    def distance_to_ranks(self, x: Floats, y: Floats, ranks: Ranks) -> Floats:
        """``distance_to`` the territories of some ranks (those of nowhere and of unknown codes included)."""
        distances = np.full(x.shape, np.nan)
        usable = (ranks >= 0) & (ranks < self._codes.size) & np.isfinite(x) & np.isfinite(y)
        usable[usable] = ~shapely.is_missing(self._geometries[ranks[usable]])
        rows = np.flatnonzero(usable)
        inside = shapely.intersects_xy(self._geometries[ranks[rows]], x[rows], y[rows])
        distances[rows[inside]] = 0.0
        outside = rows[~inside]
        systems = np.array([_epsg_of(self._codes[rank]) for rank in ranks[outside]], dtype=np.intp)
        for epsg in np.unique(systems).tolist():
            chosen = outside[systems == epsg]
            east, north = to_metric(x[chosen], y[chosen], epsg)
            shapes = self._in_metres(ranks[chosen], epsg)
            distances[chosen] = shapely.distance(shapes, shapely.points(east, north))
        return distances

    def near_border(self, lon: ArrayLike, lat: ArrayLike, metres: float = 300.0) -> NDArray[np.bool_]:
        """Whether the answer of ``locate`` could change within a distance.

        True when another territory than the one located, or none drawn (sea, foreign land, a hole
        of the layer), lies within ``metres`` of the point; false for NaN points and for points far
        from any territory. The distance is a local equirectangular one: the border
        is never missed within ``metres``, and may answer up to 3 % further.

        Args:
            lon: longitudes, WGS 84 degrees, shape (n,).
            lat: latitudes, WGS 84 degrees, shape (n,).
            metres: distance.

        Returns:
            Booleans of shape (n,).
        """
        return self.place(lon, lat, metres)[1]

    def _touched(self, x: Floats, y: Floats, metres: float) -> NDArray[np.bool_]:
        """Whether a border cuts the disc around each point: exact, point by point.

        Where contours overlap, that of the one that holds the point counts like the others.
        """
        near = np.zeros(x.shape, dtype=bool)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        discs = discs_of(x[known], y[known], metres)
        which, where = self._tree.query(discs)
        cut = ~shapely.contains_properly(self._geometries[where], discs[which])
        which, where = which[cut], where[cut]
        touched = shapely.intersects(self._geometries[where], discs[which])
        near[known[which[touched]]] = True
        return near

    def _in_metres(self, ranks: NDArray[np.intp], epsg: int) -> NDArray[np.object_]:
        """The wanted territories in a metric system, each projected once and kept."""
        for rank in np.unique(ranks).tolist():
            if rank not in self._metric:
                self._metric[rank] = _projected(self._geometries[rank], epsg)
        return np.array([self._metric[rank] for rank in ranks.tolist()], dtype=object)


def _points(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Two float arrays of one length."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"lon and lat must be 1-d and of one length, got {x.shape} and {y.shape}")
    return x, y


def discs_of(x: Floats, y: Floats, metres: float) -> NDArray[np.object_]:
    """Discs around points, as polygons drawn around them (nothing within is missed), shape (n,)."""
    angles = np.linspace(0, 2 * np.pi, SIDES + 1)
    radius = metres / np.cos(np.pi / SIDES) / METRES_PER_DEGREE
    ring_x = x[:, None] + radius * np.cos(angles) / np.cos(np.radians(y))[:, None]
    ring_y = y[:, None] + radius * np.sin(angles)
    rings = np.stack([ring_x, ring_y], axis=2)
    rings[:, -1] = rings[:, 0]  # closed to the last bit
    return np.asarray(shapely.polygons(rings), dtype=object)


def _projected(geometry: Any, epsg: int) -> Any:  # noqa: ANN401
    """A WGS 84 geometry in a metric system."""
    return shapely.transform(geometry, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], epsg)))


def _epsg_of(code: str) -> int:
    """Metric system of a commune, from the first three characters of its code."""
    return METRIC_OF_DEPARTEMENT.get(code[:3], LAMBERT_93)
