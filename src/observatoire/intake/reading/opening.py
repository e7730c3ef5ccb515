"""What kind of file this is, by its content; then its reader."""

import re

from observatoire.errors import BinaryFile, EmptyFile, FileTooLarge
from observatoire.intake.reading import encodings
from observatoire.intake.reading.document import Choices, Document, Limits, Origin
from observatoire.intake.reading.modern import open_zipped
from observatoire.intake.reading.objects import open_objects
from observatoire.intake.reading.separated import open_separated
from observatoire.intake.reading.workbook import open_old_workbook

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPOUND = b"\xd0\xcf\x11\xe0"
_KINDS = {
    b"%PDF": "PDF",
    b"\x1f\x8b": "archive gzip",
    b"BZh": "archive bzip2",
    b"\xfd7zXZ": "archive xz",
    b"7z\xbc\xaf\x27\x1c": "archive 7z",
    b"Rar!": "archive RAR",
    b"\x89PNG": "image PNG",
    b"\xff\xd8\xff": "image JPEG",
    b"GIF8": "image GIF",
    b"{\\rtf": "document RTF",
    b"SQLite format 3": "base SQLite",
    b"PAR1": "fichier Parquet",
}
_MARKUP = re.compile(r"<(!doctype html|html|head|body|table|meta)\b|<\?xml\b|<!--", re.IGNORECASE)
_JSON = re.compile(r"\{\s*(\"|\}|$)|\[\s*([\[{\]\"]|$)")
_SEEN = 4096


def open_document(origin: Origin, limits: Limits, choices: Choices | None = None) -> Document:
    """Recognise a file by its content: its kind, encoding, separator, sheet and header.

    Raises:
        RefusedFile: empty, of a kind that is not read, undecodable or over a limit (``batches`` may raise
            it too).
    """
    if origin.size > limits.max_bytes:
        raise FileTooLarge(f"{limits.max_bytes // 1_000_000} Mo")
    choices = choices or Choices()
    with origin.open() as stream:
        start = stream.read(_SEEN)
    if not start:
        raise EmptyFile
    if start.startswith(_ZIP):
        return open_zipped(origin, limits, choices)
    if start.startswith(_COMPOUND):
        return open_old_workbook(origin, limits, choices)
    for magic, kind in _KINDS.items():
        if start.startswith(magic):
            raise BinaryFile(kind)
    return _open_text(origin, limits, choices)


def _open_text(origin: Origin, limits: Limits, choices: Choices) -> Document:
    encoding = encodings.recognise(origin, limits)
    with origin.open() as stream:
        start = next((piece for piece in encodings.decoded(stream, encoding.name) if piece.strip()), "")
    start = start.lstrip()[:_SEEN]
    if _MARKUP.match(start):
        raise BinaryFile("page HTML ou document XML, même si son nom finit par .xls ou .csv")
    if _JSON.match(start):
        return open_objects(origin, limits, choices, encoding)
    return open_separated(origin, limits, choices, encoding)
