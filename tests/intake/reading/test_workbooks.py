"""Workbooks: what the sheet shows as text, every row, the sheet that was meant."""

import io
import socket
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName

from observatoire.errors import (
    BinaryFile,
    EmptyFile,
    FileTooLarge,
    HeaderNotFound,
    SheetToChoose,
    UnknownSheet,
)
from observatoire.intake.reading import workbook
from observatoire.intake.reading.document import EPOCH_1900, EPOCH_1904, Choices, Limits
from observatoire.intake.reading.opening import open_document
from observatoire.intake.reading.origin import BytesOrigin
from support.sheets import Sheet, column, faults, notices, read
from support.workbooks import changed, ods, ods_cell, part_of, saved, xls, xlsx

LIMITS = Limits(max_bytes=2_000_000, max_rows=1_000, max_columns=20, max_cell=200)
HEADER = ["Réf", "Date", "Nature", "N"]
ROWS = [HEADER, ["A1", "12/03/2026", "Tapage", 3], ["A2", "13/03/2026", "Rixe", 1]]
KINDS = {"xlsx": xlsx, "xls": xls, "ods": ods}


def read_book(content: bytes, **choices: Any) -> Sheet:
    return read(content, limits=LIMITS, choices=Choices(**choices))


# ---- every kind --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_are_read_in_every_kind_of_workbook(kind: str) -> None:
    sheet = read_book(KINDS[kind](ROWS))
    assert (sheet.layout.kind, sheet.layout.sheet, sheet.layout.sheets) == (kind, "Feuille", ("Feuille",))
    assert sheet.header == tuple(HEADER)
    assert sheet.rows.rows() == [("A1", "12/03/2026", "Tapage", "3", 2), ("A2", "13/03/2026", "Rixe", "1", 3)]
    assert notices(sheet) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_the_file_says_nothing_of_its_kind(kind: str) -> None:
    document = open_document(BytesOrigin("export.csv", KINDS[kind](ROWS)), LIMITS)
    assert document.layout.kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_the_rows_of_the_sheet_and_blank_ones_are_none(kind: str) -> None:
    gap = [None] * 4
    sheet = read_book(KINDS[kind]([gap, gap, ROWS[0], gap, ROWS[1], ["  ", None, None, None], gap, ROWS[2]]))
    assert sheet.layout.header_lines == (3, 3)
    assert sheet.rows["line"].to_list() == [5, 8]


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_is_read_anew_at_each_call(kind: str) -> None:
    document = open_document(BytesOrigin("x", KINDS[kind](ROWS)), LIMITS)
    first, second = list(document.batches()), list(document.batches())
    assert first[0].rows.equals(second[0].rows)
    assert first[0].rows.height == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_rows_are_the_same_however_many_are_taken_at_once(
    kind: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = KINDS[kind]([*ROWS, *ROWS[1:]])
    whole = read_book(content)
    monkeypatch.setattr(workbook, "_ROWS_AT_ONCE", at_once)
    assert read_book(content).rows.equals(whole.rows)


@pytest.mark.parametrize("kind", KINDS)
def test_totals_and_repeated_headers_of_a_sheet_are_set_aside(kind: str) -> None:
    sheet = read_book(KINDS[kind]([*ROWS, HEADER, ["TOTAL", None, None, 4], ["Édité le 03/04/2026 par X"]]))
    assert faults(sheet) == [(4, "LIG_ENTETE"), (5, "LIG_TOTAL"), (6, "LIG_TOTAL")]
    assert sheet.rows.height == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_without_a_row_is_empty(kind: str) -> None:
    for rows in ([], [HEADER], [HEADER, [None] * 4]):
        with pytest.raises(EmptyFile):
            read_book(KINDS[kind](rows))


@pytest.mark.parametrize("kind", KINDS)
def test_the_limits_hold_for_workbooks(kind: str) -> None:
    make = KINDS[kind]
    with pytest.raises(FileTooLarge, match="20 colonnes"):
        read_book(make([[f"col{n}" for n in "abcdefghijklmnopqrstu"], [1] * 21]))
    with pytest.raises(FileTooLarge, match="2 lignes"):
        read(make([*ROWS, ROWS[1]]), limits=Limits(2_000_000, 2, 20, 200))
    long = read_book(make([HEADER, ["A", "x" * 201, "b", 1]]))
    assert faults(long) == [(2, "CEL_LONGUE")]


# ---- values -------------------------------------------------------------------------------------------


def one_row(*values: Any, epoch: datetime | None = None) -> tuple[Sheet, Sequence[str]]:
    book = openpyxl.Workbook()
    book.epoch = epoch or book.epoch
    book.active.append([f"c{chr(97 + n)}" for n in range(len(values))])
    book.active.append(list(values))
    sheet = read_book(saved(book))
    return sheet, sheet.rows.row(0)[:-1]


def test_values_are_written_as_their_reader_would_type_them() -> None:
    _, row = one_row(
        1001,
        1001.0,
        46093.604166,
        0.1,
        1e22,
        True,
        False,
        date(2026, 3, 12),
        datetime(2026, 3, 12, 14, 30),
        datetime(2026, 3, 12, 14, 30, 59),
        time(14, 30),
        timedelta(hours=25, minutes=10),
        timedelta(days=2, seconds=5),
        "01001",
        " bis ",
    )
    assert row == (
        *("1001", "1001", "46093.604166", "0.1", "1e+22", "VRAI", "FAUX"),
        *("2026-03-12", "2026-03-12T14:30:00", "2026-03-12T14:30:59", "14:30:00", "25:10", "48:00:05"),
        *("01001", " bis "),
    )


def test_dat_excel_the_base_1904_is_read_in_the_workbook() -> None:
    moment = datetime(2026, 3, 12, 14, 30)
    for epoch, expected in ((None, EPOCH_1900), (CALENDAR_MAC_1904, EPOCH_1904)):
        sheet, row = one_row(moment, "texte", epoch=epoch)
        assert sheet.layout.epoch == expected
        assert row[0] == "2026-03-12T14:30:00", "dates of date cells are right whatever the base"


def test_dat_excel_the_base_1904_is_read_in_an_xls_too() -> None:
    for is_1904, expected in ((False, EPOCH_1900), (True, EPOCH_1904)):
        book = xlwt.Workbook()
        book.dates_1904 = is_1904
        sheet = book.add_sheet("F")
        for c, (name, value) in enumerate((("Réf", "a"), ("N", 44631.5))):
            sheet.write(0, c, name)
            sheet.write(1, c, value)
        found = read_book(saved(book))
        assert found.layout.epoch == expected
        assert found.rows.row(0)[:2] == ("a", "44631.5")


def test_dates_hours_and_durations_of_an_ods_are_iso_text() -> None:
    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Feuille")
    header, row = TableRow(), TableRow()
    values = [
        ("date", {"datevalue": "2026-03-12"}, "2026-03-12"),
        ("date", {"datevalue": "2026-03-12T14:30:00"}, "2026-03-12T14:30:00"),
        ("time", {"timevalue": "PT14H30M00S"}, "14:30:00"),
        ("time", {"timevalue": "PT25H10M00S"}, "25:10"),
        ("boolean", {"booleanvalue": "true"}, "VRAI"),
        ("float", {"value": "1001"}, "1001"),
    ]
    for n, (kind, value, _) in enumerate(values):
        header.addElement(ods_cell(f"c{chr(97 + n)}"))
        row.addElement(TableCell(valuetype=kind, **value))
    sheet.addElement(header)
    sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    assert list(read_book(saved(book)).rows.row(0)[:-1]) == [text for _, _, text in values]


# ---- header -------------------------------------------------------------------------------------------


TITLED = [
    ["Police municipale de Saint-Ville", None, None, None, None],
    ["Export du 01/04/2026", None, None, None, None],
    ["Mars 2026", None, None, None, None],
    ["Réf", "Date", "Lieu", None, "Nature"],
    [None, None, "N°", "Voie", None],
    ["A1", "12/03/2026", "14 bis", "RUE DES LILAS", "Tapage"],
    ["A2", "13/03/2026", None, "PLACE DU MARCHE", "Rixe"],
]


@pytest.mark.parametrize(
    "content",
    [
        xlsx(TITLED, merged=["A1:E1", "A2:E2", "A3:E3", "C4:D4", "A4:A5", "B4:B5", "E4:E5"]),
        xls(TITLED, merged=[(0, 0, 0, 4), (1, 1, 0, 4), (3, 3, 2, 3), (3, 4, 0, 0)]),
        ods(TITLED, spans={(0, 0): 5, (1, 0): 5, (2, 0): 5, (3, 2): 2}),
    ],
    ids=["xlsx", "xls", "ods"],
)
def test_xls_entete_titles_are_passed_and_two_merged_lines_compose_the_names(content: bytes) -> None:
    sheet = read_book(content)
    assert sheet.header == ("Réf", "Date", "Lieu N°", "Lieu Voie", "Nature")
    assert sheet.layout.header_lines == (4, 5)
    assert faults(sheet) == [(1, "LIG_TITRE"), (2, "LIG_TITRE"), (3, "LIG_TITRE")]
    assert column(sheet, "Lieu Voie") == ["RUE DES LILAS", "PLACE DU MARCHE"]
    assert notices(sheet) == {"XLS_ENTETE": 2}


def test_xls_entete_both_lines_are_known_again_at_the_top_of_a_page() -> None:
    content = xlsx([*TITLED, TITLED[3], TITLED[4], TITLED[5]], merged=["C4:D4"])
    assert faults(read_book(content))[3:] == [(8, "LIG_ENTETE"), (9, "LIG_ENTETE")]


def test_xls_entete_a_line_of_groups_alone_above_the_names_is_part_of_the_header() -> None:
    groups = [None, None, "Lieu", None, "Suite", None]
    names = ["Réf", "Date", "N°", "Voie", "Type", "Service"]
    row = ["A1", "12/03/2026", 3, "RUE X", "Éviction", "PM"]
    sheet = read_book(xlsx([groups, names, row], merged=["C1:D1", "E1:F1"]))
    assert sheet.header == ("Réf", "Date", "Lieu N°", "Lieu Voie", "Suite Type", "Suite Service")
    assert sheet.rows.height == 1


def test_merged_cells_in_the_first_row_of_data_do_not_make_a_second_header() -> None:
    rows = [HEADER, ["A1", "12/03/2026", "Tapage", None], ["A2", "13/03/2026", "Rixe", "x"]]
    sheet = read_book(xlsx(rows, merged=["C2:D2"]))
    assert (sheet.header, sheet.rows.height) == (tuple(HEADER), 2)


def test_a_title_merged_over_the_table_is_no_group() -> None:
    sheet = read_book(xlsx([["Titre", None, None, None], *ROWS], merged=["A1:D1"]))
    assert sheet.header == tuple(HEADER)
    assert faults(sheet) == [(1, "LIG_TITRE")]


def test_the_line_of_the_header_may_be_chosen() -> None:
    rows = [["Nom", "Prénom", "x", "y"], *ROWS]
    assert read_book(xlsx(rows)).layout.header_lines == (1, 1)
    sheet = read_book(xlsx(rows), header_line=2)
    assert (sheet.header, faults(sheet)) == (tuple(HEADER), [(1, "LIG_TITRE")])
    with pytest.raises(HeaderNotFound, match="ligne 40"):
        read_book(xlsx(rows), header_line=40)


def test_cells_at_the_right_of_the_header_lose_no_row() -> None:
    sheet = read_book(xlsx([HEADER, [*ROWS[1], "à revoir"], ROWS[2]]))
    assert sheet.header == (*HEADER, "colonne 5")
    assert column(sheet, "colonne 5") == ["à revoir", ""]


# ---- sheets, hidden parts -------------------------------------------------------------------------------


def test_xls_masque_hidden_rows_and_columns_are_read_and_said() -> None:
    book = openpyxl.Workbook()
    for row in [*ROWS, ["A3", "14/03/2026", "Vol", 2]]:
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    book.active.row_dimensions[4].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.active.auto_filter.ref = "A1:D4"
    book.active.auto_filter.add_filter_column(2, ["Rixe"])
    sheet = read_book(saved(book))
    assert column(sheet, "Nature") == ["Tapage", "Rixe", "Vol"]
    assert notices(sheet) == {"XLS_MASQUE": 4}


def test_xls_masque_a_hidden_sheet_is_said_and_the_visible_one_is_read() -> None:
    book = openpyxl.load_workbook(_stream(xlsx(Faits=ROWS, Listes=[["Tapage"], ["Rixe"]])))
    book["Listes"].sheet_state = "veryHidden"
    sheet = read_book(saved(book))
    assert (sheet.layout.sheet, sheet.layout.sheets) == ("Faits", ("Faits", "Listes"))
    assert notices(sheet) == {"XLS_MASQUE": 1}


def test_xls_masque_hidden_parts_of_an_ods_are_said_too() -> None:
    book = OpenDocumentSpreadsheet()
    style = Style(name="cachee", family="table")
    style.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(style)
    for name, options in (("Faits", {}), ("Listes", {"stylename": style})):
        sheet = Table(name=name, **options)
        sheet.addElement(TableColumn(visibility="collapse", numbercolumnsrepeated=2))
        sheet.addElement(TableColumn(visibility="collapse", numbercolumnsrepeated=1000))
        for n, values in enumerate(ROWS):
            row = TableRow(**({"visibility": "filter"} if n == 2 else {}))
            for value in values:
                row.addElement(ods_cell(value))
            sheet.addElement(row)
        book.spreadsheet.addElement(sheet)
    sheet = read_book(saved(book))
    assert (sheet.layout.sheet, sheet.rows.height) == ("Faits", 2)
    assert notices(sheet) == {"XLS_MASQUE": 1 + 4 + 1}, "one row, four filled columns, one sheet"


def test_xls_masque_of_several_filled_sheets_one_must_be_chosen() -> None:
    content = xlsx(Mars=ROWS, Avril=ROWS[:2], Vide=[])
    with pytest.raises(SheetToChoose, match=r"« Mars », « Avril »\."):
        read_book(content)
    sheet = read_book(content, sheet="Avril")
    assert (sheet.layout.sheet, sheet.rows.height) == ("Avril", 1)
    with pytest.raises(UnknownSheet, match=r"« Mai ».*« Mars », « Avril », « Vide »"):
        read_book(content, sheet="Mai")
    with pytest.raises(EmptyFile):
        read_book(content, sheet="Vide")


def test_a_sheet_of_charts_is_no_sheet() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Faits"
    for row in ROWS:
        book.active.append(row)
    book.create_chartsheet("Graphique")
    assert read_book(saved(book)).layout.sheets == ("Faits",)


# ---- formulas, links ---------------------------------------------------------------------------------------


def test_xls_formule_the_value_kept_by_the_workbook_is_read() -> None:
    content = xlsx([HEADER, ["A1", "=B9&C9", "=NA()", "=1+2"]])
    part = "xl/worksheets/sheet1.xml"
    xml = part_of(content, part)
    for formula, value in (
        (b"<f>B9&amp;C9</f><v />", b"<f>B9&amp;C9</f><v>12/03/2026</v>"),
        (b"<f>NA()</f><v />", b"<f>NA()</f><v>#N/A</v>"),
        (b"<f>1+2</f><v />", b"<f>1+2</f><v>3</v>"),
    ):
        assert xml.count(formula) == 1
        xml = xml.replace(formula, value)
    xml = xml.replace(b'<c r="B2">', b'<c r="B2" t="str">').replace(b'<c r="C2">', b'<c r="C2" t="e">')
    sheet = read_book(changed(content, {part: xml}))
    assert sheet.rows.row(0)[:4] == ("A1", "12/03/2026", "", "3")
    assert notices(sheet) == {}


def test_xls_formule_formulas_without_a_value_are_counted() -> None:
    sheet = read_book(xlsx([HEADER, ["A1", "=B9&C9", "Rixe", "=1+2"]]))
    assert sheet.rows.row(0)[:4] == ("A1", "", "Rixe", "")
    assert notices(sheet) == {"XLS_FORMULE": 2}


def test_xls_formule_no_link_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["E1"] = "Lien"
    book.active["E2"] = '=WEBSERVICE("http://exemple.invalid/")'
    book.active["E3"] = "='file:///etc/[passwd]Feuille'!A1"
    book.active["E3"].hyperlink = "file:///etc/passwd"
    book.defined_names["ailleurs"] = DefinedName("ailleurs", attr_text="'[1]Feuille'!$A$1")

    def refuse(*_: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    sheet = read_book(saved(book))
    assert column(sheet, "Lien") == ["", ""]


def _stream(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def test_a_workbook_of_word_is_refused_with_its_kind() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le")
    with pytest.raises(BinaryFile, match="Word"):
        read_book(compound)
