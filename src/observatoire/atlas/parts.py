"""Loads what lies inside communes: priority neighbourhoods and IRIS; asks that the facts be looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import polars as pl
import shapely

from observatoire.atlas.errors import InvalidIrisFeature, InvalidIrisFile, InvalidQpvFeature, NoGeography
from observatoire.atlas.geometry import area_km2
from observatoire.atlas.iris import Iris, read_iris
from observatoire.atlas.qpv import Qpv, read_neighbourhoods
from observatoire.atlas.replacing import MOST_ELSEWHERE, NEAR_DEGREES
from observatoire.domain.territory import TerritoryLevel
from observatoire.store import assignments
from observatoire.store.assignments import Subject
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import gazetteer, loading, territories
from observatoire.store.reference.gazetteer import Gazetteer

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many were loaded, how many polygons were repaired, and the assignment that follows, if any."""

    number: int
    repaired: int
    assignment: UUID | None


def load_neighbourhoods(
    database: Database, path: Path, *, layer: str | None = None, epsg: int | None = None
) -> Loaded:
    """Load a QPV layer of either generation; the facts are placed by the assignment that follows.

    Raises:
        InvalidQpvFile, InvalidQpvFeature: nothing was loaded.
    """
    records = read_neighbourhoods(path, layer=layer, epsg=epsg)
    with database.owning() as connection:
        communes = _communes_of_neighbourhoods(connection, records)
        for generation in sorted({r.generation for r in records}):
            chosen = [r for r in records if r.generation == generation]
            loading.replace_parts(
                connection,
                TerritoryLevel.QPV,
                pl.DataFrame([_neighbourhood(r) for r in chosen]),
                _links(TerritoryLevel.QPV, [(r.code, c) for r in chosen for c in communes[r.code]]),
                _contours(TerritoryLevel.QPV, chosen, path),
                date(generation, 1, 1),
            )
        asked = assignments.request(connection, Subject.QPV)
    return Loaded(len(records), sum(r.repaired for r in records), asked)


def _communes_of_neighbourhoods(connection: Connection, records: Sequence[Qpv]) -> dict[str, tuple[str, ...]]:
    """Declared communes that exist, else those touched."""
    known = gazetteer.load(connection, None)
    if not known.parents:
        raise NoGeography
    found = {}
    for number, record in enumerate(records, start=1):
        declared = dict.fromkeys(c for c in map(_commune_in(known), record.communes) if c)
        found[record.code] = tuple(declared) or territories.touched(connection, record.geometry)
        if not found[record.code]:
            raise InvalidQpvFeature(
                number, "il ne touche aucune commune de France ; vérifiez le système de coordonnées"
            )
    return found


def _commune_in(known: Gazetteer) -> Callable[[str], str | None]:
    """Today's commune of a code: its own, that of an arrondissement, that which took its place."""

    def commune(code: str) -> str | None:
        current = known.former.get(code, code)
        current = known.arrondissements.get(current, current)
        return current if current in known.parents else None

    return commune


def _neighbourhood(record: Qpv) -> dict[str, object]:
    return {
        "level": "qpv",
        "code": record.code,
        "name": record.name,
        "kind": "qpv",
        "vintage": record.generation,
        "fictional": record.fictional,
    }


def load_iris(
    database: Database,
    path: Path,
    progress: Progress,
    *,
    vintage: int | None = None,
    layer: str | None = None,
    epsg: int | None = None,
) -> Loaded:
    """Load a file of IRIS in place of those of the same communes.

    Args:
        database: where the communes stand.
        path: the file; ``layer`` and ``epsg`` as in ``layers.read_layers``.
        progress: told each step.
        vintage: year of the division; by default that of the communes.

    Raises:
        InvalidIrisFile, InvalidIrisFeature: nothing was loaded.
    """
    progress("lecture du fichier")
    records = read_iris(path, layer=layer, epsg=epsg)
    with database.owning() as connection:
        progress("comparaison avec les communes")
        known = gazetteer.load(connection, None)
        communes = _communes_of_iris(connection, known, records)
        progress("écriture dans la base")
        year = vintage or known.vintage
        loading.drop_iris_of(connection, sorted({r.commune for r in records}))
        loading.replace_parts(
            connection,
            TerritoryLevel.IRIS,
            pl.DataFrame([_iris(r, year) for r in records]),
            _links(TerritoryLevel.IRIS, list(communes.items())),
            _contours(TerritoryLevel.IRIS, records, path),
            date(year, 1, 1),
        )
        asked = assignments.request(connection, Subject.IRIS)
    return Loaded(len(records), sum(r.repaired for r in records), asked)


def _communes_of_iris(connection: Connection, known: Gazetteer, records: Sequence[Iris]) -> dict[str, str]:
    """Commune of each IRIS, by its code; the contour must lie near it."""
    if not known.parents:
        raise NoGeography
    commune = _commune_in(known)
    found = {}
    for number, record in enumerate(records, start=1):
        current = commune(record.commune)
        if current is None:
            raise InvalidIrisFeature(number, f"la commune {record.commune} est inconnue")
        found[record.code] = current
    drawn = territories.contours(connection, TerritoryLevel.COMMUNE, sorted(set(found.values())))
    both = [(r.geometry, drawn[found[r.code]]) for r in records if found[r.code] in drawn]
    if both:
        inner, outer = (np.array(side, dtype=object) for side in zip(*both, strict=True))
        far = int(np.count_nonzero(~shapely.dwithin(inner, outer, NEAR_DEGREES)))
        if far > MOST_ELSEWHERE * len(both):
            raise InvalidIrisFile(
                f"{far} IRIS sur {len(both)} ne tombent pas dans leur commune : le système de coordonnées "
                "annoncé n'est sans doute pas le bon (« --epsg » le donne)"
            )
    return found


def _iris(record: Iris, vintage: int) -> dict[str, object]:
    return {
        "level": "iris",
        "code": record.code,
        "name": record.name,
        "kind": record.kind or "iris",
        "vintage": vintage,
    }


def _links(level: TerritoryLevel, pairs: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "child_level": level.value,
                "child_code": code,
                "parent_level": "commune",
                "parent_code": commune,
            }
            for code, commune in pairs
        ]
    )


def _contours(level: TerritoryLevel, records: Sequence[Qpv] | Sequence[Iris], path: Path) -> pl.DataFrame:
    shapes = np.array([r.geometry for r in records], dtype=object)
    return pl.DataFrame(
        {
            "level": [level.value] * len(records),
            "code": [r.code for r in records],
            "source": [path.name] * len(records),
            "area_km2": area_km2(shapes),
            "defects": [["contour_repare"] if r.repaired else [] for r in records],
            "geom": shapely.to_wkb(shapes, hex=True).tolist(),
        },
        schema_overrides={"defects": pl.List(pl.String)},
    )
