"""Separated text (CSV): its separator, its header, then its rows in batches, in bounded memory."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from observatoire.errors import EmptyFile, FileTooLarge, HeaderNotFound
from observatoire.intake.faults import reading as faults
from observatoire.intake.reading import encodings, layout, mojibake
from observatoire.intake.reading.cutting import LONGEST_LINE, Cutter, is_blank, is_broken, never_closes
from observatoire.intake.reading.document import Choices, Document, Layout, Limits, Notice, Origin, SetAside
from observatoire.intake.reading.encodings import Encoding
from observatoire.intake.reading.layout import Header
from observatoire.intake.reading.sorting import Sorted, Sorter, batches

SEPARATORS = ";,\t|"
HEAD_CHARACTERS = 1 << 18
"""Most that is read to find the header."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of the head: its first and last lines, its fields."""

    first: int
    last: int
    fields: list[str]


@dataclass(frozen=True, slots=True)
class _Table:
    """The head of a text, cut with one separator."""

    separator: str
    records: list[_Record]
    header: Header

    @property
    def titles(self) -> list[_Record]:
        """Rows above the header."""
        return self.records[: self.header.top]

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line of the header."""
        return self.records[self.header.top].first, self.records[self.header.bottom].last


def open_separated(origin: Origin, limits: Limits, choices: Choices, encoding: Encoding) -> Document:
    """Recognise a separated text.

    Raises:
        EmptyFile, FileTooLarge, HeaderNotFound, MissingHeader.
    """
    lines = _head(origin, encoding.name)
    if choices.repair_encoding:
        lines = [mojibake.repair(line) for line in lines]
    table = _find_table(lines, choices.header_line)
    header = table.header
    layout.check(header, limits.max_columns, chosen=choices.header_line is not None)
    found = Layout(
        "csv",
        header.names,
        header_lines=table.lines,
        encoding=encoding.name,
        separator=table.separator,
        repeated=header.repeated,
        notices=(*damage_notices(encoding, choices), *header.notices),
    )
    sorter = Sorter(header.names, header.raw, limits.max_cell, repair=choices.repair_encoding)

    def rows() -> Iterator[Sorted]:
        titles = [SetAside(row.first, faults.TITLE_LINE, _width(row.fields)) for row in table.titles]
        yield Sorted(sorter.nothing().rows, titles)
        yield from _rows(origin, encoding.name, table, sorter)

    if not any(part.rows.height or part.set_aside for part in islice(rows(), 1, None)):
        raise EmptyFile
    return Document(found, lambda: batches(rows(), limits.max_rows))


def damage_notices(encoding: Encoding, choices: Choices) -> tuple[Notice, ...]:
    """What is to be said of lines damaged by a double encoding: never silent, repaired or not."""
    if not encoding.damaged_lines:
        return ()
    flag = faults.REPAIRED_ENCODING if choices.repair_encoding else faults.DAMAGED_ENCODING
    return (Notice(flag, encoding.damaged_lines),)


def _width(fields: Sequence[str]) -> str:
    return f"{len(fields)} colonne{'s' if len(fields) > 1 else ''}"


def _rows(origin: Origin, encoding: str, table: _Table, sorter: Sorter) -> Iterator[Sorted]:
    """The rows under the header, a block at a time."""
    end = table.lines[1]
    cutter = Cutter(table.separator, len(table.header.names), end + 1)
    with origin.open() as stream:
        for block, last in _with_last(_after_lines(encodings.utf8(stream, encoding), end)):
            cut = cutter.cut(block, last=last)
            unclosed = [
                SetAside(line, faults.UNCLOSED_QUOTE, f"guillemet ouvert à la ligne {opened}")
                for line, opened in cut.unclosed
            ]
            yield sorter.sort(cut.rows, cut.ragged, unclosed)


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    for block in blocks:
        yield block, False
    yield b"", True


def _after_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """A text without its ``count`` first lines."""
    pending = b""
    for block in blocks:
        if not count:
            yield block
            continue
        pending += block
        lines = pending.splitlines(keepends=True)  # of bytes: LF, CR and CR LF only
        if len(lines) > count:  # so the last line dropped is whole, the LF after its CR included
            yield b"".join(lines[count:])
            count, pending = 0, b""
    if count:
        yield b"".join(pending.splitlines(keepends=True)[count:])


# ---- the head -----------------------------------------------------------------------------------


def _head(origin: Origin, encoding: str) -> list[str]:
    """First physical lines of a text, each whole."""
    text = ""
    with origin.open() as stream:
        for piece in encodings.decoded(stream, encoding):
            text += piece
            if len(text) > HEAD_CHARACTERS and max(text.rfind("\n"), text.rfind("\r", 0, -1)) > 0:
                return list(io.StringIO(text, newline=""))[:-1]
            if len(text) > LONGEST_LINE:
                raise FileTooLarge(f"{LONGEST_LINE >> 20} Mo par ligne")
    return list(io.StringIO(text, newline=""))


def _find_table(lines: list[str], header_line: int | None) -> _Table:
    """The head cut with the separator that suits its header.

    The separator that cuts the first line into most fields wins; unless no row follows it, and another,
    under a line of title, cuts a header that rows do follow.
    """
    plain: list[tuple[_Table, float]] = []
    titled: list[tuple[_Table, float]] = []
    for separator in SEPARATORS:
        records = list(_head_records(lines, separator, header_line))
        fields = [record.fields for record in records]
        header = layout.find_header(fields, chosen=_chosen(records, header_line))
        table = _Table(separator, records, header)
        agreement = layout.agreement(fields, header)
        (plain if header.top == 0 or header_line else titled).append((table, agreement))
    under_title = max(
        (found for found in titled if found[1] >= 0.5),
        key=lambda found: len(found[0].header.names),
        default=None,
    )
    if not plain:
        return (under_title or titled[0])[0]
    table, agreement = max(plain, key=lambda found: len(found[0].header.names))
    names = len(table.header.names)
    if under_title and (names == 1 or agreement == 0):
        twice = len(under_title[0].header.names) >= 2 * names
        if twice or _is_prose(lines[table.lines[0] - 1], table.separator):
            return under_title[0]
    return table


def _is_prose(line: str, separator: str) -> bool:
    """Whether every separator of a line has a space beside it, as the commas of a sentence."""
    return line.count(separator) == line.count(f"{separator} ")


def _chosen(records: list[_Record], header_line: int | None) -> int | None:
    if header_line is None:
        return None
    for rank, record in enumerate(records):
        if record.first <= header_line <= record.last:
            return rank
    raise HeaderNotFound(header_line)


def _head_records(lines: list[str], separator: str, header_line: int | None) -> Iterator[_Record]:
    """First rows that are not blank; a quote that closes nowhere is taken for a sign of its line."""
    start = found = 0
    while start < len(lines) and (found < 2 * layout.HEAD_ROWS or start < (header_line or 0)):
        reader = csv.reader(islice(lines, start, None), delimiter=separator)
        fields = next(reader)
        end = start + reader.line_num
        record = lines[start:end]
        if is_broken(record, separator) or (end == len(lines) and never_closes(record, separator)):
            end = start + 1
            fields = lines[start].rstrip("\r\n").split(separator)
        if not is_blank(fields):
            found += 1
            yield _Record(start + 1, end, fields)
        start = end
