"""Breaks: days from which a series no longer measures what it measured before."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from observatoire.domain.period import Period


class BreakKind(StrEnum):
    """What changed; the value is the wire name."""

    SOFTWARE = "logiciel"
    METHOD = "methode"
    TERRITORY = "territoire"
    OTHER = "autre"


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """A declared break: ``day`` is the first of the new way of counting; ``reason`` is told to readers."""

    source: str
    day: date
    kind: BreakKind
    reason: str
    author: str
    number: int | None = None
    created_at: datetime | None = None

    def cuts(self, period: Period) -> bool:
        """Whether the period holds days of both sides."""
        return period.start < self.day < period.end
