"""Hotspot cells to GeoJSON features; flat properties, so that QGIS reads them as columns."""

from typing import Any

from observatoire.analyses.hotspots import HotspotCell, HotspotMap
from observatoire.analyses.published_hotspots import PublishedHotspot, PublishedMap
from observatoire.disclosure.released import Released, ValueState


def hotspot_features(released: Released[HotspotMap]) -> list[dict[str, Any]]:
    """One polygon per cell (WGS 84, longitude first)."""
    return [_feature(cell) for cell in released.value.cells]


def published_features(released: Released[PublishedMap]) -> list[dict[str, Any]]:
    """One polygon per cell that an edition shows; what could give back a hidden count is not here."""
    return [_published(cell) for cell in released.value.cells]


def _published(cell: PublishedHotspot) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": cell.identifier,
        "geometry": {"type": "Polygon", "coordinates": [cell.boundary]},
        "properties": {
            "maille": cell.cell,
            "faits": cell.facts,
            "faits_etat": ValueState.PUBLISHED.value,
            "classe": cell.grade,
            "groupe": cell.group,
            "identifiant": cell.identifier,
        },
    }


def _feature(cell: HotspotCell) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": cell.identifier,
        "geometry": {"type": "Polygon", "coordinates": [cell.boundary]},
        "properties": {
            "maille": cell.cell,
            "faits": cell.facts,
            "faits_etat": (ValueState.PUBLISHED if cell.facts else ValueState.ZERO).value,
            "faits_voisinage": cell.neighbourhood,
            "attendu": cell.expected,
            "rapport": cell.ratio,
            "z": cell.z,
            "p": cell.p,
            "q": cell.q,
            "classe": cell.grade,
            "identifiant": cell.identifier,
        },
    }
