"""Contours of communes replaced from a file: what it lacks keeps the contour that stands, and says so.

A file is brought to the communes of the atlas: a former code is joined to the commune that took its
place, an arrondissement municipal is known by its code. Larger territories are joined anew, and every
defect is looked for again. Decision records: ``docs/decisions/0003-contours.md`` and
``0013-contours-et-zones.md``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from observatoire.atlas.defects import Defect, by_level, overdrawn
from observatoire.atlas.errors import InvalidFeature, InvalidLayer
from observatoire.atlas.frames import as_frame
from observatoire.atlas.holes import notched, undrawn_areas
from observatoire.atlas.larger import Shapes, renewed, union
from observatoire.atlas.layers import Layer, repaired, text_of
from observatoire.atlas.overlaps import Overlap, overlaps
from observatoire.atlas.table import Atlas
from observatoire.domain.territory import CODE_PATTERNS, NATION, TerritoryLevel

LAYERS = ("commune", "arrondissementmunicipal")
CODE_FIELDS = (
    "insee_arm", "com_arm_current_code", "com_arm_code",
    "insee_com", "code_insee", "com_current_code", "com_code", "codgeo", "code_commune", "code_com",
    "depcom", "insee", "code",
)  # fmt: skip
LOWEST = (TerritoryLevel.COMMUNE, TerritoryLevel.ARRONDISSEMENT)
NEAR_DEGREES = 0.02
MOST_ELSEWHERE = 0.05
"""Beyond this share of contours that lie elsewhere than known, the file is in another system than it says."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Contours in force: ``shapes`` and ``sources`` by level then code, ``defects`` of the lowest levels."""

    shapes: Mapping[TerritoryLevel, Shapes]
    sources: Mapping[tuple[str, str], str]
    defects: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a file draws, by current code.

    ``merged``: former codes joined to today's commune; ``unknown``: codes of no commune of the atlas;
    ``empty``: codes without any polygon; ``repaired``: codes whose polygon was invalid.
    """

    shapes: Shapes
    repaired: frozenset[str]
    merged: tuple[str, ...]
    unknown: tuple[str, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What became of a file of contours.

    Attributes:
        frame: rows to be written, as ``frames.as_frame`` makes them, with ``source``.
        communes: how many were replaced; ``arrondissements``: municipal ones.
        kept: communes that keep their contour because the file has none, or only an unusable one.
        elsewhere: among them, those whose new contour lies far from the one that stands.
        drawn: what the file held; ``overlaps``: with a neighbour; ``holes``: areas that nobody covers.
    """

    frame: pl.DataFrame
    communes: int
    arrondissements: int
    kept: tuple[str, ...]
    elsewhere: tuple[str, ...]
    drawn: Drawn
    overlaps: tuple[Overlap, ...]
    holes: int


def drawn(atlas: Atlas, layers: Iterable[Layer]) -> Drawn:
    """Bring the elements of a file to the communes and arrondissements of an atlas.

    Raises:
        InvalidLayer: no field holds a code, or no code is one of a commune.
        InvalidFeature: an element without code.
    """
    current = atlas.current_codes()
    known = frozenset().union(*(atlas.codes(level) for level in LOWEST))
    pieces: dict[str, list[shapely.Geometry]] = {}
    mended, merged, unknown, empty = set[str](), set[str](), set[str](), set[str]()
    for layer in layers:
        geometries, broken = repaired(layer.geometries)
        for told, shape, was_broken in zip(_codes(layer), geometries, broken, strict=True):
            code = told if told in known else current.get(told, "")
            if not code:
                unknown.add(told)
            elif shape is None or shapely.is_empty(shape):
                empty.add(code)
            else:
                pieces.setdefault(code, []).append(shape)
                mended |= {code} if was_broken else set()
                merged |= {told} if told != code else set()
    if not pieces:
        raise InvalidLayer("aucun de ses codes n'est celui d'une commune connue")
    shapes = {code: union(parts) for code, parts in pieces.items()}
    told_apart = (tuple(sorted(codes)) for codes in (merged, unknown, empty - shapes.keys()))
    return Drawn(shapes, frozenset(mended), *told_apart)


def _codes(layer: Layer) -> list[str]:
    names = [name for name in CODE_FIELDS if name in layer.fields]
    if not names:
        listed = ", ".join(sorted(layer.fields)) or "aucun"
        raise InvalidLayer(
            f"aucun champ ne porte le code Insee (attendu : insee_com, code_insee ou code ; lus : {listed})"
        )
    codes = [text_of(row, names).upper().zfill(5) for row in layer.rows]
    for number, code in enumerate(codes, start=1):
        if code == "00000":
            raise InvalidFeature(number, f"code Insee absent (champ « {names[0]} »)")
        if not CODE_PATTERNS[TerritoryLevel.COMMUNE].fullmatch(code):
            raise InvalidFeature(number, "code Insee illisible (cinq caractères attendus, par exemple 2A004)")
    return codes


