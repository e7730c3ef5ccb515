"""Zones drawn by an organisation: one contour, or a file of them, made fit to be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from observatoire.atlas import geojson
from observatoire.atlas.errors import InvalidFeature, InvalidZoneFeature, InvalidZoneFile, told_as
from observatoire.atlas.geometry import area_km2
from observatoire.atlas.layers import read_layers, repaired, text_of

NAME_FIELDS = ("libelle", "nom", "label", "name", "nom_zone", "lib_zone", "quartier", "secteur", "residence")
LONGEST_LABEL = 200
SMALLEST_KM2 = 1e-6
REPAIRED = "contour_repare"


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone as drawn: ``geometry`` a valid multipolygon (WGS 84); ``defects``: see ``Defect``."""

    label: str
    geometry: shapely.MultiPolygon
    area_km2: float
    defects: tuple[str, ...]


def from_geojson(label: str, geometry: Mapping[str, Any]) -> DrawnZone:
    """A zone from one GeoJSON geometry, or a Feature that holds one.

    Raises:
        InvalidZoneFeature: unreadable, empty, too many vertices, off the globe.
    """
    inner = geometry.get("geometry") if geometry.get("type") == "Feature" else geometry
    with told_as(InvalidZoneFile, InvalidZoneFeature):
        return _drawn(label, geojson.polygon(inner), 1)


def read_zones(path: Path, *, layer: str | None = None, epsg: int | None = None) -> tuple[DrawnZone, ...]:
    """Zones of a file; see ``layers.read_layers`` for its arguments.

    Raises:
        InvalidZoneFile: unreadable, empty, or in an unknown system.
        InvalidZoneFeature: a zone without name, named twice, or whose contour can't be used.
    """
    with told_as(InvalidZoneFile, InvalidZoneFeature):
        found, numbers = [], dict[str, int]()
        for read in read_layers(path, name=layer, epsg=epsg):
            for number, (row, shape) in enumerate(zip(read.rows, read.geometries, strict=True), start=1):
                label = text_of(row, NAME_FIELDS)[:LONGEST_LABEL]
                if not label:
                    raise InvalidFeature(number, f"nom absent (champ attendu : {NAME_FIELDS[0]} ou nom)")
                if numbers.setdefault(label, number) != number:
                    raise InvalidFeature(
                        number, f"« {label} » est déjà le nom de la zone n° {numbers[label]}"
                    )
                found.append(_drawn(label, shape, number))
        return tuple(found)


def _drawn(label: str, shape: shapely.Geometry | None, number: int) -> DrawnZone:
    if shape is None:
        raise InvalidFeature(number, "polygone absent")
    geometries, broken = repaired(np.array([shape], dtype=object))
    area = float(area_km2(geometries)[0])
    if not area > SMALLEST_KM2:
        raise InvalidFeature(number, "polygone sans surface (moins d'un mètre carré)")
    return DrawnZone(label, geometries[0], round(area, 6), (REPAIRED,) if broken[0] else ())
