"""Facts: how precisely their time and place are known, and their category."""

from dataclasses import dataclass
from enum import StrEnum


class TimePrecision(StrEnum):
    """How well the time of a fact is known.

    Only minute and hour give a local hour. A slot (« soirée ») and an interval have an end, and enter
    hourly analyses by their weights; a day, a month and an unknown time never do.
    """

    MINUTE = "minute"
    HOUR = "heure"
    SLOT = "creneau"
    INTERVAL = "intervalle"
    DAY = "jour"
    MONTH = "mois"
    UNKNOWN = "inconnue"


class LocationPrecision(StrEnum):
    """How well the place of a fact is known, finest first.

    ``POINT``: coordinates given by the source or by a person. The others are those of an address that was
    geocoded: a door, a crossing, the middle of a street, a named place, a neighbourhood. ``COMMUNE``: no
    point at all.
    """

    POINT = "point"
    HOUSE_NUMBER = "numero"
    INTERSECTION = "intersection"
    STREET = "voie"
    NAMED_PLACE = "lieu"
    NEIGHBOURHOOD = "quartier"
    COMMUNE = "commune"


FINE = frozenset(
    {
        LocationPrecision.POINT,
        LocationPrecision.HOUSE_NUMBER,
        LocationPrecision.INTERSECTION,
        LocationPrecision.NAMED_PLACE,
    }
)
"""Precisions whose point says where, not only around where: those that a map of cells, or a distance in
metres, may rest on. The middle of a long street gathers facts that happened anywhere along it."""


class LocationMethod(StrEnum):
    """Where a point comes from."""

    SOURCE = "source"
    TABLE = "table"
    ADDOK = "addok"
    NATIONAL = "national"
    MANUAL = "manuel"


class ClassingMode(StrEnum):
    """How the category of a fact was found: by an exact table, a synonym, a person; or not found."""

    TABLE = "table"
    SYNONYM = "synonyme"
    MANUAL = "manuel"
    DEFAULT = "defaut"


@dataclass(frozen=True, slots=True)
class Category:
    """A leaf of the pivot taxonomy: domain letter, family, four-character code.

    ``sensitivity`` 2 never leaves the grant; ``unit`` is that of the SSMSI indicator
    that the leaf may be shown beside (local facts are counted in ``fait``).
    """

    code: str
    label: str
    family: str
    family_label: str
    domain: str
    domain_label: str
    sensitivity: int
    synonyms: tuple[str, ...]

    @property
    def is_service_activity(self) -> bool:
        """Domain S is activity of a service: imported, never counted as a fact."""
        return self.domain == SERVICE_ACTIVITY


TO_BE_CLASSED = "Z999"
UNCLASSED_ALERT = 0.10
"""Above this share of its facts still to be classed, a source is said to be badly classed."""
SERVICE_ACTIVITY = "S"
"""The domain of what a service does: imported, never counted as a fact."""
