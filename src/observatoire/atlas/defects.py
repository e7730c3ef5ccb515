"""What is known to be wrong with contours, and what larger territories inherit of it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import polars as pl
import shapely

from observatoire.atlas.table import Atlas
from observatoire.domain.territory import TerritoryLevel

# Re-established on 1 January 2025 out of this commune, whose contour still covers them (Insee,
# v_mvt_commune: MOD 21, COM_AV 15141).
OVERDRAWN = {"15141": ("15031", "15035", "15047", "15171")}

Shapes = Mapping[str, shapely.Geometry]


class Defect(StrEnum):
    """What is known to be wrong with a contour; the value is stored and shown."""

    ABSENT = "contour_absent"
    REBUILT = "contour_reconstruit"  # union of the delegated communes
    REPAIRED = "contour_repare"  # the polygon was invalid
    MERGER_NOT_DRAWN = "fusion_non_dessinee"  # a merged commune is missing from the contour
    HOLE_NEARBY = "trou_voisin"  # an undrawn area touches it and may be a part of it
    TOO_LARGE = "contour_trop_grand"  # it still covers communes that left it
    OVERLAP = "chevauchement_voisin"  # more than a sliver of it is also a neighbour's
    PARTIAL = "contour_partiel"  # some member commune has one of the defects above


def overdrawn(communes: Shapes) -> set[str]:
    """Communes drawn as they were before others left them."""
    return {code for code, gone in OVERDRAWN.items() if code in communes and not communes.keys() & set(gone)}


def by_level(
    atlas: Atlas, sets: Mapping[Defect, Iterable[str]]
) -> dict[TerritoryLevel, dict[str, list[str]]]:
    """Defects by level and code, in the order of ``Defect``; a code without defect is missing."""
    own: dict[str, list[str]] = {}
    for defect, codes in sets.items():
        for code in codes:
            own.setdefault(code, []).append(defect.value)
    return {TerritoryLevel.COMMUNE: own, TerritoryLevel.ARRONDISSEMENT: own, **_inherited(atlas, own)}


def _inherited(atlas: Atlas, own: Mapping[str, list[str]]) -> dict[TerritoryLevel, dict[str, list[str]]]:
    """Parents of communes: absent when no member is drawn, partial when a member's contour is wrong."""
    wrong = {Defect.ABSENT.value, Defect.MERGER_NOT_DRAWN.value}
    covered = {code for gone in OVERDRAWN.values() for code in gone}  # under their old commune's contour
    links = atlas.memberships.filter(pl.col("child_level") == TerritoryLevel.COMMUNE)
    found: dict[TerritoryLevel, dict[str, list[str]]] = {}
    for level, parent, members in links.group_by("parent_level", "parent_code").agg("child_code").rows():
        states = [own.get(code, []) for code in members]
        if all(Defect.ABSENT.value in state for state in states):
            found.setdefault(TerritoryLevel(level), {})[parent] = [Defect.ABSENT.value]
        elif any(wrong.intersection(own.get(code, [])) for code in members if code not in covered):
            found.setdefault(TerritoryLevel(level), {})[parent] = [Defect.PARTIAL.value]
    return found
