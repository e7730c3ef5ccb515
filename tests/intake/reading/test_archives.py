"""Workbooks made to harm: swelling archives, entities, macros, cells at the end of the world."""

import io
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableRow

from observatoire.errors import (
    BinaryFile,
    DamagedWorkbook,
    ForbiddenXml,
    InflationBomb,
    MacroWorkbook,
    ProtectedWorkbook,
    RefusedFile,
    SheetTooWide,
)
from observatoire.intake.reading.document import Choices, Limits
from support.sheets import Sheet, read
from support.workbooks import changed, ods, ods_cell, part_of, saved, xls, xlsx

LIMITS = Limits(max_bytes=5_000_000, max_rows=1_000, max_columns=20, max_cell=200, max_inflated=60_000_000)
ROWS = [["Réf", "Date", "Nature"], ["A1", "12/03/2026", "Tapage"]]
GOOD = xlsx(ROWS)
SHEET = "xl/worksheets/sheet1.xml"
TYPES = "[Content_Types].xml"


def open_book(content: bytes) -> Sheet:
    return read(content, limits=LIMITS)


# ---- bombs ----------------------------------------------------------------------------------------------


def test_fic_bombe_an_archive_over_the_cap_is_refused() -> None:
    bomb = changed(GOOD, {"xl/media/image1.png": bytes(61_000_000)})
    assert len(bomb) < 100_000
    with pytest.raises(InflationBomb, match="60 Mo"):
        open_book(bomb)


def test_fic_bombe_a_ratio_beyond_reason_is_refused_under_the_cap() -> None:
    bomb = changed(GOOD, {"xl/media/image1.png": bytes(55_000_000)})
    with pytest.raises(InflationBomb, match="200 fois"):
        open_book(bomb)


def test_fic_bombe_many_small_parts_are_added_up() -> None:
    bomb = changed(GOOD, {f"xl/media/image{n}.png": bytes(7_000_000) for n in range(9)})
    with pytest.raises(InflationBomb):
        open_book(bomb)


@pytest.mark.parametrize("said", [1_000, 0, 2**31])
def test_fic_bombe_the_size_that_the_archive_says_is_not_trusted(said: int) -> None:
    """The directory says another size, with the checksum of what a trusting reader would stop at."""
    bomb = bytearray(changed(GOOD, {"xl/media/image1.png": bytes(55_000_000)}))
    at = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"xl/media/image1.png"))
    struct.pack_into("<I", bomb, at + 16, zlib.crc32(bytes(min(said, 1_000))))
    struct.pack_into("<I", bomb, at + 24, said)
    with pytest.raises((DamagedWorkbook, InflationBomb)):
        open_book(bytes(bomb))


@pytest.mark.parametrize("more", [-1, 1])
def test_fic_bombe_a_part_must_have_the_size_that_is_said(more: int) -> None:
    content = bytearray(changed(GOOD, {"xl/media/image1.png": bytes(1_000)}))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/media/image1.png"))
    struct.pack_into("<I", content, at + 24, 1_000 + more)
    with pytest.raises(DamagedWorkbook):
        open_book(bytes(content))


def test_fic_bombe_a_large_but_honest_workbook_is_read() -> None:
    sheet = read(
        xlsx([ROWS[0], *(["A", "12/03/2026", f"Tapage {n} {n * 7919 % 1000}"] for n in range(3_000))]),
        limits=Limits(5_000_000, 5_000, 20, 200),
    )
    assert sheet.rows.height == 3_000


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>',
        b"<!doctype worksheet>",
    ],
)
@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/styles.xml", TYPES, "xl/_rels/workbook.xml.rels"]
)
def test_fic_bombe_an_entity_in_any_part_is_refused(part: str, declaration: bytes) -> None:
    xml = part_of(GOOD, part)
    body = xml[xml.index(b"?>") + 2 :] if xml.startswith(b"<?xml") else xml
    with pytest.raises(ForbiddenXml, match="DOCTYPE"):
        open_book(changed(GOOD, {part: declaration + body}))


def test_fic_bombe_an_entity_hidden_in_utf_16_or_across_blocks_is_refused() -> None:
    xml = part_of(GOOD, SHEET).decode()
    hidden = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x>' + xml).encode("utf-16")
    far = (b"<!--" + b" " * ((1 << 20) - 8) + b"--><!DOCTYPE x>") + xml.encode()
    for part in (hidden, far):
        for name in (SHEET, "xl/theme/theme1.xml"):
            with pytest.raises(ForbiddenXml):
                open_book(changed(GOOD, {name: part}))


def test_fic_bombe_an_entity_in_an_ods_is_refused() -> None:
    content = ods(ROWS)
    xml = part_of(content, "content.xml")
    head, _, body = xml.partition(b"?>")
    with pytest.raises(ForbiddenXml):
        open_book(changed(content, {"content.xml": head + b"?><!DOCTYPE x>" + body}))


# ---- cells at the end of the world -------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["XFD1048576", "T1048576"])
@pytest.mark.parametrize("row", [1, 1048576])
def test_a_cell_far_away_is_refused_before_a_table_is_made(reference: str, row: int) -> None:
    xml = part_of(GOOD, SHEET).replace(
        b"</sheetData>", f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    )
    with pytest.raises(SheetTooWide, match="1048576"):
        open_book(changed(GOOD, {SHEET: xml}))


