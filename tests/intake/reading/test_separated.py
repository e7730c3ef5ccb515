"""Bytes to numbered rows: nothing is interpreted but the shape, and no row is lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.errors import BinaryFile, EmptyFile, FileTooLarge, RefusedFile, UnreadableEncoding
from observatoire.intake import reader
from observatoire.intake.reader import Limits, Sheet

DATA = Path(__file__).resolve().parents[1] / "data"
LIMITS = Limits(max_bytes=100_000, max_rows=1_000, max_columns=20, max_cell=200)


def read(text: str | bytes, encoding: str = "utf-8", limits: Limits = LIMITS) -> Sheet:
    return reader.read(text if isinstance(text, bytes) else text.encode(encoding), limits)


def column(sheet: Sheet, name: str) -> list[str]:
    return sheet.rows[name].to_list()


def faults(sheet: Sheet) -> list[tuple[int, str]]:
    return [(row.line, row.fault.code) for row in sheet.set_aside]


# ---- encodings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_same_text_is_read_in_every_encoding(encoding: str, named: str) -> None:
    sheet = read("Date;Nature\r\n12/03/2026;Différend rue de l’Œuvre\r\n", encoding)
    assert sheet.encoding == named
    assert sheet.header == ("Date", "Nature")
    assert column(sheet, "Nature") == ["Différend rue de l’Œuvre"]


def test_utf_16_is_read_in_both_byte_orders() -> None:
    text = "Date\tNature\r\n12/03/2026\tÉté\r\n"
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        sheet = read(mark + text.encode(encoding))
        assert (sheet.separator, column(sheet, "Nature")) == ("\t", ["Été"])


def test_a_byte_that_neither_utf_8_nor_cp1252_knows_refuses_the_file() -> None:
    with pytest.raises(UnreadableEncoding, match="UTF-8 ni Windows-1252"):
        read(b"Date;Nature\n12/03/2026;\x81\xe9\n")


def test_a_cut_utf_16_file_is_refused() -> None:
    with pytest.raises(UnreadableEncoding):
        read(b"\xff\xfe" + "Date;Nature\n1;2\n".encode("utf-16-le") + b"\x41")


# ---- separators ----------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_each_separator_is_found_on_the_header(separator: str) -> None:
    sheet = read(f"a{separator}b{separator}c\n1{separator}2{separator}3\n")
    assert (sheet.separator, sheet.header, column(sheet, "c")) == (separator, ("a", "b", "c"), ["3"])


def test_a_separator_between_quotes_does_not_count() -> None:
    sheet = read('"Nom, prénom, âge, ville";b\n1;2\n')
    assert (sheet.separator, sheet.header) == (";", ("Nom, prénom, âge, ville", "b"))


def test_rows_cut_with_another_separator_than_the_header_are_set_aside_and_counted() -> None:
    sheet = read("a;b;c\n1;2;3\n4,5,6\n7;8;9\n")
    assert column(sheet, "a") == ["1", "7"]
    assert faults(sheet) == [(3, "CSV_CHAMPS")]
    assert sheet.lines_read == 3


# ---- rows that are not facts -----------------------------------------------------------------


def test_blank_lines_are_not_rows_and_do_not_shift_the_numbers() -> None:
    sheet = read("\n\na;b\n\n1;2\n;\n   \n3;4\n")
    assert sheet.header == ("a", "b")
    assert sheet.rows["line"].to_list() == [5, 8]
    assert sheet.lines_read == 2


@pytest.mark.parametrize(
    "footer",
    [
        "TOTAL;;128",
        "Total;128",
        "Sous-total Centre;;12",
        "sous total;;12",
        ";Totaux;12",
        "Édité le 03/04/2026 par X;;",
        "Edité par X",
        "Imprimé le 3 avril",
        "Extrait le 03/04/2026",
        "Page 3/12",
    ],
)
def test_totals_and_footers_are_set_aside_not_quarantined(footer: str) -> None:
    sheet = read(f"ref;nature;n\n1;tapage;1\n{footer}\n2;rixe;1\n")
    assert faults(sheet) == [(3, "LIG_TOTAL")]
    assert sheet.set_aside[0].fault.bucket == "ecartees"
    assert column(sheet, "ref") == ["1", "2"]


@pytest.mark.parametrize("first", ["Totalité;x;1", "Pages jaunes;x;1", "Éditeur;x;1", "Impression;x;1"])
def test_a_row_that_only_begins_like_a_footer_is_kept(first: str) -> None:
    assert read(f"ref;nature;n\n{first}\n").rows.height == 1


def test_a_header_repeated_on_every_page_is_set_aside() -> None:
    sheet = read("Réf;Date\n1;a\nréf;DATE\n2;b\nRéf;autre\n")
    assert faults(sheet) == [(3, "LIG_ENTETE")]
    assert column(sheet, "Réf") == ["1", "2", "Réf"]


# ---- quotes ---------------------------------------------------------------------------------


def test_a_field_between_quotes_may_hold_lines_separators_and_quotes() -> None:
    sheet = read('a;b\n1;"deux\nlignes ; et ""guillemets"""\n2;x\n')
    assert column(sheet, "b") == ['deux\nlignes ; et "guillemets"', "x"]
    assert sheet.rows["line"].to_list() == [2, 4]


