"""Where things happen: several centres per commune, stops, and the two planted disks.

All distances are metres in Lambert-93 (EPSG:2154); longitude and latitude are EPSG:4326.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from observatoire.errors import InvalidRequest
from observatoire.space import crs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Outline = shapely.Polygon | shapely.MultiPolygon

CITY = "31555"
SECOND_CITY = "31149"
CITY_CENTRE = (1.4437, 43.6045)
BORDER_MARGIN_M = 25.0
UNIFORM_SHARE = 0.35
"""Share of the facts of a commune that keep to no centre."""
STOP_COUNT = 120


@dataclass(frozen=True, slots=True)
class DemoCommune:
    """A commune: COG code, name, population, contour in longitude and latitude."""

    code: str
    name: str
    population: int
    contour: shapely.MultiPolygon


class DemoTerritoryIncomplete(InvalidRequest):
    """The communes given lack one in which something is planted; argument: its code."""

    code = "territoire_demonstration_incomplet"
    title = "Territoire de démonstration incomplet"
    message = "Les données fictives ont besoin de la commune {0} : chargez d'abord les territoires."


@dataclass(frozen=True, slots=True)
class Place:
    """A commune in metres: outline shrunk by a margin, and centres (k, 2) with spreads and weights (k,)."""

    commune: DemoCommune
    outline: Outline
    centres: Floats
    spreads: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Stop:
    """A fictional stop of the fictional transport network."""

    name: str
    line: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class HotspotSpec:
    """A disk to plant: wished centre, radius, facts per month and the leaves that they take."""

    name: str
    commune: str
    wished_centre: tuple[float, float]
    radius_m: float
    facts_per_month: float
    leaves: tuple[tuple[str, float], ...]


HOTSPOTS: tuple[HotspotSpec, ...] = (
    HotspotSpec(
        "Secteur fictif Est, Toulouse",
        CITY,
        (1.4720, 43.5800),
        220.0,
        24.0,
        (("A201", 0.4), ("F102", 0.2), ("F201", 0.2), ("G104", 0.2)),
    ),
    HotspotSpec(
        "Secteur fictif Centre, Colomiers",
        SECOND_CITY,
        (1.3325, 43.6125),
        240.0,
        22.0,
        (("C201", 0.35), ("A201", 0.3), ("D101", 0.2), ("C202", 0.15)),
    ),
)


def to_metres(lonlat: Floats) -> Floats:
    """Longitude and latitude (n, 2) to Lambert-93 metres (n, 2)."""
    return np.column_stack(crs.to_metric(lonlat[:, 0], lonlat[:, 1], crs.LAMBERT_93))


def to_lonlat(metres: Floats) -> Floats:
    """Lambert-93 metres (n, 2) to longitude and latitude (n, 2)."""
    return np.column_stack(crs.to_wgs84(metres[:, 0], metres[:, 1], crs.LAMBERT_93))


def make_places(communes: Sequence[DemoCommune], rng: np.random.Generator) -> tuple[Place, ...]:
    """Give each commune its centres, in order of code.

    Raises:
        DemoTerritoryIncomplete: when a commune in which something is planted is missing.
    """
    ordered = sorted(communes, key=lambda commune: commune.code)
    codes = {commune.code for commune in ordered}
    for wanted in (CITY, SECOND_CITY):
        if wanted not in codes:
            raise DemoTerritoryIncomplete(wanted)
    return tuple(_make_place(commune, rng) for commune in ordered)


def _make_place(commune: DemoCommune, rng: np.random.Generator) -> Place:
    outline = _shrink(shapely.transform(commune.contour, to_metres))
    shapely.prepare(outline)
    count = 1 + min(8, int(np.log10(max(commune.population, 10)) ** 2 / 3.5))
    centres = _uniform(outline, count, rng)
    centres[0] = _main_centre(commune, outline)
    size = np.sqrt(outline.area)
    spreads = rng.uniform(0.05, 0.12, count) * size
    spreads[0] = 0.12 * size
    weights = rng.dirichlet(np.full(count, 3.0)) * 0.75
    weights[0] += 0.25
    return Place(commune, outline, centres, spreads, weights)


def _shrink(full: shapely.MultiPolygon) -> Outline:
    """The contour less a margin, so that no rounding carries a point over the border."""
    shrunk = full.buffer(-BORDER_MARGIN_M)
    usable = isinstance(shrunk, shapely.Polygon | shapely.MultiPolygon) and not shrunk.is_empty
    return shrunk if usable else full


def _main_centre(commune: DemoCommune, outline: Outline) -> Floats:
    known = to_metres(np.array([CITY_CENTRE]))[0]
    if commune.code == CITY and outline.contains(shapely.Point(known)):
        return np.asarray(known)
    return np.array(outline.representative_point().coords[0])


def _uniform(outline: Outline, count: int, rng: np.random.Generator) -> Floats:
    """``count`` points spread evenly inside ``outline``, in metres."""
    left, bottom, right, top = outline.bounds
    kept = np.empty((0, 2))
    while len(kept) < count:
        draw = rng.uniform((left, bottom), (right, top), (2 * count + 8, 2))
        kept = np.vstack([kept, draw[shapely.contains_xy(outline, draw[:, 0], draw[:, 1])]])
    return kept[:count]


def sample_points(place: Place, count: int, rng: np.random.Generator) -> Floats:
    """``count`` points (n, 2) of the commune in metres: around its centres, all inside its contour."""
    points = _uniform(place.outline, count, rng) if count else np.empty((0, 2))
    pending = np.flatnonzero(rng.random(count) >= UNIFORM_SHARE)
    for _ in range(60):
        if not len(pending):
            break
        chosen = rng.choice(len(place.centres), len(pending), p=place.weights)
        draw = place.centres[chosen] + rng.normal(size=(len(pending), 2)) * place.spreads[chosen, None]
        inside = shapely.contains_xy(place.outline, draw[:, 0], draw[:, 1])
        points[pending[inside]] = draw[inside]
        pending = pending[~inside]
    return points


def hotspot_centre(spec: HotspotSpec, places: Sequence[Place]) -> Floats:
    """Centre of the disk in metres: the wished one where the disk fits, else the deepest point."""
    outline = next(place.outline for place in places if place.commune.code == spec.commune)
    wished = to_metres(np.array([spec.wished_centre]))[0]
    if outline.contains(shapely.Point(wished).buffer(spec.radius_m)):
        return np.asarray(wished)
    deepest = shapely.maximum_inscribed_circle(outline).coords[0]
    return np.array(deepest[:2])


def sample_disk(centre: Floats, radius_m: float, count: int, rng: np.random.Generator) -> Floats:
    """``count`` points (n, 2) spread evenly over the disk, in metres."""
    radius = radius_m * np.sqrt(rng.random(count))
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    return centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def commune_weights(places: Sequence[Place], rng: np.random.Generator) -> Floats:
    """Share of the facts of each commune: its population, with a fixed gamma noise (about 15 %)."""
    population = np.array([place.commune.population for place in places], dtype=float)
    weights = population * rng.gamma(45.0, 1.0 / 45.0, len(places))
    return np.asarray(weights / weights.sum())


_KINDS_OF_STOP = ("Place", "Allée", "Halle", "Pont", "Jardin")
_TREES = (
    "des Tilleuls", "des Érables", "des Saules", "des Ormes", "des Frênes", "des Cèdres",
    "des Hêtres", "des Charmes", "des Bouleaux", "des Aulnes", "des Noyers", "des Platanes",
    "des Acacias", "des Sorbiers", "des Mélèzes", "des Lauriers", "des Figuiers", "des Oliviers",
    "des Pins", "des Chênes", "des Trembles", "des Alisiers", "des Merisiers", "des Genêts",
)  # fmt: skip


def stop_names() -> list[str]:
    """The 120 names of the fictional stops."""
    return [f"{kind} {tree}" for kind in _KINDS_OF_STOP for tree in _TREES]


def make_stops(places: Sequence[Place], rng: np.random.Generator) -> tuple[Stop, ...]:
    """120 stops, allotted to communes by population, at fixed points rounded to 1e-6 degree."""
    population = np.array([place.commune.population for place in places], dtype=float)
    owners = np.sort(rng.choice(len(places), STOP_COUNT, p=population / population.sum()))
    stops: list[Stop] = []
    for name, owner in zip(stop_names(), owners, strict=True):
        point = to_lonlat(sample_points(places[owner], 1, rng))[0]
        line = f"F{1 + int(rng.integers(12))}"
        stops.append(Stop(name, line, round(float(point[0]), 6), round(float(point[1]), 6)))
    return tuple(stops)


def residence_names() -> list[str]:
    """The 48 names of the fictional landlord's residences."""
    return [f"Résidence {tree}" for tree in _TREES] + [f"Les Terrasses {tree}" for tree in _TREES]
