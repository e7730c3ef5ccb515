"""Zones: places that an organisation draws for its own work, by version; they may overlap."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode, TerritoryLevel


class ZoneKind(StrEnum):
    """What a zone is for; the value is the wire name."""

    NEIGHBOURHOOD = "quartier"
    RESIDENCE = "residence"
    PATROL_SECTOR = "secteur_patrouille"
    CRIME_BASIN = "bassin_delinquance"
    OTHER = "autre"


@dataclass(frozen=True, slots=True)
class ZoneVersion:
    """One outline of a zone.

    ``number`` is unique among all versions; ``version`` counts those of the zone from 1. It holds from
    ``valid_from`` to ``valid_to`` (exclusive; None: still). ``communes``: those of which it covers more
    than a sliver, in code order; a fact of any other is not in the zone. ``assigned``: the stored facts
    were looked at.
    """

    number: int
    version: int
    label: str
    valid_from: date
    valid_to: date | None
    area_km2: float
    defects: tuple[str, ...]
    communes: tuple[str, ...]
    assigned: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone and its versions, oldest first (there is at least one)."""

    id: UUID
    kind: ZoneKind
    organisation: str
    versions: tuple[ZoneVersion, ...]

    @property
    def latest(self) -> ZoneVersion:
        """The last version drawn."""
        return self.versions[-1]

    def version(self, number: int) -> ZoneVersion | None:
        """One version by its rank from 1."""
        return next((v for v in self.versions if v.version == number), None)

    def at_the_end_of(self, period: Period) -> ZoneVersion:
        """The outline in force on the last day of a period: it serves for the whole of it.

        Where none was in force yet, the first one.
        """
        begun = [v for v in self.versions if v.valid_from < period.end]
        return begun[-1] if begun else self.versions[0]

    def code(self, version: ZoneVersion) -> TerritoryCode:
        """A version as the wire writes it."""
        return TerritoryCode(TerritoryLevel.ZONE, f"{self.id}@{version.version}")
