"""Bytes to numbered rows: encoding, separator, header, limits.

Nothing of a file is interpreted here but its shape. Each physical row that is not blank ends
either in ``Sheet.rows`` or in ``Sheet.set_aside``: none is lost.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from observatoire.errors import BinaryFile, EmptyFile, FileTooLarge, UnreadableEncoding
from observatoire.intake.faults import Fault
from observatoire.intake.faults import reading as faults
from observatoire.intake.parsing.text import plain
from observatoire.intake.reading.document import Batch, Choices, Document, Layout, Limits, Origin, SetAside

SEPARATORS = ";,\t|"

csv.field_size_limit(2**31 - 1)  # an unclosed quote is our fault to report, whatever it swallowed
_BROKEN = ["\x00"]

_MAGIC = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "classeur ou archive zip",
    b"\xd0\xcf\x11\xe0": "classeur XLS",
    b"\x1f\x8b": "archive gzip",
}
_FOOTER = re.compile(r"(sous[- ]?)?tota(l|ux)\b.*|(edite|imprime|extrait|genere) (le|par)\b.*|page \d+.*")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as read. ``rows`` has one text column per header cell, plus ``line`` (1-based)."""

    encoding: str
    separator: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    set_aside: tuple[SetAside, ...]

    @property
    def lines_read(self) -> int:
        """Every row that is not blank, header excluded."""
        return self.rows.height + len(self.set_aside)


def open_document(origin: Origin, limits: Limits, choices: Choices | None = None) -> Document:
    """Recognise a file: kind, encoding, separator, sheet, header.

    Raises:
        RefusedFile: empty, binary, undecodable or over a limit (``batches`` may raise it too).
    """
    if origin.size > limits.max_bytes:
        raise FileTooLarge(f"{limits.max_bytes // 1_000_000} Mo")
    with origin.open() as stream:
        sheet = read(stream.read(), limits)
    layout = Layout("csv", sheet.header, encoding=sheet.encoding, separator=sheet.separator)
    return Document(layout, lambda: iter([Batch(sheet.rows, sheet.set_aside)]))


def read(content: bytes, limits: Limits) -> Sheet:
    """Read a CSV export whole.

    Raises:
        RefusedFile: empty, binary, undecodable or over a limit; nothing else is refused here.
    """
    if len(content) > limits.max_bytes:
        raise FileTooLarge(f"{limits.max_bytes // 1_000_000} Mo")
    text, encoding = decode(content)
    separator = find_separator(text)
    records = _records(text, separator)
    if not records:
        raise EmptyFile
    header = _unique_names(records[0][1])
    if len(header) > limits.max_columns:
        raise FileTooLarge(f"{limits.max_columns} colonnes")
    if len(records) - 1 > limits.max_rows:
        raise FileTooLarge(f"{limits.max_rows} lignes")
    sheet = _sort_rows(records[1:], header, encoding, separator, limits.max_cell)
    if sheet.lines_read == 0:
        raise EmptyFile
    return sheet


def decode(content: bytes) -> tuple[str, str]:
    """Byte-order mark, then strict UTF-8, then strict cp1252.

    Raises:
        EmptyFile, BinaryFile, UnreadableEncoding.
    """
    if not content.strip():
        raise EmptyFile
    for magic, nature in _MAGIC.items():
        if content.startswith(magic):
            raise BinaryFile(nature)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _decode_as(content, "utf-16")
        if "\x00" in text:
            raise BinaryFile("octets nuls")
        return text, "utf-16"
    if b"\x00" in content:
        raise BinaryFile("octets nuls")
    if content.startswith(b"\xef\xbb\xbf"):
        return _decode_as(content, "utf-8-sig"), "utf-8-sig"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_as(content, "cp1252"), "cp1252"


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableEncoding from None


def find_separator(text: str) -> str:
    """The separator that cuts the header into most fields."""
    header = next((line for line in _lines(text) if line.strip()), "")
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader([header], delimiter=separator), [])))


def _lines(text: str) -> Iterator[str]:
    """Physical lines as the csv module counts them (a form feed or U+2028 ends none)."""
    return io.StringIO(text, newline="")


def _records(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """(first physical line, fields) of each non-blank record.

    After a quote that is never closed, or is closed by a later row's quote, the csv module
    swallows rows into one cell: each of their lines is given back, marked.
    """
    lines = list(_lines(text))
    reader = csv.reader(lines, delimiter=separator)
    records = []
    start = 0
    for fields in reader:
        end = reader.line_num
        if _is_broken(lines[start:end], separator, last=end == len(lines)):
            records += [(i + 1, _BROKEN) for i in range(start, end) if lines[i].strip()]
        elif any(field.strip() for field in fields):
            records.append((start + 1, fields))
        start = end
    return records


def _is_broken(lines: list[str], separator: str, *, last: bool) -> bool:
    """Whether the quotes of one record are left open, or are closed inside another row."""
    if last and len(list(csv.reader([*lines, "x"], delimiter=separator))) == 1:
        return True
    if len(lines) == 1:
        return False
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return True
    return False


def _unique_names(header: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = base = cell.strip() or f"colonne {position}"
        copy = 2
        while name in names or name == "line":
            name, copy = f"{base} ({copy})", copy + 1
        names.append(name)
    return tuple(names)


def _sort_rows(
    records: list[tuple[int, list[str]]],
    header: tuple[str, ...],
    encoding: str,
    separator: str,
    max_cell: int,
) -> Sheet:
    width = len(header)
    kept: list[list[str]] = []
    lines: list[int] = []
    set_aside: list[SetAside] = []
    header_form = [plain(name) for name in header]
    for line, fields in records:
        fault = _fault_of(fields, header_form, max_cell)
        if fault is None:
            kept.append(fields[:width])
            lines.append(line)
        else:
            set_aside.append(SetAside(line, fault, f"{len(fields)} colonnes au lieu de {width}"))
    columns = [list(column) for column in zip(*kept, strict=True)] if kept else [[] for _ in header]
    rows = pl.DataFrame(
        dict(zip(header, columns, strict=True)) | {"line": lines},
        schema=dict.fromkeys(header, pl.String) | {"line": pl.Int64},
    )
    return Sheet(encoding, separator, header, rows, tuple(set_aside))


def _fault_of(fields: list[str], header_form: list[str], max_cell: int) -> Fault | None:
    if fields == _BROKEN:
        return faults.UNCLOSED_QUOTE
    first = plain(next(field for field in fields if field.strip()))
    if _FOOTER.fullmatch(first):
        return faults.TOTAL_LINE
    if first == header_form[0] and [plain(field) for field in fields] == header_form:
        return faults.REPEATED_HEADER
    surplus = fields[len(header_form) :]
    if len(fields) < len(header_form) or any(field.strip() for field in surplus):
        return faults.WRONG_FIELD_COUNT
    if max(map(len, fields)) > max_cell:
        return faults.CELL_TOO_LONG
    return None
