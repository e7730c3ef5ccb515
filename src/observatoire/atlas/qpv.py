"""Priority neighbourhoods (QPV) from a GeoJSON file, in either generation.

Source of the files and their schema: ``data/qpv/MANIFESTE.md``. The generation is read in the code:
``QP`` and six digits (2015, décret 2014-1750), ``QN…`` (2024, décret 2023-1314). Field names are
matched in any case, since published copies differ.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from observatoire.atlas.errors import InvalidQpvFeature, InvalidQpvFile
from observatoire.atlas.geometry import as_multipolygons, polygons_only
from observatoire.domain.territory import CODE_PATTERNS, TerritoryLevel
from observatoire.space.crs import WGS84, to_wgs84

CODE_FIELDS = ("code_qp", "codeqp", "qp_code", "code_quartier", "code")
NAME_FIELDS = ("lib_qp", "nom_qp", "libelle_qp", "libqp", "nomqp", "nom")
COMMUNE_FIELDS = (
    "insee_com",
    "code_commune",
    "code_insee",
    "insee_commune",
    "communes",
    "code_com",
    "codgeo",
)
EPSG_IN_CRS = re.compile(r"EPSG:{1,2}(\d+)$|EPSG:[\d.]*:(\d+)$", re.IGNORECASE)
COMMUNE_TEXT = re.compile(r"[0-9AB]+")
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

Generation = Literal[2015, 2024]
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Qpv:
    """One priority neighbourhood.

    Attributes:
        code: QP075001 or QN07511M.
        name: as published; the code where the file gives none.
        generation: 2015 or 2024, the year its geography came into force.
        geometry: valid multipolygon, WGS 84.
        communes: INSEE codes declared by the file, in its order; may be empty, may be several.
        fictional: the file says ``fictif: true``.
        repaired: the polygon was invalid and was repaired.
    """

    code: str
    name: str
    generation: Generation
    geometry: shapely.MultiPolygon
    communes: tuple[str, ...]
    fictional: bool
    repaired: bool


def read_neighbourhoods(path: Path) -> tuple[Qpv, ...]:
    """Read a QPV file, all or nothing.

    Args:
        path: a GeoJSON FeatureCollection of (multi)polygons, in UTF-8 (BOM or not); WGS 84, or the
            EPSG system named by its ``crs`` member.

    Returns:
        The neighbourhoods, in the order of the file.

    Raises:
        InvalidQpvFile: not a GeoJSON FeatureCollection, empty, or in an unknown coordinate system.
        InvalidQpvFeature: a neighbourhood without code, with a code of neither generation, given
            twice, or without polygon; its number counts from 1.
    """
    collection = _collection(path)
    features = collection["features"]
    rows = [_lower(feature, number) for number, feature in enumerate(features, start=1)]
    codes = [_code(row, number) for number, row in enumerate(rows, start=1)]
    _refuse_repeated(codes)
    drawn = [_polygon(feature, number) for number, feature in enumerate(features, start=1)]
    geometries = _to_wgs84(np.array(drawn, dtype=object), _epsg(collection))
    broken = ~shapely.is_valid(geometries)
    geometries[broken] = polygons_only(geometries[broken])
    for number, geometry in enumerate(geometries, start=1):
        _check_place(geometry, number)
    return tuple(
        Qpv(
            code=code,
            name=_text(row, NAME_FIELDS) or code,
            generation=2015 if code.startswith("QP") else 2024,
            geometry=geometry,
            communes=_communes(row),
            fictional=row.get("fictif") is True,
            repaired=bool(repaired),
        )
        for code, row, geometry, repaired in zip(
            codes, rows, as_multipolygons(geometries), broken, strict=True
        )
    )


def _collection(path: Path) -> dict[str, Any]:
    """The FeatureCollection of a file, with at least one feature."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidQpvFile(f"fichier inaccessible, {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InvalidQpvFile("ce n'est pas du GeoJSON en UTF-8") from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise InvalidQpvFile("une « FeatureCollection » GeoJSON est attendue")
    if not features:
        raise InvalidQpvFile("il ne contient aucun quartier")
    found: dict[str, Any] = content
    return found


def _lower(feature: object, number: int) -> Properties:
    """Properties of a feature under lower-case names."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise InvalidQpvFeature(number, "attributs absents")
    return {str(name).strip().lower(): value for name, value in properties.items()}


def _text(row: Properties, names: Iterable[str]) -> str:
    """First of these fields that is filled, as text; empty when none is."""
    texts = (str(row[name]).strip() for name in names if row.get(name) is not None)
    return next(filter(None, texts), "")


def _code(row: Properties, number: int) -> str:
    """The code of a QPV, checked."""
    code = _text(row, CODE_FIELDS).upper()
    if not code:
        raise InvalidQpvFeature(number, f"code absent (champ attendu : {CODE_FIELDS[0]})")
    if not CODE_PATTERNS[TerritoryLevel.QPV].fullmatch(code):
        raise InvalidQpvFeature(
            number, "code de forme inconnue (attendu : QP et 6 chiffres en 2015, QN07511M en 2024)"
        )
    return code


def _refuse_repeated(codes: list[str]) -> None:
    """A code given twice: which polygon would be right?"""
    first: dict[str, int] = {}
    for number, code in enumerate(codes, start=1):
        if first.setdefault(code, number) != number:
            raise InvalidQpvFeature(number, f"le code {code} est déjà celui du quartier n° {first[code]}")


def _communes(row: Properties) -> tuple[str, ...]:
    """INSEE codes in a text such as « 31555, 31069 », or in a list; a number lost its zero."""
    value = next((row[name] for name in COMMUNE_FIELDS if row.get(name) not in (None, "")), "")
    texts = value if isinstance(value, list) else COMMUNE_TEXT.findall(str(value).upper())
    codes = (str(text).zfill(5) for text in texts)
    return tuple(
        dict.fromkeys(code for code in codes if CODE_PATTERNS[TerritoryLevel.COMMUNE].fullmatch(code))
    )


def _polygon(feature: Mapping[str, Any], number: int) -> shapely.Geometry:
    """The (multi)polygon of a feature, flat (without altitude)."""
    try:
        geometry = shapely.from_geojson(json.dumps(feature.get("geometry")))
    except (shapely.GEOSException, ValueError):
        raise InvalidQpvFeature(number, "géométrie illisible") from None
    if geometry is None or shapely.is_empty(geometry) or shapely.get_type_id(geometry) not in POLYGONAL:
        raise InvalidQpvFeature(number, "polygone absent")
    return shapely.force_2d(geometry)


def _epsg(collection: Mapping[str, Any]) -> int:
    """EPSG of the (obsolete but frequent) ``crs`` member; WGS 84 without it, or for CRS84."""
    member = collection.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not name or name.upper().endswith("CRS84"):
        return WGS84
    match = EPSG_IN_CRS.search(name)
    if match is None:
        raise InvalidQpvFile("système de coordonnées inconnu ; enregistrez-le en WGS 84 (EPSG:4326)")
    return int(match[1] or match[2])


def _to_wgs84(geometries: NDArray[np.object_], epsg: int) -> NDArray[np.object_]:
    """The same in degrees."""
    if epsg == WGS84:
        return geometries

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], epsg))

    try:
        found: NDArray[np.object_] = shapely.transform(geometries, project)
    except CRSError:
        raise InvalidQpvFile(f"système de coordonnées EPSG:{epsg} inconnu") from None
    return found


def _check_place(geometry: shapely.Geometry, number: int) -> None:
    """Refuse metres read as degrees, and polygons of which nothing is left."""
    if not shapely.area(geometry) > 0:
        raise InvalidQpvFeature(number, "polygone sans surface")
    min_x, min_y, max_x, max_y = shapely.bounds(geometry)
    if not (min_x >= -180 and max_x <= 180 and min_y >= -90 and max_y <= 90):
        raise InvalidQpvFeature(number, "coordonnées hors du globe ; enregistrez le fichier en WGS 84")
