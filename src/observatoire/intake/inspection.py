"""A deposited file and the profile that reads it: known before anything is written."""

from dataclasses import dataclass

from observatoire.errors import RefusedFile, TwiceEncoded
from observatoire.intake.desk import Desk
from observatoire.intake.faults.reading import DAMAGED_ENCODING
from observatoire.intake.profiles import matching
from observatoire.intake.profiles import stored as stored_profiles
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
    corrects: str | None = None

    def as_json(self) -> dict[str, object]:
        """As kept with the import."""
        return {name: getattr(self, name) for name in self.__slots__}

    def choices(self, stored: Profile | None) -> Choices:
        """What the reader is told: by the sender, else by the profile of the source."""
        known = stored.choices if stored else Choices()
        return Choices(
            self.sheet or known.sheet,
            self.header_line or known.header_line,
            self.repair_encoding or known.repair_encoding,
        )


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
    with desk.database.reading() as connection:
        stored = stored_profiles.latest(connection, source)
    document = open_document(origin, desk.limits, options.choices(stored))
    layout = document.layout
    try:
        profile = matching.match(layout.header, options.profile, stored, layout.repeated)
    except RefusedFile:
        if any(notice.flag is DAMAGED_ENCODING for notice in layout.notices):
            raise TwiceEncoded from None  # the names of the columns may be the damaged part
        raise
    return Inspected(document, profile)
