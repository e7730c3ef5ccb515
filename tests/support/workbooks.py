"""Workbooks made in memory, and parts of their archives changed by hand."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

Rows = Iterable[Sequence[Any]]


def xlsx(rows: Rows = (), *, merged: Sequence[str] = (), **sheets: Rows) -> bytes:
    """A workbook of one sheet « Feuille », or of named ones."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in (sheets or {"Feuille": rows}).items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
    return saved(book)


def saved(book: Any) -> bytes:
    """The bytes of a workbook of openpyxl, xlwt or odfpy."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Rows, *, merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """An XLS workbook of one sheet; merged cells: first and last row, first and last column, from 0."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Feuille")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is not None:
                sheet.write(r, c, value)
    for area in merged:
        sheet.merge(*area)
    return saved(book)


def ods(rows: Rows, *, spans: Mapping[tuple[int, int], int] | None = None) -> bytes:
    """An ODS workbook of one sheet of texts and numbers; spans: columns that a cell covers."""
    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Feuille")
    for r, values in enumerate(rows):
        row = TableRow()
        covered = 0
        for c, value in enumerate(values):
            span = (spans or {}).get((r, c), 1)
            row.addElement(CoveredTableCell() if covered else ods_cell(value, span))
            covered = covered - 1 if covered else span - 1
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    return saved(book)


def ods_cell(value: Any, span: int = 1, **attributes: Any) -> TableCell:
    """A cell of text or of a number."""
    if value is None or value == "":
        return TableCell(**attributes)
    if span > 1:
        attributes["numbercolumnsspanned"] = span
    if isinstance(value, (int, float)):
        cell = TableCell(valuetype="float", value=value, **attributes)
    else:
        cell = TableCell(valuetype="string", **attributes)
    cell.addElement(P(text=str(value)))
    return cell


def changed(content: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """An archive whose parts are replaced, added, or removed (None)."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return out.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    """One part of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
