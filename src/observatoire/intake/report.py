"""ImportReport and its conservation law."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from observatoire.errors import ImportFailed
from observatoire.intake.faults import label_of
from observatoire.intake.reading.document import Notice
from observatoire.vocabulary.agreement import agree


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
    erased: int = 0

    def check(self) -> None:
        """The law: read = created + revised + unchanged + duplicates + quarantined + set aside
        + erased.

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
            self.erased,
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
            "effacees": self.erased,
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


def anomalies_of(counts: Counter[str], notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Every code met with its number and its sentence, most frequent first."""
    counts = counts + Counter({notice.flag.code: notice.count for notice in notices})
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Anomaly(code, number, label_of(code)).wire() for code, number in ordered]


@dataclass(slots=True)
class Message:
    """The sentence that sums an import up, in French."""

    counts: LineCounts
    older: int = 0
    simulation: bool = False
    more: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return " ; ".join([*self._parts(), *self.more]) + "."

    def _parts(self) -> list[str]:
        counts = self.counts
        stored = counts.created + counts.revised + counts.unchanged
        parts = [
            f"{agree(counts.read, 'ligne lue', 'lignes lues')} : {agree(stored, 'retenue', 'retenues')} "
            f"({agree(counts.created, 'nouvelle', 'nouvelles')})"
        ]
        if counts.quarantined:
            parts.append(f"{counts.quarantined} en quarantaine, à corriger et à renvoyer")
        if counts.set_aside:
            parts.append(f"{agree(counts.set_aside, 'écartée', 'écartées')} (totaux, pieds de page)")
        if counts.erased:
            gone = agree(counts.erased, "effacée", "effacées")
            parts.append(f"{gone} à la demande de la source, non reprises")
        if self.older:
            known = "que l'état connu, dans l'historique seulement"
            parts.append(f"{agree(self.older, 'plus ancienne', 'plus anciennes')} {known}")
        if self.simulation:
            parts.append("simulation : rien n'a été écrit")
        return parts
