"""IRIS from a file of contours (IGN and Insee, « Contours… IRIS »), names of fields in any case.

IRIS tile the country: each lies in one commune, whose code begins its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from observatoire.atlas.errors import InvalidIrisFeature, InvalidIrisFile, told_as
from observatoire.atlas.layers import Layer, read_layers, repaired, text_of
from observatoire.domain.territory import CODE_PATTERNS, TerritoryLevel

LAYERS = ("iris", "contoursiris", "irisge")
CODE_FIELDS = ("code_iris", "dcomiris", "iris_code", "codeiris", "iris", "code")
COMMUNE_FIELDS = ("insee_com", "code_insee", "depcom", "com_code", "code_insee_de_la_commune")
NAME_FIELDS = ("nom_iris", "lib_iris", "libiris", "iris_name", "nom_officiel", "nom")
KIND_FIELDS = ("typ_iris", "type_iris", "iris_type")
SHORT = re.compile(r"\d{1,4}")
EXPONENT = re.compile(r"\d([.,]\d+)?E\+?\d+")
COMMUNE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Iris:
    """One IRIS.

    Attributes:
        code: nine characters; ``name``: as published, the code where there is none.
        kind: H (housing), A (activity), D (divers), Z (commune that is not divided), or empty.
        geometry: valid multipolygon, WGS 84; ``repaired``: it was not valid.
    """

    code: str
    name: str
    kind: str
    geometry: shapely.MultiPolygon
    repaired: bool

    @property
    def commune(self) -> str:
        """The commune that holds it."""
        return self.code[:COMMUNE_DIGITS]


def read_iris(path: Path, *, layer: str | None = None, epsg: int | None = None) -> tuple[Iris, ...]:
    """Read a file of IRIS, all or nothing; see ``layers.read_layers`` for its arguments.

    Raises:
        InvalidIrisFile: unreadable, empty, or in an unknown system.
        InvalidIrisFeature: an IRIS without code, with a damaged code, given twice, or without polygon.
    """
    with told_as(InvalidIrisFile, InvalidIrisFeature):
        layers: list[Layer] = read_layers(path, LAYERS, name=layer, epsg=epsg)
    rows = [row for found in layers for row in found.rows]
    geometries, broken = repaired(np.concatenate([found.geometries for found in layers]))
    first: dict[str, int] = {}
    found = []
    for number, (row, shape, was_broken) in enumerate(zip(rows, geometries, broken, strict=True), start=1):
        code = _code(row, number)
        if first.setdefault(code, number) != number:
            raise InvalidIrisFeature(number, f"le code {code} est déjà celui de l'IRIS n° {first[code]}")
        if shape is None or not shapely.area(shape) > 0:
            raise InvalidIrisFeature(number, "polygone absent ou sans surface")
        name, kind = text_of(row, NAME_FIELDS) or code, text_of(row, KIND_FIELDS)
        found.append(Iris(code, name, kind, shape, bool(was_broken)))
    return tuple(found)


def _code(row: Mapping[str, object], number: int) -> str:
    """Nine characters; the short code (« 0101 ») is that of the IRIS in its commune."""
    told = text_of(row, CODE_FIELDS).upper()
    commune = text_of(row, COMMUNE_FIELDS).upper()
    if not told:
        raise InvalidIrisFeature(number, f"code absent (champ attendu : {CODE_FIELDS[0]})")
    if EXPONENT.fullmatch(told):
        raise InvalidIrisFeature(
            number, "code abîmé par le tableur ; reprenez le fichier du producteur, codes en texte"
        )
    code = (
        commune.zfill(COMMUNE_DIGITS) + told.zfill(4) if SHORT.fullmatch(told) and commune else told.zfill(9)
    )
    if not CODE_PATTERNS[TerritoryLevel.IRIS].fullmatch(code):
        raise InvalidIrisFeature(number, "code de forme inconnue (neuf caractères, par exemple 315550101)")
    return code
