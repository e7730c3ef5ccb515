"""What can be wrong with a row. A fault is data: a code, a field, a French sentence.

A ``Fault`` sets the row aside (``quarantaine``: to be corrected and sent again;
``ecartees``: totals, footers, repeated headers; ``effacees``: facts erased at the request of their
source). A ``Flag`` keeps the row and says what was understood. Codes are those of the import
specification's table of awkward inputs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Bucket(StrEnum):
    """Where a row that is not stored ends."""

    QUARANTINE = "quarantaine"
    SET_ASIDE = "ecartees"
    ERASED = "effacees"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not stored; ``label`` tells the agent what to do."""

    code: str
    field: str
    label: str
    bucket: Bucket = Bucket.QUARANTINE


@dataclass(frozen=True, slots=True)
class Flag:
    """What was noted about a row that is stored."""

    code: str
    label: str


def shape_of(value: str) -> str:
    """The shape of a cell, never the cell: letters a, digits 9, at most 20 signs.

    A value set aside may be personal; its shape tells what went wrong without telling it.
    """
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in value.strip()[:20])
