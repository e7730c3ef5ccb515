"""A large municipal-police export, drawn at random: same arguments, same bytes. Nothing in it is real."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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
CHUNK = 200_000


@dataclass(frozen=True, slots=True)
class Communes:
    """Where the facts happen: INSEE codes, names, contours (shapely, degrees), in the same order."""

    codes: Sequence[str]
    names: Sequence[str]
    shapes: Sequence[Any]


def write_export(path: Path, communes: Communes, rows: int, seed: int, *, series: str = "MC") -> None:
    """Write ``rows`` facts in order of time: cp1252, ``;``, decimal comma, Lambert-93, points inside.

    A commune receives its share of the whole area. Memory does not grow with ``rows``.

    Args:
        path: the file to write.
        communes: where.
        rows: number of facts.
        seed: of the random draws.
        series: begins every reference; files of different series have no reference in common.
    """
    rng = np.random.default_rng(seed)
    shapes = np.asarray(communes.shapes, dtype=object)
    shapely.prepare(shapes)
    with path.open("wb") as out:
        out.write(f"{HEADER}\r\n".encode("cp1252"))
        for first in range(0, rows, CHUNK):
            numbers = np.arange(first, min(first + CHUNK, rows))
            frame = _facts(communes, shapes, numbers, rows, rng, series)
            text = frame.write_csv(include_header=False, separator=";", line_terminator="\r\n")
            out.write(text.encode("cp1252"))


def _facts(
    communes: Communes,
    shapes: np.ndarray,
    numbers: np.ndarray,
    rows: int,
    rng: np.random.Generator,
    series: str,
) -> pl.DataFrame:
    """The facts of these ranks among ``rows``, in the file's columns."""
    area = shapely.area(shapes)
    commune = rng.choice(len(communes.codes), numbers.size, p=area / area.sum())
    x, y = _points_inside(shapes, commune, rng)
    minutes = DAYS * 1440 / rows
    minute = np.floor((numbers + rng.random(numbers.size)) * minutes).astype(np.int64)
    moment = pl.from_epoch(pl.Series(START + 60 * minute), time_unit="s")
    return pl.select(
        reference=pl.lit(f"{series}/") + pl.Series(numbers).cast(pl.String).str.zfill(8),
        date=moment.dt.strftime("%d/%m/%Y"),
        hour=moment.dt.strftime("%Hh%M"),
        label=pl.Series(LABELS).gather(rng.integers(0, len(LABELS), numbers.size)),
        code=pl.Series(communes.codes).gather(commune),
        name=pl.Series(communes.names).gather(commune),
        x=_comma(x),
        y=_comma(y),
    )


def _points_inside(
    shapes: np.ndarray, commune: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One point per row inside its commune: Lambert-93 metres, two arrays of shape (n,)."""
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
    """Decimetres, with a decimal comma."""
    return pl.Series(metres).round(1).cast(pl.String).str.replace(".", ",", literal=True)
