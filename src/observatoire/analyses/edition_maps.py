"""The map of an edition: H3 cells of the communes whose total is published, chosen beside those totals."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from observatoire.analyses.edition_plans import Plan, is_small
from observatoire.analyses.editions import TOTAL
from observatoire.disclosure.layer import shown_cells
from observatoire.disclosure.policy import CELL_RESOLUTION, THRESHOLD
from observatoire.domain.territory import TerritoryLevel
from observatoire.space import cells as h3
from observatoire.store.confidential.cells import CellRow
from observatoire.store.engine import Connection
from observatoire.store.published.cells import MapCell
from observatoire.store.published.editions import PublishedCell
from observatoire.store.reference import territories


@dataclass(frozen=True)
class Places:
    """``totals``: published total of each commune mapped; ``centres``: commune of each cell's centre."""

    totals: Mapping[str, int]
    centres: Mapping[int, str]


def places_of(connection: Connection, plan: Plan, cells: Iterable[PublishedCell]) -> Places:
    """Communes of 2,000 residents or more with a published total, and the cells whose centre they hold."""
    large = {commune.code for commune in plan.communes if not is_small(commune)}
    totals = {
        cell.code: cell.count.value
        for cell in cells
        if cell.level == TerritoryLevel.COMMUNE.value
        and cell.category == TOTAL
        and cell.code in large
        and cell.count.value
    }
    shapes = territories.contours(connection, TerritoryLevel.COMMUNE, sorted(totals))
    centres = {
        cell: code
        for code, shape in shapes.items()
        for cell in h3.cells_within(shape, CELL_RESOLUTION).tolist()
    }
    return Places(totals, centres)


def draw(plan: Plan, places: Places, rows: Iterable[CellRow]) -> list[MapCell]:
    """The cells that may be shown; those of which nothing is told are not listed, full or empty alike."""
    own = [r for r in rows if r.group == plan.group and r.year == plan.year and r.commune in places.totals]
    coarse = h3.parents(np.array([r.cell for r in own], dtype=np.uint64), CELL_RESOLUTION).tolist()
    parts = Counter[tuple[str, int]]()
    for row, cell in zip(own, coarse, strict=True):
        parts[row.commune, cell] += row.facts
    shown = shown_cells(places.totals, parts, THRESHOLD)
    kept = sorted(cell for cell in shown if cell in places.centres)
    return [
        MapCell(plan.group, plan.year, places.centres[cell], name, shown[cell])
        for cell, name in zip(kept, h3.to_hex(np.array(kept, dtype=np.uint64)), strict=True)
    ]