def test_a_far_cell_that_holds_a_format_only_does_no_harm() -> None:
    xml = part_of(GOOD, SHEET).replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    assert open_book(changed(GOOD, {SHEET: xml})).rows.height == 1


def test_a_prefixed_sheet_without_references_is_read() -> None:
    xml = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>Réf</x:t></x:is></x:c>'
        '<x:c t="inlineStr"><x:is><x:t>N</x:t></x:is></x:c>'
        "</x:row><x:row><x:c><x:v>7</x:v></x:c><x:c><x:v>8</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    sheet = open_book(changed(GOOD, {SHEET: xml.encode()}))
    assert (sheet.header, sheet.rows.rows()) == (("Réf", "N"), [("7", "8", 2)])


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 100), (1, 100_000_000), (2**40, 1), (30, 10**6)])
def test_repeated_cells_of_an_ods_are_counted_before_they_are_made(rows: int, columns: int) -> None:
    with pytest.raises(SheetTooWide):
        open_book(_repeating(rows, columns, filled=True))


def test_a_million_blank_rows_of_an_ods_do_no_harm() -> None:
    assert open_book(_repeating(1_048_570, 16_384, filled=False)).rows.height == 1


def _repeating(rows: int, columns: int, *, filled: bool) -> bytes:
    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Feuille")
    for values in ROWS:
        row = TableRow()
        for value in values:
            row.addElement(ods_cell(value))
        sheet.addElement(row)
    row = TableRow(numberrowsrepeated=rows)
    row.addElement(ods_cell("x" if filled else None, numbercolumnsrepeated=columns))
    sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    return saved(book)


# ---- macros, passwords, other archives ---------------------------------------------------------------


def test_xls_formule_a_workbook_with_macros_is_refused_in_its_own_words() -> None:
    types = part_of(GOOD, TYPES)
    sheet_type = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert sheet_type in types
    enabled = types.replace(sheet_type, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    for parts in ({TYPES: enabled}, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, {"XL/VBAPROJECT.BIN": b"x"}):
        with pytest.raises(MacroWorkbook, match=r"macros \(\.xlsm\).*\.xlsx"):
            open_book(changed(GOOD, parts))


def test_a_protected_workbook_asks_for_its_protection_to_be_removed() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    manifest = part_of(ods(ROWS), "META-INF/manifest.xml").replace(
        b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>"
    )
    encrypted = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = encrypted.index(mark)
        encrypted[at + offset] |= 1
    for content in (compound, changed(ods(ROWS), {"META-INF/manifest.xml": manifest}), bytes(encrypted)):
        with pytest.raises(ProtectedWorkbook, match="mot de passe"):
            open_book(content)


@pytest.mark.parametrize(
    ("parts", "nature"),
    [
        ({"word/document.xml": b"<x/>"}, "Word"),
        ({"ppt/presentation.xml": b"<x/>"}, "présentation"),
        ({"xl/workbook.bin": b"x"}, "XLSB"),
        ({"export.csv": b"a;b\n1;2\n"}, "archive zip"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, "OpenDocument"),
    ],
)
def test_an_archive_that_is_no_workbook_is_refused_with_its_kind(
    parts: dict[str, bytes], nature: str
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(BinaryFile, match=nature):
        open_book(out.getvalue())


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: b"<worksheet><sheetData><row"},
        {SHEET: None},
        {"xl/workbook.xml": b"<workbook"},
        {"xl/_rels/workbook.xml.rels": None},
        {"xl/sharedStrings.xml": b"<sst><si>"},
        {TYPES: None},
        {SHEET: b'<worksheet><sheetData><row r="x"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'},
        {SHEET: b'<worksheet><sheetData><row r="1"><c r="?"><v>1</v></c></row></sheetData></worksheet>'},
    ],
    ids=str,
)
def test_a_damaged_workbook_is_refused_clearly(parts: dict[str, Any]) -> None:
    with pytest.raises(DamagedWorkbook, match="incomplet ou abîmé"):
        open_book(changed(GOOD, parts))


@pytest.mark.parametrize("content", [GOOD, ods(ROWS), xls(ROWS)], ids=["xlsx", "ods", "xls"])
def test_a_workbook_cut_anywhere_or_changed_anywhere_is_read_or_refused(content: bytes) -> None:
    step = len(content) // 60
    for at in range(1, len(content), step):
        spoilt = bytearray(content)
        spoilt[at] ^= 0xFF
        for damaged in (content[:at], bytes(spoilt)):
            with suppress(RefusedFile):
                open_book(damaged)


def test_what_surrounds_an_archive_is_refused() -> None:
    """Another reader could find another directory in it."""
    for content in (GOOD + b"PK\x05\x06" + bytes(30), b"PK\x03\x04" + bytes(40) + GOOD):
        with pytest.raises(RefusedFile):
            open_book(content)


def test_two_parts_of_the_same_name_are_refused() -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET.upper(), b"<worksheet/>")
    with pytest.raises(DamagedWorkbook):
        open_book(out.getvalue())


def test_the_choice_of_a_sheet_means_nothing_for_a_text() -> None:
    assert read("a;b\n1;2\n", choices=Choices(sheet="Feuille")).rows.height == 1
