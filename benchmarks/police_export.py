"""A large municipal-police export, drawn at random: same arguments, same bytes. Nothing in it is real."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely

from observatoire.space.crs import to_metric

HEADER = "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y"
LABELS = (
    "Tapage nocturne", "STAT. GENANT", "Dégradation de véhicule", "Rixe", "Dépôt sauvage",
    "Différend familial", "Vol à la roulotte", "Ivresse publique et manifeste", "Tags", "Libellé inconnu",
)  # fmt: skip
DAYS = 4 * 365
START = 1_609_459_200  # 1 January 2021, in seconds of the epoch
LAMBERT_93 = 2154


def export(codes: Sequence[str], shapes: Sequence[Any], rows: int, seed: int) -> bytes:
    """``rows`` facts inside the given communes, in order of time; cp1252, decimal comma, Lambert-93.

    Args:
        codes: INSEE codes.
        shapes: their contours (shapely, WGS 84 degrees).
        rows: number of facts; a commune receives its share of the whole area.
        seed: of the random draws.
    """
    rng = np.random.default_rng(seed)
    area = shapely.area(np.asarray(shapes, dtype=object))
    commune = rng.choice(len(codes), rows, p=area / area.sum())
    x, y = _points_inside(np.asarray(shapes, dtype=object), commune, rng)
    minute = np.sort(rng.integers(0, DAYS * 1440, rows))
    moment = pl.from_epoch(pl.Series(START + 60 * minute), time_unit="s")
    frame = pl.DataFrame(
        {
            "reference": [f"2021-{number:07d}" for number in range(rows)],
            "date": moment.dt.strftime("%d/%m/%Y"),
            "hour": moment.dt.strftime("%Hh%M"),
            "label": np.array(LABELS)[rng.integers(0, len(LABELS), rows)],
            "code": np.array(codes)[commune],
            "name": ["Commune"] * rows,
            "x": _comma(x),
            "y": _comma(y),
        }
    )
    body = frame.write_csv(include_header=False, separator=";", line_terminator="\r\n")
    return f"{HEADER}\r\n{body}".encode("cp1252")


def _points_inside(
    shapes: np.ndarray, commune: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One point per row inside its commune: Lambert-93 metres, two arrays of shape (n,)."""
    shapely.prepare(shapes)
    west, south, east, north = shapely.bounds(shapes[commune]).T
    longitude, latitude = np.empty(commune.size), np.empty(commune.size)
    missing = np.arange(commune.size)
    while missing.size:
        longitude[missing] = rng.uniform(west[missing], east[missing])
        latitude[missing] = rng.uniform(south[missing], north[missing])
        inside = shapely.contains_xy(shapes[commune[missing]], longitude[missing], latitude[missing])
        missing = missing[~inside]
    return to_metric(longitude, latitude, LAMBERT_93)


def _comma(metres: np.ndarray) -> pl.Series:
    return pl.Series([f"{value:.1f}".replace(".", ",") for value in metres.tolist()])
