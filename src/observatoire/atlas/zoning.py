"""Zones kept by version: a new outline never rewrites what an older figure was made of."""

import uuid
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import shapely

from observatoire.atlas.errors import InvalidZoneFeature
from observatoire.atlas.zones import DrawnZone
from observatoire.domain.zone import Zone, ZoneKind
from observatoire.errors import FieldError, InvalidRequest
from observatoire.store import assignments, zones
from observatoire.store.assignments import Subject
from observatoire.store.engine import Connection
from observatoire.store.reference import territories
from observatoire.store.zones import Outline


@dataclass(frozen=True, slots=True)
class Validity:
    """From a day to another (exclusive; None: still).

    Raises:
        InvalidRequest: reversed.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InvalidRequest(fields=(FieldError("valide_jusqua", "doit suivre « valide_depuis »"),))


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a zone: its identifier, whether it is ``created``, ``changed`` or as it was."""

    id: UUID
    outcome: str
    assignment: UUID | None


def outline(connection: Connection, drawn: DrawnZone, validity: Validity, number: int = 1) -> Outline:
    """A version to be kept, with the communes that it lies in.

    Raises:
        InvalidZoneFeature: it lies in no commune.
    """
    communes = territories.touched(connection, drawn.geometry)
    if not communes:
        raise InvalidZoneFeature(
            number, "elle ne touche aucune commune de France ; vérifiez le système de coordonnées"
        )
    return Outline(
        drawn.label, validity.start, validity.end, drawn.geometry, drawn.area_km2, drawn.defects, communes
    )


def create(connection: Connection, kind: ZoneKind, organisation: str, drawn: Outline, author: str) -> Kept:
    """Keep a new zone and ask that the facts be looked at."""
    id_ = uuid.uuid4()
    zones.add(connection, id_, kind, organisation)
    number = zones.add_version(connection, id_, drawn, author)
    return Kept(id_, "created", assignments.request(connection, Subject.ZONE, number))


def revise(connection: Connection, zone: Zone, drawn: Outline, author: str) -> Kept:
    """Add a version, unless the last one has this name and outline: its end may then be told, or moved.

    Raises:
        InvalidRequest: it would begin before the version that it replaces.
    """
    zones.lock(connection, zone.id)
    latest = (zones.get(connection, zone.id) or zone).latest
    if _same(connection, zone, drawn):
        if drawn.valid_to == latest.valid_to:
            return Kept(zone.id, "unchanged", None)
        zones.end(connection, latest.number, Validity(latest.valid_from, drawn.valid_to).end)
        return Kept(zone.id, "changed", None)
    if drawn.valid_from <= latest.valid_from:
        expected = f"après le {latest.valid_from.isoformat()}"
        raise InvalidRequest(
            fields=(FieldError("valide_depuis", "une version suit la précédente", expected),)
        )
    number = zones.add_version(connection, zone.id, drawn, author)
    return Kept(zone.id, "changed", assignments.request(connection, Subject.ZONE, number))


def _same(connection: Connection, zone: Zone, drawn: Outline) -> bool:
    latest = zone.latest
    if latest.label != drawn.label:
        return False
    return bool(shapely.equals(zones.shape(connection, zone.id, latest.version), drawn.geometry))
