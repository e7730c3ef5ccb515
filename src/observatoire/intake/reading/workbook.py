"""Workbooks: XLSX, ODS and XLS, read by calamine; one sheet, every row, visible or hidden.

Values only are read: no formula is computed, no link is followed, nothing but the bytes given is opened.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import python_calamine as calamine

from observatoire.errors import (
    BinaryFile,
    DamagedWorkbook,
    EmptyFile,
    HeaderNotFound,
    ProtectedWorkbook,
    SheetToChoose,
    SheetTooWide,
    UnknownSheet,
)
from observatoire.intake.faults import reading as faults
from observatoire.intake.reading import layout, mojibake
from observatoire.intake.reading.cells import text_of, text_of_open
from observatoire.intake.reading.cutting import frame_of, is_blank
from observatoire.intake.reading.document import (
    EPOCH_1900,
    EPOCH_1904,
    Choices,
    Document,
    Layout,
    Limits,
    Notice,
    Origin,
    SetAside,
)
from observatoire.intake.reading.layout import Header, Merge
from observatoire.intake.reading.sorting import Sorted, Sorter, batches
from observatoire.intake.reading.survey import Survey

MOST_CELLS = 20_000_000
"""Cells of the table that a sheet becomes in memory (32 bytes each), blank ones included."""

_ROWS_AT_ONCE = 5_000
_HEAD_ROWS = 200
_1904 = bytes.fromhex("2200020001000e000200")
"""The record 1904 set, then the record PRECISION that follows it in every XLS workbook."""
_OTHER_COMPOUNDS = {
    "EncryptedPackage": None,
    "WordDocument": "document Word",
    "PowerPoint Document": "présentation",
}


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One sheet of a workbook, before its values are read."""

    name: str
    visible: bool
    survey: Survey


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """A workbook, before its values are read."""

    kind: str
    sheets: tuple[SheetFacts, ...]
    epoch: date = EPOCH_1900


def open_old_workbook(origin: Origin, limits: Limits, choices: Choices) -> Document:
    """Recognise an XLS workbook.

    Raises:
        RefusedFile: see ``opening.open_document``.
    """
    with origin.open() as stream:
        content = stream.read()
    for name, nature in _OTHER_COMPOUNDS.items():
        if name.encode("utf-16-le") in content:
            raise BinaryFile(nature) if nature else ProtectedWorkbook
    try:
        facts = _old_facts(content)
    except DamagedWorkbook:
        raise BinaryFile("classeur XLS illisible") from None
    return open_workbook(origin, content, facts, limits, choices)


def _old_facts(content: bytes) -> WorkbookFacts:
    sheets = []
    with reading(), calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for metadata in book.sheets_metadata:
            if metadata.typ == calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(metadata.name)
                last_row, last_column = sheet.end or (-1, -1)
                survey = Survey(last_row + 1, last_column + 1)
                survey.merges += [
                    (a[0], a[1], b[1]) for a, b in sheet.merged_cell_ranges or () if a[0] == b[0]
                ]
                visible = metadata.visible == calamine.SheetVisibleEnum.Visible
                sheets.append(SheetFacts(metadata.name, visible, survey))
    return WorkbookFacts("xls", tuple(sheets), EPOCH_1904 if _1904 in content else EPOCH_1900)


def open_workbook(
    origin: Origin, content: bytes, facts: WorkbookFacts, limits: Limits, choices: Choices
) -> Document:
    """Open the sheet chosen, or the only one that is filled.

    Raises:
        EmptyFile, SheetToChoose, UnknownSheet, SheetTooWide, FileTooLarge, HeaderNotFound, MissingHeader,
        DamagedWorkbook, ProtectedWorkbook.
    """
    chosen = _choose(facts.sheets, choices.sheet)
    survey = chosen.survey
    for other in facts.sheets if facts.kind == "ods" else (chosen,):  # of an ODS, calamine reads every sheet
        if other.survey.rows * other.survey.columns > MOST_CELLS:
            raise SheetTooWide(other.survey.rows, other.survey.columns)
    sheet = _sheet(content, chosen.name)
    head = [
        (line, row) for line, row in _filled_rows(sheet, facts.kind, _HEAD_ROWS, choices.header_line or 0)
    ]
    if choices.repair_encoding:
        head = [(line, [mojibake.repair(cell) for cell in row]) for line, row in head]
    header = _header(head, choices.header_line, survey.merges)
    layout.check(header, limits.max_columns, chosen=choices.header_line is not None)
    if len(head) <= header.bottom + 1:
        raise EmptyFile
    lines = head[header.top][0], head[header.bottom][0]
    sorter = Sorter(header.names, header.raw, limits.max_cell, repair=choices.repair_encoding)
    titles = [SetAside(line, faults.TITLE_LINE, f"{len(row)} colonnes") for line, row in head[: header.top]]
    ready = [sheet]

    def rows() -> Iterator[Sorted]:
        yield Sorted(sorter.nothing().rows, list(titles))
        # The sheet at hand serves once: what is read again is opened again, and not kept in between.
        yield from _rows(
            ready.pop() if ready else _reopened(origin, chosen.name), facts.kind, lines[1], sorter
        )

    found = Layout(
        facts.kind,
        header.names,
        header_lines=lines,
        sheet=chosen.name,
        sheets=tuple(sheet.name for sheet in facts.sheets),
        epoch=facts.epoch,
        repeated=header.repeated,
        notices=(*_notices(facts, chosen), *header.notices),
    )
    return Document(found, lambda: batches(rows(), limits.max_rows))


