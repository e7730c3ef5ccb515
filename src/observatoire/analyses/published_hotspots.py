"""Hotspots outside the grant: the cells that an edition shows, classed from their released counts alone.

A cell that is not shown may hold nothing, a few facts or many: it enters no computation, and is never taken
for zero. The study area of Gi* is therefore the cells shown, each beside those of its neighbours that are
shown too; z, p, q and the mean never leave, since they would give back the counts of a hidden neighbour.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import shapely

from observatoire.analyses.editions import PublishedSummary, check_grid, read_years
from observatoire.analyses.hotspot_words import CLASSES, REASONS, STRICT
from observatoire.analyses.question import Asking
from observatoire.disclosure.policy import CELL_RESOLUTION
from observatoire.disclosure.released import Released
from observatoire.errors import OutsideDiffusion
from observatoire.space import cells as h3
from observatoire.statistics.hotspots import classify, gi_star
from observatoire.statistics.not_computable import NotComputable
from observatoire.store.engine import Database
from observatoire.store.published import cells as cell_store
from observatoire.store.published.cells import MapCell

PUBLISHED_WARNING = (
    "Une maille n'est montrée que si ses faits et tout ce qui s'en déduit restent protégés : une maille qui "
    "n'est pas là peut être vide, faible ou masquée. Communes de 2 000 habitants au moins ; chaque maille se "
    "compare aux seules mailles montrées."
)
PUBLISHED_METHOD = {
    "statistique": "Gi* sur les seules mailles montrées",
    "maille": f"H3 résolution {CELL_RESOLUTION}",
    "correction": "Benjamini-Hochberg",
}


@dataclass(frozen=True, slots=True)
class PublishedHotspot:
    """A cell that is shown; ``grade`` is null where no class can be computed."""

    cell: str
    boundary: list[list[float]]
    facts: int
    grade: str | None
    group: str
    identifier: str


@dataclass(frozen=True, slots=True)
class PublishedMap:
    """The answer of ``points-chauds`` outside the grant; ``notes`` say why a group has no class."""

    summary: PublishedSummary
    cells: tuple[PublishedHotspot, ...]
    notes: tuple[str, ...]


def read_map(
    database: Database, asking: Asking, resolution: int | None, threshold: float
) -> Released[PublishedMap]:
    """One calendar year of the last edition, all categories together, on cells of one size.

    Raises:
        OutsideDiffusion: any other question, or the edition has no map there.
    """
    years = check_grid(asking)
    if len(years) != 1 or asking.question.categories:
        raise OutsideDiffusion(
            "La carte diffusée porte sur une seule année civile et toutes les catégories ensemble."
        )
    if resolution not in (None, CELL_RESOLUTION):
        raise OutsideDiffusion(f"La carte n'est diffusée qu'en mailles H3 de résolution {CELL_RESOLUTION}.")
    summary = read_years(database, asking, years, "points-chauds")
    communes = [commune.code for commune in asking.communes]
    with database.diffusing() as connection:
        found = cell_store.read(
            connection, summary.value.edition, summary.disclosure.audience, communes, years[0]
        )
    if not found.value:
        raise OutsideDiffusion("L'édition ne contient pas de carte pour ce territoire et cette année.")
    return found.transform(lambda cells: _map(summary.value, cells, threshold))


def _map(summary: PublishedSummary, cells: list[MapCell], threshold: float) -> PublishedMap:
    graded: list[PublishedHotspot] = []
    notes: list[str] = []
    for group, members in groupby(cells, key=lambda cell: cell.group):
        own = list(members)
        grades, reason = _grades(own, threshold)
        if reason is not None:
            notes.append(f"« {group} » : aucune classe, {REASONS[reason]}")
        graded += _hotspots(own, grades)
    return PublishedMap(summary, tuple(graded), tuple(notes))


def _grades(cells: list[MapCell], threshold: float) -> tuple[list[str | None], str | None]:
    """(class of each cell, why there is none)."""
    numbers = h3.from_hex(cell.cell for cell in cells)
    try:
        star = gi_star(np.array([cell.facts for cell in cells]), h3.neighbourhood(numbers))
    except NotComputable as refusal:
        return [None] * len(cells), refusal.reason
    grades = classify(star.z, star.q, (min(STRICT, threshold), threshold))
    return [CLASSES[int(grade)] for grade in grades], None


def _hotspots(cells: list[MapCell], grades: list[str | None]) -> list[PublishedHotspot]:
    boundaries = h3.boundaries(h3.from_hex(cell.cell for cell in cells))
    return [
        PublishedHotspot(
            cell.cell,
            shapely.get_coordinates(boundary).round(6).tolist(),
            cell.facts,
            grade,
            cell.group,
            f"pc{CELL_RESOLUTION}-{cell.cell}",
        )
        for cell, grade, boundary in zip(cells, grades, boundaries, strict=True)
    ]
