"""Contours of larger territories: unions of those of their communes."""

from collections import defaultdict
from collections.abc import Collection, Mapping

import numpy as np
import polars as pl
import shapely

from observatoire.atlas.table import Atlas
from observatoire.domain.territory import TerritoryLevel

GROUPED = (TerritoryLevel.EPCI, TerritoryLevel.EPT, TerritoryLevel.DEPARTEMENT)
Shapes = dict[str, shapely.Geometry]


def union(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Union of polygons; one alone is left as it is."""
    return parts[0] if len(parts) == 1 else shapely.unary_union(parts)


def larger(atlas: Atlas, communes: Shapes) -> dict[TerritoryLevel, Shapes]:
    """EPCI, EPT and départements from communes, régions from départements, nation from régions.

    A true union: the package's neighbours overlap by slivers, which forbids the faster
    ``coverage_union``.
    """
    level = TerritoryLevel
    found = {grouped: _unions(atlas, level.COMMUNE, communes, grouped) for grouped in GROUPED}
    found[level.REGION] = _unions(atlas, level.DEPARTEMENT, found[level.DEPARTEMENT], level.REGION)
    found[level.NATION] = _unions(atlas, level.REGION, found[level.REGION], level.NATION)
    return found


def renewed(
    atlas: Atlas, communes: Shapes, standing: Mapping[TerritoryLevel, Shapes], changed: Collection[str]
) -> dict[TerritoryLevel, Shapes]:
    """The same where only some communes changed: only the territories that hold one are joined anew.

    Args:
        atlas: the territories.
        communes: every commune drawn, by code.
        standing: larger territories as they were.
        changed: codes of the communes that changed.
    """
    level = TerritoryLevel
    held = parents_of(atlas, changed)
    found = {grouped: _unions(atlas, level.COMMUNE, communes, grouped, held[grouped]) for grouped in GROUPED}
    departements = {**standing[level.DEPARTEMENT], **found[level.DEPARTEMENT]}
    found[level.REGION] = _unions(atlas, level.DEPARTEMENT, departements, level.REGION, held[level.REGION])
    regions = {**standing[level.REGION], **found[level.REGION]}
    found[level.NATION] = _unions(atlas, level.REGION, regions, level.NATION, held[level.NATION])
    return found


def parents_of(atlas: Atlas, communes: Collection[str]) -> defaultdict[TerritoryLevel, set[str]]:
    """Codes of the larger territories that hold one of some communes, by level."""
    links = atlas.memberships.filter(
        pl.col("child_level") == TerritoryLevel.COMMUNE, pl.col("child_code").is_in(list(communes))
    )
    found: defaultdict[TerritoryLevel, set[str]] = defaultdict(set)
    for level, code in links.select("parent_level", "parent_code").unique().rows():
        found[TerritoryLevel(level)].add(code)
    return found


def _unions(
    atlas: Atlas,
    child: TerritoryLevel,
    shapes: Shapes,
    parent: TerritoryLevel,
    only: Collection[str] | None = None,
) -> Shapes:
    """Union of the drawn children of each parent (or of some); a parent without any is left out."""
    links = atlas.memberships.filter(pl.col("child_level") == child, pl.col("parent_level") == parent)
    if only is not None:
        links = links.filter(pl.col("parent_code").is_in(list(only)))
    pieces: dict[str, list[shapely.Geometry]] = {}
    for code, group in links.select("child_code", "parent_code").rows():
        if code in shapes:
            pieces.setdefault(group, []).append(shapes[code])
    join = union if only is None else _joined
    return {group: join(parts) for group, parts in pieces.items()}


def _joined(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """The same union, several times faster where neighbours share their borders exactly."""
    pieces = np.array(parts, dtype=object)
    return shapely.coverage_union_all(pieces) if shapely.coverage_is_valid(pieces) else union(parts)
