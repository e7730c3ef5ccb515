"""ImportReport and its conservation law."""

from dataclasses import dataclass
from typing import Any

from observatoire.errors import ImportFailed


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Where the rows of a file ended; each in exactly one bucket."""

    read: int
    created: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicates: int = 0
    quarantined: int = 0
    set_aside: int = 0

    def check(self) -> None:
        """The law: read = created + revised + unchanged + duplicates + quarantined + set aside.

        Raises:
            ImportFailed: the law does not hold, so nothing may be committed.
        """
        parts = (
            self.created,
            self.revised,
            self.unchanged,
            self.duplicates,
            self.quarantined,
            self.set_aside,
        )
        if min(parts) < 0 or self.read != sum(parts):
            raise ImportFailed("loi de conservation des lignes")

    def wire(self) -> dict[str, int]:
        """French names of the wire contract."""
        return {
            "lues": self.read,
            "creees": self.created,
            "revisees": self.revised,
            "inchangees": self.unchanged,
            "doublons": self.duplicates,
            "quarantaine": self.quarantined,
            "ecartees": self.set_aside,
        }


@dataclass(frozen=True, slots=True)
class Anomaly:
    """How many rows carry a fault or a flag."""

    code: str
    count: int
    label: str

    def wire(self) -> dict[str, Any]:
        """French names of the wire contract."""
        return {"code": self.code, "nombre": self.count, "libelle": self.label}
