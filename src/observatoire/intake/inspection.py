"""A deposited file and the profile that reads it: known before anything is written."""

from dataclasses import dataclass

from observatoire.intake.desk import Desk
from observatoire.intake.profiles import matching
from observatoire.intake.profiles.model import Profile
from observatoire.intake.reading.document import Choices, Document, Origin
from observatoire.intake.reading.opening import open_document


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender decides besides the contract of the source; wire names in ``as_json``."""

    profile: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    repair_encoding: bool = False
    ignore_alike: bool | None = None
    confirmed: bool = False

    def as_json(self) -> dict[str, object]:
        """As kept with the import."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def choices(self) -> Choices:
        """What the reader needs of it."""
        return Choices(self.sheet, self.header_line, self.repair_encoding)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file understood: how it is laid out, what its columns mean."""

    document: Document
    profile: Profile


def inspect(desk: Desk, origin: Origin, source: str, options: Options) -> Inspected:
    """Recognise a file and find its profile; nothing is written.

    Raises:
        RefusedFile: the file as a whole can't be understood.
    """
    document = open_document(origin, desk.limits, options.choices)
    profile = matching.match(document.layout.header, options.profile)
    return Inspected(document, profile)
