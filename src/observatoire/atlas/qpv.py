"""Priority neighbourhoods (QPV) from a file of contours, in either generation.

Source of the files and their schema: ``data/qpv/MANIFESTE.md``. The generation is read in the code:
``QP`` and six digits (2015, décret 2014-1750), ``QN…`` (2024, décret 2023-1314). Field names are
matched in any case, since published copies differ.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely

from observatoire.atlas.errors import InvalidQpvFeature, InvalidQpvFile, told_as
from observatoire.atlas.layers import read_layers, repaired, text_of
from observatoire.domain.territory import CODE_PATTERNS, TerritoryLevel

LAYERS = ("qp", "quartiersprioritaires")
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
COMMUNE_TEXT = re.compile(r"[0-9AB]+")

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


def read_neighbourhoods(path: Path, *, layer: str | None = None, epsg: int | None = None) -> tuple[Qpv, ...]:
    """Read a QPV file, all or nothing.

    Args:
        path: GeoJSON (compressed or not), GeoPackage, or Shapefile (in a ``.zip`` or not).
        layer: the layer to read; by default the only one, or those whose name begins by « qp ».
        epsg: system of the coordinates when the file does not name it.

    Returns:
        The neighbourhoods, in the order of the file.

    Raises:
        InvalidQpvFile: unreadable, empty, or in an unknown coordinate system.
        LayerToChoose: several layers, and none is meant.
        InvalidQpvFeature: a neighbourhood without code, with a code of neither generation, given
            twice, or without polygon; its number counts from 1.
    """
    with told_as(InvalidQpvFile, InvalidQpvFeature):
        layers = read_layers(path, LAYERS, name=layer, epsg=epsg)
    rows = [row for found in layers for row in found.rows]
    codes = [_code(row, number) for number, row in enumerate(rows, start=1)]
    _refuse_repeated(codes)
    geometries, broken = repaired(np.concatenate([found.geometries for found in layers]))
    for number, geometry in enumerate(geometries, start=1):
        if geometry is None:
            raise InvalidQpvFeature(number, "polygone absent")
        if not shapely.area(geometry) > 0:
            raise InvalidQpvFeature(number, "polygone sans surface")
    return tuple(
        Qpv(
            code=code,
            name=text_of(row, NAME_FIELDS) or code,
            generation=2015 if code.startswith("QP") else 2024,
            geometry=geometry,
            communes=_communes(row),
            fictional=row.get("fictif") in (True, 1),
            repaired=bool(was_broken),
        )
        for code, row, geometry, was_broken in zip(codes, rows, geometries, broken, strict=True)
    )


def _code(row: Properties, number: int) -> str:
    """The code of a QPV, checked."""
    code = text_of(row, CODE_FIELDS).upper()
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
    texts = (
        [str(v) for v in value] if isinstance(value, list) else COMMUNE_TEXT.findall(_whole(value).upper())
    )
    codes = (text.zfill(5) for text in texts)
    return tuple(
        dict.fromkeys(code for code in codes if CODE_PATTERNS[TerritoryLevel.COMMUNE].fullmatch(code))
    )


def _whole(value: Any) -> str:  # noqa: ANN401
    """As text; a code that a DBF file made a number (31555.0) is whole again."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
