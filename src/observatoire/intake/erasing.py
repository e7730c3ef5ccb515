"""A source asks that one of its facts be erased: nothing is left, the same file does not bring it back.

The clear reference is hashed as it was when the fact came in, and forgotten. What was published stays: a
revision is protected together with what was read before (decision record 0025).
"""

from dataclasses import dataclass

import polars as pl

from observatoire.domain.erasure import ErasureReason
from observatoire.domain.source import Source
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake import rejects
from observatoire.intake.desk import Desk
from observatoire.intake.keys import key_of, keys_of
from observatoire.intake.profiles import stored
from observatoire.store import imports, retention
from observatoire.store.confidential import erasing
from observatoire.store.confidential.erasing import ErasureRecord
from observatoire.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: versions of the fact (0: the store did not know it), rows of files to be mended."""

    versions: int
    rejected_lines: int


def erase(desk: Desk, source: Source, reference: str, reason: ErasureReason, author: str) -> Erased:
    """Erase the fact of a reference, whether it is known or has still to come.

    Raises:
        InvalidRequest: a reference without a letter or a figure is that of no fact.
    """
    key = key_of(reference, source.code, desk.pseudonymisation_key)
    if key is None:
        raise InvalidRequest(fields=(FieldError("reference", "elle ne désigne aucun fait"),))
    with desk.database.importing() as connection:
        imports.lock_source(connection, source.code)
        versions = erasing.erase(connection, key, source.code, reason.value, author)
        lines = _erase_rejects(connection, desk, source.code, key)
    return Erased(versions, lines)


def _erase_rejects(connection: Connection, desk: Desk, source: str, key: bytes) -> int:
    """Take the rows of the fact out of the files to be mended; how many. The lock of the source is held.

    A reference that looked personal is masked there: its row is found by nobody, and goes with its file.
    """

    def erased(references: pl.Series) -> pl.Series:
        keys = keys_of(references, source, desk.pseudonymisation_key)
        return keys.is_in(pl.Series([key], dtype=pl.Binary).implode()).fill_null(value=False)

    gone = 0
    for id_ in retention.imports_of(connection, source):
        record = imports.get(connection, id_) if desk.rejects.holds(str(id_)) else None
        profile = stored.of_import(connection, source, record.profile or "") if record else None
        if profile is not None:
            gone += rejects.without(desk.rejects, str(id_), profile, erased)
    return gone


def listed(desk: Desk, source: Source, limit: int, offset: int) -> tuple[list[ErasureRecord], int]:
    """A page of the erasures of a source, and how many there are."""
    with desk.database.importing() as connection:
        return erasing.of_source(connection, source.code, limit, offset)
