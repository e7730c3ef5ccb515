"""GeoJSON as JSON: each element by its number, codes given as arrays, compressed or not."""

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from pyproj import CRS

from observatoire.atlas.errors import InvalidFeature, InvalidLayer
from observatoire.atlas.layers import Geometries, Layer, Properties, checked, in_degrees, system_of

ENDINGS = (".geojson", ".json", ".gz")
GZIP = b"\x1f\x8b"
MOST_BYTES = 1_000_000_000
BOM = b"\xef\xbb\xbf"


def is_geojson(path: Path) -> bool:
    """By the ending of its name."""
    return path.name.lower().endswith(ENDINGS)


def read(path: Path, wanted: tuple[str, ...], name: str | None, epsg: int | None) -> list[Layer]:
    """The one layer of a FeatureCollection; see ``layers.read_layers``."""
    collection = _collection(_content(path))
    features = collection["features"]
    rows = [_lower(feature, number) for number, feature in enumerate(features, start=1)]
    return [Layer(path.name, rows, _degrees(features, _system(collection, epsg)))]


def polygon(geometry: object) -> shapely.Geometry:
    """A polygon from one GeoJSON geometry, in degrees.

    Raises:
        InvalidFeature: unreadable, absent, not a polygon, off the globe, too many vertices; number 1.
    """
    found: shapely.Geometry | None = _degrees([{"geometry": geometry}], None)[0]
    if found is None:
        raise InvalidFeature(1, "polygone absent")
    return found


def _content(path: Path) -> bytes:
    raw = path.read_bytes()
    if raw[:2] != GZIP:
        return raw
    try:
        with gzip.open(path) as file:
            content = file.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InvalidLayer("le fichier compressé est incomplet ou abîmé") from None
    if len(content) > MOST_BYTES:
        raise InvalidLayer("plus d'un gigaoctet une fois décompressé ; convertissez-le en GeoPackage")
    return content


def _collection(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content.removeprefix(BOM))
    except orjson.JSONDecodeError:
        raise InvalidLayer("ce n'est pas du GeoJSON en UTF-8") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise InvalidLayer("une « FeatureCollection » GeoJSON est attendue")
    collection: dict[str, Any] = found
    return collection


def _lower(feature: object, number: int) -> Properties:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise InvalidFeature(number, "attributs absents")
    return {str(name).strip().lower(): value for name, value in properties.items()}


def _degrees(features: list[Mapping[str, Any]], system: CRS | None) -> Geometries:
    drawn = [_geometry(feature.get("geometry"), number) for number, feature in enumerate(features, start=1)]
    return in_degrees(checked(np.array(drawn, dtype=object)), system)


def _geometry(geometry: object, number: int) -> shapely.Geometry | None:
    if geometry is None:
        return None
    try:
        found: shapely.Geometry = shapely.from_geojson(orjson.dumps(geometry).decode())
    except (shapely.GEOSException, ValueError):
        raise InvalidFeature(number, "géométrie illisible") from None
    return found


def _system(collection: Mapping[str, Any], epsg: int | None) -> CRS | None:
    """The (obsolete but frequent) ``crs`` member; None, WGS 84, without it."""
    if epsg is not None:
        return system_of(f"EPSG:{epsg}")
    member = collection.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    return system_of(name) if name else None
