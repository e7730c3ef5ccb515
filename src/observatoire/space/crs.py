"""Coordinate systems met in French exports: to WGS 84, to metres, and what is plausible.

Sources: EPSG registry through PROJ; extents of Lambert-93, Lambert II étendu and the nine conic
zones as in the project's domain notes; extents overseas from the EPSG areas of use.
Axis order is always x (east, longitude) then y (north, latitude).
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from pyproj.exceptions import CRSError, ProjError

Floats = NDArray[np.float64]

WGS84 = 4326
LAMBERT_93 = 2154
OLD_LAMBERT = 27572
METRIC_OF_DEPARTEMENT = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}


@dataclass(frozen=True, slots=True)
class Extent:
    """Where coordinates of one system may lie: x then y, in the unit of the system (m or degrees)."""

    min_x: float
    min_y: float
    max_x: float
    max_y: float


# Conic conformal zone CCnn (EPSG 39nn): true use stays within 1.2–2.2 Mm east, and 145 km of the
# zone's middle parallel, whose false northing is (nn − 41)·10⁶ + 200 km. Strips overlap on purpose.
CONIC_ZONES = {
    3900 + zone: Extent(1.01e6, (zone - 41) * 1e6 + 55e3, 2.26e6, (zone - 41) * 1e6 + 345e3)
    for zone in range(42, 51)
}
EXTENTS = {
    WGS84: Extent(-63.2, -21.5, 55.9, 51.2),  # France with the five overseas départements
    LAMBERT_93: Extent(12e3, 6_022e3, 1_254e3, 7_153e3),
    OLD_LAMBERT: Extent(-33e3, 1_588e3, 1_210e3, 2_715e3),
    3857: Extent(-7.04e6, -2.45e6, 6.23e6, 6.66e6),
    5490: Extent(480e3, 1_580e3, 760e3, 2_010e3),
    2972: Extent(90e3, 230e3, 450e3, 660e3),
    2975: Extent(310e3, 7_630e3, 385e3, 7_695e3),
    4471: Extent(495e3, 8_555e3, 545e3, 8_620e3),
    **CONIC_ZONES,
}
# Where each metric system is the right one, in degrees; tried in order, Lambert-93 otherwise.
METRIC_AREAS = (
    (5490, Extent(-63.2, 14.2, -60.7, 18.2)),
    (2972, Extent(-54.7, 2.0, -51.5, 6.0)),
    (2975, Extent(55.1, -21.5, 55.9, -20.8)),
    (4471, Extent(44.9, -13.1, 45.4, -12.5)),
)
METROPOLITAN = Extent(-5.5, 41.2, 9.8, 51.3)
"""Metropolitan France with its coast, degrees."""

_local = threading.local()


def to_wgs84(x: ArrayLike, y: ArrayLike, epsg: int) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (degrees) of points given in any system.

    Args:
        x: eastings (or longitudes), shape (n,).
        y: northings (or latitudes), shape (n,).
        epsg: EPSG number of their system.

    Returns:
        (lon, lat), each float64 of shape (n,); a point that cannot be projected is NaN in both.

    Raises:
        pyproj.exceptions.CRSError: the EPSG number does not exist.
    """
    return _transform(x, y, epsg, WGS84)


def to_metric(lon: ArrayLike, lat: ArrayLike, epsg: int) -> tuple[Floats, Floats]:
    """Eastings and northings (metres) in a metric system, from WGS 84 degrees; arrays of shape (n,).

    A point that cannot be projected is NaN in both. Unknown EPSG: ``pyproj.exceptions.CRSError``.
    """
    return _transform(lon, lat, WGS84, epsg)


def metric_epsg(lon: float, lat: float) -> int:
    """EPSG of the legal metric system at a place: 2154, or 5490, 2972, 2975, 4471 overseas."""
    for epsg, area in METRIC_AREAS:
        if area.min_x <= lon <= area.max_x and area.min_y <= lat <= area.max_y:
            return epsg
    return LAMBERT_93


