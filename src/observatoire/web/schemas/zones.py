"""Zones and assignments on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from observatoire.domain.zone import ZoneKind
from observatoire.store.assignments import Subject
from observatoire.web.schemas.base import Wire


class ZoneIn(Wire):
    """A zone to create, or a new version of it."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    label: str = Field(validation_alias="libelle", min_length=1, max_length=200)
    kind: ZoneKind = Field(validation_alias="type")
    organisation: str | None = Field(
        default=None, max_length=200, description="par défaut, celle de la clé ; toute autre : administration"
    )
    contour: dict[str, Any] = Field(
        description="géométrie GeoJSON (Polygon, MultiPolygon) ou Feature, en WGS 84"
    )
    valid_from: date | None = Field(
        default=None, validation_alias="valide_depuis", description="par défaut, le jour même"
    )
    valid_to: date | None = Field(default=None, validation_alias="valide_jusqua", description="exclu")


class AssignmentOut(Wire):
    """Facts looked at again because a contour or a zone changed: how far, never how many."""

    id: UUID
    subject: Subject = Field(serialization_alias="objet")
    state: str = Field(serialization_alias="etat", description="en_attente, en_cours, termine ou echoue")
    progress: float = Field(serialization_alias="progression")
    requested_at: datetime = Field(serialization_alias="demande_le")
    finished_at: datetime | None = Field(serialization_alias="termine_le")
    message: str | None


class AssignmentList(Wire):
    """Assignments, latest first."""

    assignments: list[AssignmentOut] = Field(serialization_alias="rattachements")


class ZoneVersionOut(Wire):
    """One outline of a zone and the days from which and until which it holds."""

    version: int
    label: str = Field(serialization_alias="libelle")
    valid_from: date = Field(serialization_alias="valide_depuis")
    valid_to: date | None = Field(serialization_alias="valide_jusqua")
    area_km2: float = Field(serialization_alias="superficie_km2")
    defects: list[str] = Field(serialization_alias="defauts_connus")
    communes: list[str]
    assigned: bool = Field(
        serialization_alias="rattachee", description="les faits du territoire sont tous connus"
    )


class ZoneOut(Wire):
    """A zone: its last version, and the others."""

    id: UUID
    territory: str = Field(serialization_alias="territoire")
    kind: ZoneKind = Field(serialization_alias="type")
    organisation: str
    label: str = Field(serialization_alias="libelle")
    versions: list[ZoneVersionOut]
    assignment: AssignmentOut | None = Field(
        default=None, serialization_alias="rattachement", description="de la dernière version"
    )


class ZoneList(Wire):
    """Zones that the caller may read."""

    zones: list[ZoneOut]
    total: int