def test_an_unclosed_quote_gives_back_every_line_that_it_swallowed() -> None:
    sheet = read('a;b\n1;x\n2;"jamais fermé\n3;y\n\n4;z\n')
    assert column(sheet, "a") == ["1"]
    assert faults(sheet) == [(3, "CSV_GUILLEMET"), (4, "CSV_GUILLEMET"), (6, "CSV_GUILLEMET")]
    assert sheet.lines_read == 4


def test_an_unclosed_quote_on_the_last_line_is_seen_too() -> None:
    sheet = read('a;b\n1;x\n2;"fin')
    assert column(sheet, "a") == ["1"]
    assert faults(sheet) == [(3, "CSV_GUILLEMET")]


def test_an_unclosed_quote_that_meets_a_later_quote_swallows_no_line_in_silence() -> None:
    sheet = read('a;b\n1;x\n2;"ouvert\n3;"fermé"\n4;z\n')
    assert sheet.lines_read == 4
    assert column(sheet, "a") == ["1", "4"]
    assert faults(sheet) == [(3, "CSV_GUILLEMET"), (4, "CSV_GUILLEMET")]


def test_form_feeds_and_exotic_line_separators_do_not_lose_lines() -> None:
    sheet = read('a;b\n1;x\x0cy\u2028z\x85\n2;y\n3;"ouvert\n4;z\n')
    assert column(sheet, "a") == ["1", "2"]
    assert faults(sheet) == [(4, "CSV_GUILLEMET"), (5, "CSV_GUILLEMET")]


def test_a_stray_quote_inside_a_cell_is_text() -> None:
    sheet = read('a;b\n1;12" de large\n2;y\n')
    assert column(sheet, "b") == ['12" de large', "y"]


def test_an_unclosed_quote_before_megabytes_of_text_is_a_fault_not_a_crash() -> None:
    rows = "2;" + "x" * 60 + "\n"
    content = 'a;b\n1;"' + rows * 180_000
    sheet = read(content, limits=Limits(50_000_000, 500_000, 20, 200))
    assert sheet.lines_read == 180_000
    assert {code for _, code in faults(sheet)} == {"CSV_GUILLEMET"}


# ---- ragged rows, headers ------------------------------------------------------------------------


def test_a_row_too_short_or_too_long_is_set_aside_unless_the_surplus_is_blank() -> None:
    sheet = read("a;b\n1\n2;x;\n3;x;y\n4;z;;;\n")
    assert column(sheet, "a") == ["2", "4"]
    assert faults(sheet) == [(2, "CSV_CHAMPS"), (4, "CSV_CHAMPS")]
    assert [row.shape for row in sheet.set_aside] == ["1 colonnes au lieu de 2", "3 colonnes au lieu de 2"]


