"""Loads the reference: France, its taxonomy, its priority neighbourhoods."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from observatoire.atlas.contours import read_contours
from observatoire.atlas.geometry import area_km2
from observatoire.atlas.movements import follow_all, read_movements
from observatoire.atlas.qpv import Qpv, read_neighbourhoods
from observatoire.atlas.table import read_atlas
from observatoire.store.engine import Database
from observatoire.store.reference import categories, movements, territories

Progress = Callable[[str], None]
DOMAIN_LETTER = 1


def load_france(database: Database, data: Path, progress: Progress) -> int:
    """Load codes, memberships, populations and contours; returns the number of territories."""
    progress("lecture des communes, EPCI, départements et régions")
    atlas = read_atlas(data / "territoires")
    progress("lecture et réparation des contours")
    contours = read_contours(atlas)
    progress("écriture dans la base")
    with database.owning() as connection:
        territories.replace_all(
            connection,
            atlas.territories.select(
                "level", "code", "name", "kind", "vintage", "population", "population_vintage"
            ),
            atlas.memberships,
            atlas.former_codes,
            _contour_rows(contours.frame, contours.source),
            date(int(str(atlas.territories["vintage"].max())), 1, 1),
        )
    return atlas.territories.height


def _contour_rows(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    return frame.select(
        "level",
        "code",
        pl.lit(source).alias("source"),
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


def load_taxonomy(database: Database, data: Path) -> int:
    """Load the pivot taxonomy that ships; returns its number of leaves."""
    with (data / "taxonomie_pivot.csv").open(encoding="utf-8", newline="") as file:
        rows = [_leaf(row) for row in csv.DictReader(file, delimiter=";")]
    with database.owning() as connection:
        categories.replace_all(connection, rows)
    return len(rows)


def _leaf(row: dict[str, str]) -> dict[str, object]:
    return {
        "code": row["code"],
        "label": row["libelle"],
        "family": row["famille_code"],
        "family_label": row["famille_libelle"],
        "domain": row["domaine"][:DOMAIN_LETTER],
        "domain_label": row["domaine"][DOMAIN_LETTER:].strip(),
        "unit": row["unite_de_compte"],
        "sensitivity": int(row["sensibilite"]),
        "ssmsi_indicator": row["indicateur_ssmsi"] or None,
        "synonyms": [s for s in row["synonymes"].split("|") if s],
    }


def load_neighbourhoods(database: Database, path: Path) -> int:
    """Load a QPV layer of either generation and place the stored facts in it.

    Returns:
        The number of neighbourhoods.
    """
    records = read_neighbourhoods(path)
    with database.owning() as connection:
        for generation in sorted({r.generation for r in records}):
            chosen = [r for r in records if r.generation == generation]
            communes = {r.code: r.communes or territories.touched(connection, r.geometry) for r in chosen}
            territories.replace_neighbourhoods(
                connection,
                pl.DataFrame([_neighbourhood(r) for r in chosen]),
                pl.DataFrame([_link(r.code, commune) for r in chosen for commune in communes[r.code]]),
                pl.DataFrame([_neighbourhood_contour(r, path) for r in chosen]),
                date(generation, 1, 1),
            )
            territories.place_facts_in_neighbourhoods(connection, generation, [r.code for r in chosen])
    return len(records)


def _neighbourhood(record: Qpv) -> dict[str, object]:
    return {
        "level": "qpv",
        "code": record.code,
        "name": record.name,
        "kind": "qpv",
        "vintage": record.generation,
        "fictional": record.fictional,
    }


def _link(code: str, commune: str) -> dict[str, object]:
    return {"child_level": "qpv", "child_code": code, "parent_level": "commune", "parent_code": commune}


def _neighbourhood_contour(record: Qpv, path: Path) -> dict[str, object]:
    return {
        "level": "qpv",
        "code": record.code,
        "source": path.name,
        "area_km2": float(area_km2(np.array([record.geometry]))[0]),
        "defects": ["contour_repare"] if record.repaired else [],
        "geom": shapely.to_wkb(record.geometry, hex=True),
    }