def replace(atlas: Atlas, standing: Standing, found: Drawn, source: str) -> Replacement:
    """Put the contours of a file in place of those that stand.

    Args:
        atlas: the territories.
        standing: contours in force.
        found: what the file draws.
        source: what the new contours are said to come from.

    Raises:
        InvalidLayer: too many contours lie far from where their communes are known to be.
    """
    elsewhere = _elsewhere(standing, found.shapes)
    usable = {code: shape for code, shape in found.shapes.items() if code not in elsewhere}
    new = {level: {c: usable[c] for c in atlas.codes(level) if c in usable} for level in LOWEST}
    merged = {level: {**standing.shapes[level], **new[level]} for level in LOWEST}
    communes, changed = merged[TerritoryLevel.COMMUNE], new[TerritoryLevel.COMMUNE]
    larger = renewed(atlas, communes, standing.shapes, changed.keys())
    shapes = {**merged, **{level: {**standing.shapes[level], **joined} for level, joined in larger.items()}}
    doubtful = {code for code, told in standing.defects.items() if Defect.OVERLAP in told}
    crossing = overlaps(communes, doubtful | changed.keys())
    defects, holes = _defects(atlas, standing, shapes, found.repaired & usable.keys(), usable, crossing)
    return Replacement(
        _with_sources(atlas, as_frame(atlas, shapes, defects), standing, usable, source),
        len(changed),
        len(new[TerritoryLevel.ARRONDISSEMENT]),
        tuple(sorted(set(atlas.codes(TerritoryLevel.COMMUNE)) - changed.keys())),
        elsewhere,
        found,
        tuple(o for o in crossing if o.code in changed or o.other in changed),
        holes,
    )


def _elsewhere(standing: Standing, shapes: Shapes) -> tuple[str, ...]:
    """Codes whose contour lies far from the one that stands."""
    known = {**standing.shapes[TerritoryLevel.COMMUNE], **standing.shapes[TerritoryLevel.ARRONDISSEMENT]}
    both = sorted(shapes.keys() & known.keys())
    before, after = (np.array([side[code] for code in both], dtype=object) for side in (known, shapes))
    near = shapely.dwithin(before, after, NEAR_DEGREES)
    far = [code for code, is_near in zip(both, near, strict=True) if not is_near]
    if len(far) > MOST_ELSEWHERE * len(both):
        raise InvalidLayer(
            f"{len(far)} contours sur {len(both)} ne tombent pas là où ces communes sont connues : le "
            "système de coordonnées annoncé n'est sans doute pas le bon (« --epsg » le donne)"
        )
    return tuple(far)


def _defects(
    atlas: Atlas,
    standing: Standing,
    shapes: Mapping[TerritoryLevel, Shapes],
    mended: frozenset[str],
    renewed_codes: Iterable[str],
    crossing: tuple[Overlap, ...],
) -> tuple[dict[TerritoryLevel, dict[str, list[str]]], int]:
    """(defects by level and code, number of areas that nobody covers)."""
    new = frozenset(renewed_codes)
    communes = shapes[TerritoryLevel.COMMUNE]
    nation = shapes[TerritoryLevel.NATION].get(NATION.code, shapely.MultiPolygon())

    def still(defect: Defect) -> set[str]:
        return {code for code, told in standing.defects.items() if defect in told and code not in new}

    seats = frozenset(still(Defect.MERGER_NOT_DRAWN))
    undrawn = undrawn_areas(atlas, communes, nation, seats)
    found = by_level(
        atlas,
        {
            Defect.ABSENT: set(atlas.codes(TerritoryLevel.COMMUNE)) - communes.keys(),
            Defect.REBUILT: still(Defect.REBUILT),
            Defect.REPAIRED: still(Defect.REPAIRED) | mended,
            Defect.MERGER_NOT_DRAWN: {area.commune for area in undrawn if area.commune}
            | notched(communes, nation, seats),
            Defect.HOLE_NEARBY: {code for area in undrawn for code in area.candidates},
            Defect.TOO_LARGE: overdrawn(communes),
            Defect.OVERLAP: {code for o in crossing for code in (o.code, o.other)},
        },
    )
    return found, len(undrawn)


def _with_sources(
    atlas: Atlas, frame: pl.DataFrame, standing: Standing, new: Collection[str], source: str
) -> pl.DataFrame:
    """Where each contour comes from; a larger territory names every source of its communes."""
    told = dict(standing.sources)
    for level in LOWEST:
        told |= {(level.value, code): source for code in atlas.codes(level) if code in new}
    absent = set(frame.filter(pl.col("geometry").is_null()).select("level", "code").rows())
    links = atlas.memberships.filter(pl.col("child_level") == TerritoryLevel.COMMUNE)
    members: dict[tuple[str, str], set[str]] = {}
    for child, level, code in links.select("child_code", "parent_level", "parent_code").rows():
        if ("commune", child) not in absent:
            members.setdefault((level, code), set()).add(told.get(("commune", child), source))
    keys = frame.select("level", "code").rows()
    sources = [" ; ".join(sorted(members[key])) if key in members else told.get(key, source) for key in keys]
    return frame.with_columns(pl.Series("source", sources, dtype=pl.String))