def test_headers_that_repeat_or_are_empty_get_a_name_of_their_own() -> None:
    sheet = read("Date;;Date;line;\n1;2;3;4;5\n")
    assert sheet.header == ("Date", "colonne 2", "Date (2)", "line (2)", "colonne 5")
    assert [column(sheet, name) for name in sheet.header] == [["1"], ["2"], ["3"], ["4"], ["5"]]


def test_line_endings_of_every_system_give_the_same_rows() -> None:
    for ending in ("\n", "\r\n", "\r"):
        sheet = read(ending.join(["a;b", "1;2", "", "3;4", ""]))
        assert (column(sheet, "a"), sheet.rows["line"].to_list()) == (["1", "3"], [2, 4])


# ---- limits and refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"a;b\n", b"a;b\n;\n\n"]
)
def test_a_file_without_a_single_row_is_empty(content: bytes) -> None:
    with pytest.raises(EmptyFile, match="aucune ligne"):
        read(content)


@pytest.mark.parametrize(
    ("content", "nature"),
    [
        (b"%PDF-1.7\n1;2;3\n", "PDF"),
        (b"PK\x03\x04rest of a workbook", "classeur ou archive zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "classeur XLS"),
        (b"\x1f\x8b\x08\x00", "archive gzip"),
        (b"a;b\n1;\x00\n", "octets nuls"),
        ("a;b\n1;\x00\n".encode("utf-16"), "octets nuls"),
    ],
)
def test_a_binary_file_is_refused_with_its_nature(content: bytes, nature: str) -> None:
    with pytest.raises(BinaryFile, match=nature):
        read(content)


def test_each_limit_refuses_the_file_and_says_which() -> None:
    for content, words in (
        ("a;b\n" + "1;2\n" * 30_000, "0 Mo"),
        ("a;b\n" + "1;2\n" * 1_001, "1000 lignes"),
        (";".join("abcdefghijklmnopqrstu") + "\n1\n", "20 colonnes"),
    ):
        with pytest.raises(FileTooLarge, match=words):
            read(content)


def test_the_limits_themselves_are_allowed() -> None:
    assert read("a;b\n" + "1;2\n" * 1_000).lines_read == 1_000
    assert len(read(";".join("abcdefghijklmnopqrst") + "\n" + ";".join("x" * 20) + "\n").header) == 20


def test_a_cell_beyond_the_limit_sets_its_row_aside() -> None:
    sheet = read(f"a;b\n1;{'x' * 200}\n2;{'x' * 201}\n")
    assert column(sheet, "a") == ["1"]
    assert faults(sheet) == [(3, "CEL_LONGUE")]


@pytest.mark.parametrize("path", sorted(DATA.glob("exports/*.csv")), ids=lambda path: path.name)
def test_every_awkward_file_is_read_with_all_its_rows(path: Path) -> None:
    """Each file of ``tests/data/exports`` says in its name how many rows it holds: ``name.rows.csv``."""
    sheet = reader.read(path.read_bytes(), LIMITS)
    assert sheet.lines_read == int(path.suffixes[-2].removeprefix("."))


# ---- law ---------------------------------------------------------------------------------------


@given(st.text(alphabet=st.sampled_from('ab1é;,"\n\r \t|\x0c\u2028'), max_size=80))
def test_whatever_the_text_each_line_is_read_once_or_the_file_is_refused(text: str) -> None:
    """Outside quotes, a row is a physical line: as many are read as stand in the file."""
    content = "a;b\n" + text
    try:
        sheet = read(content)
    except RefusedFile:
        assert not text.replace(";", "").replace('"', "").strip()
        return
    lines = [*sheet.rows["line"].to_list(), *(row.line for row in sheet.set_aside)]
    assert len(set(lines)) == len(lines) == sheet.lines_read
    if '"' not in text:
        physical = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:]
        kept = {n for n, line in enumerate(physical, start=2) if line.replace(";", "").strip()}
        assert set(lines) == kept