def _choose(sheets: Sequence[SheetFacts], name: str | None) -> SheetFacts:
    if name is not None:
        for sheet in sheets:
            if sheet.name == name:
                return sheet
        raise UnknownSheet(name, _listed(sheets))
    filled = [sheet for sheet in sheets if sheet.survey.rows]
    visible = [sheet for sheet in filled if sheet.visible]
    if not filled:
        raise EmptyFile
    if len(visible or filled) > 1:
        raise SheetToChoose(_listed(visible or filled))
    return (visible or filled)[0]


def _listed(sheets: Sequence[SheetFacts]) -> str:
    return ", ".join(f"« {sheet.name} »" for sheet in sheets)


def _notices(facts: WorkbookFacts, chosen: SheetFacts) -> list[Notice]:
    hidden = chosen.survey.hidden + sum(1 for s in facts.sheets if not s.visible and s.survey.rows)
    found = [
        Notice(faults.HIDDEN_CELLS, hidden),
        Notice(faults.FORMULA_WITHOUT_VALUE, chosen.survey.unvalued),
    ]
    return [notice for notice in found if notice.count]


def _header(head: list[tuple[int, list[str]]], line: int | None, merges: Sequence[Merge]) -> Header:
    """The header among the first filled rows, whose merged cells are given by rank in the sheet."""
    if not head:
        raise EmptyFile
    ranks = {line - 1: rank for rank, (line, _) in enumerate(head)}
    if line is not None and line - 1 not in ranks:
        raise HeaderNotFound(line)
    return layout.find_header(
        [row for _, row in head],
        chosen=None if line is None else ranks[line - 1],
        merges=[(ranks[row], first, last) for row, first, last in merges if row in ranks],
    )


# ---- rows ---------------------------------------------------------------------------------------------


@contextmanager
def reading() -> Iterator[None]:
    """Turn the failures of calamine into refusals.

    Raises:
        ProtectedWorkbook, DamagedWorkbook.
    """
    try:
        yield
    except calamine.PasswordError:
        raise ProtectedWorkbook from None
    except (calamine.CalamineError, OSError, ValueError, OverflowError):
        raise DamagedWorkbook from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of Rust: not an Exception
            raise DamagedWorkbook from None
        raise


def _sheet(content: bytes, name: str) -> calamine.CalamineSheet:
    with reading(), calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return book.get_sheet_by_name(name)


def _reopened(origin: Origin, name: str) -> calamine.CalamineSheet:
    with origin.open() as stream:
        return _sheet(stream.read(), name)


def _filled_rows(
    sheet: calamine.CalamineSheet, kind: str, most: int | None = None, until: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of the rows that hold something; ``most`` of them, or up to a line if it is further."""
    with reading():
        found = 0
        for line, values in enumerate(sheet.iter_rows(), start=1):
            cells = [text_of(value) for value in values]
            if kind == "ods":
                cells = [text_of_open(cell) for cell in cells]
            if is_blank(cells):
                continue
            found += 1
            yield line, cells
            if most is not None and found >= most and line > until:
                return


def _rows(sheet: calamine.CalamineSheet, kind: str, header_end: int, sorter: Sorter) -> Iterator[Sorted]:
    width = sorter.width
    pending: list[tuple[int, list[str]]] = []
    for line, cells in _filled_rows(sheet, kind):
        if line <= header_end:
            continue
        pending.append((line, cells))
        if len(pending) == _ROWS_AT_ONCE:
            yield sorter.sort(frame_of(pending, width))
            pending = []
    yield sorter.sort(frame_of(pending, width))
