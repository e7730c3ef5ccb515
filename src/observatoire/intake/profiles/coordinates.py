"""Which columns hold coordinates, in which system: one system for a file, never one per row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from observatoire.intake.profiles.evidence import numbers_of
from observatoire.intake.profiles.model import LATITUDE_FIRST, LONGITUDE_FIRST, POINT, FieldRule
from observatoire.space import crs
from observatoire.space.crs import EXTENTS, WGS84, Extent, Fit

AT_LEAST = 0.95
MARGIN_DEGREES = 0.02
"""Points within about 2 km of the territory's box count as inside."""

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SENTINELS = (0.0, -1.0)
NAMES = {
    2154: "Lambert-93",
    4326: "WGS 84",
    27572: "Lambert II étendu",
    3857: "Mercator web",
    **{3900 + zone: f"CC{zone}" for zone in range(42, 51)},
}

Cells = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where the coordinates stand. ``columns``: name to field; ``share`` of the points in the territory.

    ``candidates``: every system that fits, best first; ``swapped``: x stood in the column of y.
    """

    epsg: int
    share: float
    columns: Mapping[str, str]
    rules: Mapping[str, FieldRule]
    reason: str
    swapped: bool = False
    candidates: tuple[int, ...] = field(default=())


def find_coordinates(
    cells: Cells, named: Mapping[str, Sequence[str]], box: Extent | None
) -> Coordinates | None:
    """Coordinates of an export, or None where no system puts 95 % of the points in the territory.

    Args:
        cells: columns that may hold them.
        named: columns that their names announce as ``x``, ``y`` or ``point``.
        box: the territory in degrees; without it a system is told only when no other is plausible.
    """
    for name in named.get(POINT, ()):
        if found := _of_point(name, cells[name], box):
            return found
    for x, y in zip(named.get("x", ()), named.get("y", ()), strict=False):
        if found := _of_pair(x, y, cells, box):
            return found
    if named.get("x") or named.get("y") or box is None:
        return None
    names = [name for name in cells if np.isfinite(numbers_of(cells[name])).any()]
    neighbours = pairwise(names)
    return next((found for x, y in neighbours if (found := _of_pair(x, y, cells, box))), None)


def system_of(x: NDArray[np.float64], y: NDArray[np.float64], box: Extent | None) -> list[Fit]:
    """Systems that fit points as written, sentinels and blanks aside."""
    there = np.isfinite(x) & np.isfinite(y) & ~(np.isin(x, _SENTINELS) & np.isin(y, _SENTINELS))
    x, y = x[there], y[there]
    if x.size == 0:
        return []
    if box is not None:
        wide = Extent(
            box.min_x - MARGIN_DEGREES,
            box.min_y - MARGIN_DEGREES,
            box.max_x + MARGIN_DEGREES,
            box.max_y + MARGIN_DEGREES,
        )
        return crs.fits(x, y, wide, AT_LEAST)
    degrees = bool(((np.abs(x) <= 180) & (np.abs(y) <= 90)).all())  # metres so near the origin are at sea
    systems = (WGS84,) if degrees else tuple(EXTENTS)
    likely = [Fit(e, float(crs.plausible(x, y, e).mean())) for e in systems]
    likely = [fit for fit in likely if fit.share >= AT_LEAST]
    return likely if len(likely) == 1 else []


def _of_pair(x: str, y: str, cells: Cells, box: Extent | None) -> Coordinates | None:
    found = system_of(numbers_of(cells[x]), numbers_of(cells[y]), box)
    if not found:
        return None
    best = found[0]
    east, north = (y, x) if best.swapped else (x, y)
    return Coordinates(
        epsg=best.epsg,
        share=best.share,
        columns={east: "x", north: "y"},
        rules={"x": FieldRule(columns=(east,)), "y": FieldRule(columns=(north,))},
        reason=_reason(best, box),
        swapped=best.swapped,
        candidates=tuple(fit.epsg for fit in found),
    )


def _of_point(name: str, cells: Sequence[str | None], box: Extent | None) -> Coordinates | None:
    pairs = [_NUMBER.findall(re.sub(r"(?<=\d),(?=\d)", _comma(cell or ""), cell or "")) for cell in cells]
    filled = [(float(pair[0]), float(pair[1])) for pair in pairs if len(pair) == 2]
    if not filled:
        return None
    first, second = (np.array(column, dtype=np.float64) for column in zip(*filled, strict=True))
    fits = [fit for fit in system_of(second, first, box) if fit.epsg == WGS84]
    if not fits:
        return None
    order = LONGITUDE_FIRST if fits[0].swapped else LATITUDE_FIRST
    return Coordinates(
        epsg=WGS84,
        share=fits[0].share,
        columns={name: POINT},
        rules={POINT: FieldRule(columns=(name,), order=order)},
        reason=_reason(fits[0], box),
        candidates=(WGS84,),
    )


def _comma(cell: str) -> str:
    """What a comma between digits is: a separator where decimals have points, else a decimal mark."""
    return " " if "." in cell else "."


def _reason(fit: Fit, box: Extent | None) -> str:
    name = NAMES.get(fit.epsg) or (f"CC{fit.epsg - 3900}" if 3942 <= fit.epsg <= 3950 else f"EPSG {fit.epsg}")
    where = "dans le territoire de la source" if box is not None else "plausibles, seul système possible"
    exchanged = ", une fois x et y échangés" if fit.swapped else ""
    return f"{fit.share:.0%} des points {where} en {name} ({fit.epsg}){exchanged}".replace("%", " %")
