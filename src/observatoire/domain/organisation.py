"""Organisations: who sends, who asks, and over which territories."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from observatoire.domain.source import SourceKind
from observatoire.domain.territory import TerritoryCode, TerritoryLevel


class OrganisationKind(StrEnum):
    """Kinds of organisations; the value is the wire name."""

    COMMUNE = "commune"
    EPCI = "epci"
    BAILLEUR = "bailleur"
    OPERATEUR = "operateur"
    SERVICE_ETAT = "service_etat"
    AUTRE = "autre"


@dataclass(frozen=True, slots=True)
class DatedTerritory:
    """A territory of an organisation from ``start`` to ``end`` (exclusive; None: still)."""

    territory: TerritoryCode
    start: date
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation. A key without territories of its own has those in force of its organisation.

    ``active`` False: its keys open nothing any more; what it sent still counts.
    ``origins``: web pages from which its keys are received.
    """

    code: str
    label: str
    kind: OrganisationKind = OrganisationKind.AUTRE
    territories: tuple[DatedTerritory, ...] = ()
    active: bool = True
    created_at: datetime | None = None
    origins: tuple[str, ...] = ()


_OF_SOURCES = {
    SourceKind.POLICE_NATIONALE: OrganisationKind.SERVICE_ETAT,
    SourceKind.GENDARMERIE: OrganisationKind.SERVICE_ETAT,
    SourceKind.BAILLEUR: OrganisationKind.BAILLEUR,
    SourceKind.TRANSPORTEUR: OrganisationKind.OPERATEUR,
}
_TOWN_HALL = frozenset({SourceKind.POLICE_MUNICIPALE, SourceKind.CSU})


def kind_of_sender(kind: SourceKind, territory: TerritoryCode) -> OrganisationKind:
    """What an organisation that nobody has described most likely is, from the first source that it sends."""
    if kind in _TOWN_HALL and territory.level is TerritoryLevel.COMMUNE:
        return OrganisationKind.COMMUNE
    if kind in _TOWN_HALL and territory.level in (TerritoryLevel.EPCI, TerritoryLevel.EPT):
        return OrganisationKind.EPCI
    return _OF_SOURCES.get(kind, OrganisationKind.AUTRE)
