"""A layer of polygons, from any file that a GIS writes: GeoJSON (``.gz`` too), GeoPackage, Shapefile.

GeoJSON is read as JSON, so that a fault is told by the number of its element and a code given as an
array (``["31555"]``) stays one; the other formats by GDAL (``pyogrio``, imported when needed: it takes
seconds). What leaves this room is flat, in WGS 84, and below a number of vertices.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from observatoire.atlas.errors import InvalidFeature, InvalidLayer
from observatoire.atlas.geometry import as_multipolygons, polygons_only

MOST_VERTICES = 200_000
"""Of one contour: the most detailed commune of the IGN has some 30,000."""
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
WGS84 = "EPSG:4326"

Properties = Mapping[str, Any]
Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Layer:
    """Elements of a layer, in the order of the file.

    Attributes:
        name: of the layer, or of the file where it has none.
        rows: properties of each element under lower-case names, length n.
        geometries: (multi)polygons in WGS 84 degrees, without altitude, shape (n,); None where absent.
    """

    name: str
    rows: list[Properties]
    geometries: Geometries

    @property
    def fields(self) -> frozenset[str]:
        """Every property that some element has."""
        return frozenset().union(*self.rows)


def read_layers(path: Path, wanted: tuple[str, ...] = (), *, name: str | None = None, epsg: int | None = None,
                ) -> list[Layer]:  # fmt: skip
    """Read the layers of a file that are meant.

    Args:
        path: ``.geojson``, ``.json``, either with ``.gz``, ``.gpkg``, ``.shp`` or a ``.zip`` of Shapefiles.
        wanted: where the file has several layers of polygons, how the names of those meant begin
            (letters only, lower case); by default there must be one.
        name: the layer to read, whatever the others.
        epsg: system of the coordinates when the file does not name it (or names a wrong one).

    Returns:
        At least one layer, each with at least one element.

    Raises:
        InvalidLayer: unreadable, empty, or in an unknown system.
        LayerToChoose: several layers, none of them meant.
        InvalidFeature: an element that is not a polygon, is off the globe, or has too many vertices.
    """
    from observatoire.atlas import gdal, geojson

    if not path.exists():
        raise InvalidLayer("fichier inaccessible : vérifiez le chemin et les droits")
    read = geojson.read if geojson.is_geojson(path) else gdal.read
    try:
        found = read(path, wanted, name, epsg)
    except OSError as error:
        raise InvalidLayer(f"fichier inaccessible, {error.strerror or 'erreur de lecture'}") from None
    if not any(layer.rows for layer in found):
        raise InvalidLayer("il ne contient aucun élément")
    return found


def checked(geometries: Geometries) -> Geometries:
    """Flat polygons out of what was drawn, None where nothing was.

    Raises:
        InvalidFeature: something else than a polygon, or too many vertices.
    """
    flat: Geometries = shapely.force_2d(geometries)
    flat[shapely.is_empty(flat)] = None
    kinds = shapely.get_type_id(flat)
    for index in np.flatnonzero(~np.isin(kinds, [*POLYGONAL, -1])):
        raise InvalidFeature(index + 1, "ce n'est pas un polygone")
    for index in np.flatnonzero(shapely.get_num_coordinates(flat) > MOST_VERTICES):
        most = f"{MOST_VERTICES:,}".replace(",", " ")
        raise InvalidFeature(index + 1, f"plus de {most} sommets ; simplifiez le contour")
    return flat


def in_degrees(geometries: Geometries, system: CRS | None) -> Geometries:
    """The same in WGS 84; with None, they are already.

    Raises:
        InvalidLayer: the system can't be converted.
        InvalidFeature: coordinates that are not on Earth: metres taken for degrees, or a wrong system.
    """
    if system is not None and not _is_wgs84(system):
        geometries = _projected(geometries, system)
    on_earth = (np.abs(shapely.bounds(geometries)) <= np.array([180.0, 90.0, 180.0, 90.0])).all(axis=1)
    for index in np.flatnonzero(~on_earth & ~shapely.is_missing(geometries)):
        raise InvalidFeature(
            index + 1,
            "coordonnées hors du globe, le système annoncé n'est pas le bon ; enregistrez le fichier en "
            "WGS 84 (EPSG:4326)",
        )
    return geometries


def system_of(text: str) -> CRS:
    """A coordinate system by its name or its description.

    Raises:
        InvalidLayer: unknown.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise InvalidLayer("système de coordonnées inconnu ; enregistrez-le en WGS 84 (EPSG:4326)") from None


def repaired(geometries: Geometries) -> tuple[Geometries, NDArray[np.bool_]]:
    """(valid multipolygons, which had to be repaired), both of shape (n,); None stays None."""
    broken = ~shapely.is_valid(geometries) & ~shapely.is_missing(geometries)
    found = geometries.copy()
    found[broken] = polygons_only(geometries[broken])
    return as_multipolygons(found), broken


def text_of(row: Properties, names: Iterable[str]) -> str:
    """First of these properties that is filled, as text (an array of one for its content), else empty."""
    for name in names:
        values = row.get(name)
        if values is None:
            continue
        several = values if isinstance(values, list | tuple | np.ndarray) else [values]
        texts = [_plain(value) for value in several if value is not None]
        if len(texts) == 1 and texts[0]:
            return texts[0]
    return ""


def _plain(value: object) -> str:
    """31555.0 is 31555: spreadsheets and DBF files turn codes into numbers."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _is_wgs84(system: CRS) -> bool:
    return system.to_epsg() == 4326 or (system.name or "").upper().endswith("CRS84")


def _projected(geometries: Geometries, system: CRS) -> Geometries:
    try:
        transformer = Transformer.from_crs(system, WGS84, always_xy=True)
    except (CRSError, ProjError):
        raise InvalidLayer("système de coordonnées non converti ; enregistrez-le en WGS 84") from None

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    found: Geometries = shapely.transform(geometries, project)
    return found
