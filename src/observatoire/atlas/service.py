"""Loads the reference: France, contours brought by the operator."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import polars as pl
import shapely

from observatoire.atlas import replacing
from observatoire.atlas.contours import read_contours
from observatoire.atlas.errors import NoGeography
from observatoire.atlas.layers import read_layers
from observatoire.atlas.movements import follow_all, read_movements
from observatoire.atlas.replacing import Replacement
from observatoire.atlas.table import read_atlas
from observatoire.domain.territory import TerritoryLevel
from observatoire.store import assignments, zones
from observatoire.store.assignments import Subject
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import loading, movements, territories

Progress = Callable[[str], None]


def load_france(database: Database, data: Path, progress: Progress) -> int:
    """Load codes, memberships, populations and contours; returns the number of territories."""
    progress("lecture des communes, EPCI, départements et régions")
    atlas = read_atlas(data / "territoires")
    progress("lecture et réparation des contours")
    contours = read_contours(atlas)
    progress("écriture dans la base")
    with database.owning() as connection:
        loading.replace_all(
            connection,
            atlas.territories.select(
                "level", "code", "name", "kind", "vintage", "population", "population_vintage"
            ),
            atlas.memberships,
            atlas.former_codes,
            _contour_rows(contours.frame),
            date(int(str(atlas.territories["vintage"].max())), 1, 1),
        )
        _ask_again(connection)
    return atlas.territories.height


def load_contours(
    database: Database,
    data: Path,
    path: Path,
    progress: Progress,
    *,
    layer: str | None = None,
    epsg: int | None = None,
) -> tuple[Replacement, UUID | None]:
    """Replace contours of communes by those of a file; all of it or nothing.

    Returns:
        What became of the file, and the assignment of the facts that follows, if any.

    Raises:
        InvalidLayer, InvalidFeature, LayerToChoose: the file can't be used; what stood stands.
        NoGeography: no territory is loaded.
    """
    progress("lecture du fichier")
    atlas = read_atlas(data / "territoires")
    found = replacing.drawn(atlas, read_layers(path, replacing.LAYERS, name=layer, epsg=epsg))
    with database.owning() as connection:
        progress("lecture des contours en place")
        standing = _standing(loading.standing_contours(connection))
        progress("comparaison, réunion et recherche des défauts")
        done = replacing.replace(atlas, standing, found, path.name)
        progress("écriture dans la base")
        loading.replace_contours(connection, _contour_rows(done.frame))
        asked = _ask_again(connection)
    return done, asked


def _ask_again(connection: Connection) -> UUID | None:
    """The facts are looked at again, and the communes that each zone touches."""
    zones.renew_communes(connection)
    return assignments.request(connection, Subject.TERRITORIES)


def _standing(frame: pl.DataFrame) -> replacing.Standing:
    if frame.is_empty():
        raise NoGeography
    shapes: dict[TerritoryLevel, dict[str, shapely.Geometry]] = {level: {} for level in TerritoryLevel}
    drawn = frame.drop_nulls("geometry")
    geometries = shapely.from_wkb(np.array(drawn["geometry"].to_list(), dtype=object))
    for level, code, shape in zip(drawn["level"], drawn["code"], geometries, strict=True):
        shapes[TerritoryLevel(level)][code] = shape
    keys = frame.select("level", "code").rows()
    told = {
        code: frozenset(defects)
        for (level, code), defects in zip(keys, frame["defects"], strict=True)
        if level in replacing.LOWEST
    }
    return replacing.Standing(shapes, dict(zip(keys, frame["source"], strict=True)), told)


def _contour_rows(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        "level",
        "code",
        "source",
        "area_km2",
        "defects",
        pl.col("geometry").bin.encode("hex").alias("geom"),
    )


def load_movements(database: Database, path: Path) -> tuple[int, int]:
    """Load INSEE's movements of communes over the former codes that ship.

    Returns:
        The number of former codes that lead to one commune, and of codes that were divided.
    """
    rows = read_movements(path)
    with database.owning() as connection:
        found = follow_all(rows, territories.commune_codes(connection))
        parts = [(d.code, d.until, part) for d in found.divisions for part in sorted(d.parts)]
        movements.replace_movements(connection, found.former, parts)
    return len(found.former), len({division.code for division in found.divisions})