def metric_epsg_of_departement(code: str) -> int:
    """EPSG of the legal metric system of a département (code as text: 01, 2A, 974)."""
    return METRIC_OF_DEPARTEMENT.get(code, LAMBERT_93)


def plausible(x: ArrayLike, y: ArrayLike, epsg: int) -> NDArray[np.bool_]:
    """Whether each point lies where coordinates of this system may lie in France; shape (n,).

    NaN is never plausible. A raw point can be plausible in several systems: this eliminates, it
    does not choose.

    Raises:
        KeyError: the system has no known extent (``EXTENTS`` lists them).
    """
    extent = EXTENTS[epsg]
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    inside: NDArray[np.bool_] = (
        (east >= extent.min_x) & (east <= extent.max_x) & (north >= extent.min_y) & (north <= extent.max_y)
    )
    return inside


def in_france(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Whether each point (degrees) lies in the box of metropolitan France or of an overseas département.

    Exchanging longitude and latitude never leads from one of these boxes into another: a point that is
    out of them, and in one of them once exchanged, was written the other way round. NaN is nowhere.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = np.zeros(x.shape, dtype=bool)
    for box in (METROPOLITAN, *(area for _, area in METRIC_AREAS)):
        inside |= (x >= box.min_x) & (x <= box.max_x) & (y >= box.min_y) & (y <= box.max_y)
    return inside


def exists(epsg: int) -> bool:
    """Whether PROJ knows this system and can bring its points to WGS 84."""
    try:
        _transformer(epsg, WGS84)
    except (CRSError, ProjError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Fit:
    """A system in which points may have been written, and the share (0 to 1) that it puts in the box.

    ``swapped``: only once x and y are exchanged.
    """

    epsg: int
    share: float
    swapped: bool = False


def fits(x: ArrayLike, y: ArrayLike, box: Extent, at_least: float = 0.95) -> list[Fit]:
    """Systems that put nearly all points where they are expected, best first.

    One system for a whole file, never one per point. An exchange of x and y is only considered when
    no system fits as they stand.

    Args:
        x: eastings or longitudes as written, shape (n,); NaN where unreadable (counted as outside).
        y: northings or latitudes as written, shape (n,).
        box: where the points are expected, in degrees.
        at_least: share of the points that must fall in the box.
    """
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if east.size == 0:
        return []
    return _fits(east, north, box, at_least, False) or _fits(north, east, box, at_least, True)


def _fits(x: Floats, y: Floats, box: Extent, at_least: float, swapped: bool) -> list[Fit]:
    found = []
    for epsg in EXTENTS:
        likely = plausible(x, y, epsg)
        if likely.mean() < at_least:
            continue
        lon, lat = to_wgs84(x[likely], y[likely], epsg)
        inside = (lon >= box.min_x) & (lon <= box.max_x) & (lat >= box.min_y) & (lat <= box.max_y)
        share = float(inside.sum() / x.size)
        if share >= at_least:
            found.append(Fit(epsg, share, swapped))
    return sorted(found, key=lambda fit: -fit.share)


def _transform(x: ArrayLike, y: ArrayLike, source: int, target: int) -> tuple[Floats, Floats]:
    """Project arrays; PROJ says infinity where it cannot, we say NaN."""
    east, north = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    if source != target:
        east, north = _transformer(source, target).transform(east, north)
    lost = ~(np.isfinite(east) & np.isfinite(north))
    return np.where(lost, np.nan, east), np.where(lost, np.nan, north)


def _transformer(source: int, target: int) -> Transformer:
    """One transformer per thread and pair: PROJ contexts must not be shared between threads."""
    known: dict[tuple[int, int], Transformer] = _local.__dict__.setdefault("transformers", {})
    pair = (source, target)
    if pair not in known:
        known[pair] = Transformer.from_crs(source, target, always_xy=True)
    return known[pair]
