"""A source asks that one of its facts be erased: nothing is left, the same file does not bring it back.

The clear reference is hashed as it was when the fact came in, and forgotten. What was published stays: a
revision is protected together with what was read before (decision record 0025).
"""

import csv
import io
from dataclasses import dataclass

from observatoire.domain.erasure import ErasureReason
from observatoire.domain.source import Source
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake.desk import Desk
from observatoire.intake.keys import key_of
from observatoire.intake.rejects import COLUMNS
from observatoire.store import imports, retention
from observatoire.store.confidential import erasing
from observatoire.store.confidential.erasing import ErasureRecord


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
    return Erased(versions, _erase_rejects(desk, source, key))


def _erase_rejects(desk: Desk, source: Source, key: bytes) -> int:
    """Take the rows of the fact out of the files to be mended; how many."""
    with desk.database.importing() as connection:
        codes = [str(id_) for id_ in retention.imports_of(connection, source.code)]
    return sum(_rewritten(desk, code, source.code, key) for code in codes if desk.rejects.holds(code))


def _rewritten(desk: Desk, code: str, source: str, key: bytes) -> int:
    with desk.rejects.read(code) as stream:
        text = stream.read().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    secret = desk.pseudonymisation_key
    kept = [row for row in rows if all(key_of(cell, source, secret) != key for cell in row[len(COLUMNS) :])]
    if len(kept) == len(rows):
        return 0
    with desk.rejects.write(code) as out:
        clear = io.StringIO()
        csv.writer(clear, delimiter=";", lineterminator="\r\n").writerows([header, *kept])
        out.write(clear.getvalue().encode("utf-8-sig"))
    return len(rows) - len(kept)


def listed(desk: Desk, source: Source, limit: int, offset: int) -> tuple[list[ErasureRecord], int]:
    """A page of the erasures of a source, and how many there are."""
    with desk.database.importing() as connection:
        return erasing.of_source(connection, source.code, limit, offset)
