"""Documents that the law asks for: parts, entries, and what only a person can say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One entry. ``to_complete``: what a person must still say; ``evidence``: where it is proved."""

    label: str
    values: tuple[str, ...] = ()
    to_complete: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class RecordPart:
    """A titled list of entries."""

    heading: str
    entries: tuple[RecordEntry, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A document, as it stands at a moment."""

    heading: str
    subtitle: str
    drawn_up_at: datetime
    parts: tuple[RecordPart, ...]

    def to_complete(self) -> Iterator[str]:
        """What is still to be said, in order."""
        for part in self.parts:
            yield from (entry.to_complete for entry in part.entries if entry.to_complete)
