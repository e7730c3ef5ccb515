"""Separated text to numbered rows: nothing is interpreted but the shape, and no row is lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.errors import BinaryFile, EmptyFile, FileTooLarge, RefusedFile
from observatoire.intake.reading.document import Limits
from support.sheets import column, faults, notices, read

DATA = Path(__file__).resolve().parents[2] / "data"


# ---- separators ----------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_each_separator_is_found_on_the_header(separator: str) -> None:
    sheet = read(f"a{separator}b{separator}c\n1{separator}2{separator}3\n")
    assert (sheet.separator, sheet.header, column(sheet, "c")) == (separator, ("a", "b", "c"), ["3"])


def test_a_separator_between_quotes_does_not_count() -> None:
    sheet = read('"Nom, prénom, âge, ville";b\n1;2\n')
    assert (sheet.separator, sheet.header) == (";", ("Nom, prénom, âge, ville", "b"))


def test_csv_champs_rows_cut_with_another_separator_than_the_header_are_set_aside_and_counted() -> None:
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


def test_lig_total_totals_and_lines_of_edition_are_set_aside_where_they_stand() -> None:
    sheet = read("ref;nature;n\n1;tapage;1\nTOTAL;;128\n2;rixe;1\nÉdité le 03/04/2026 par X\n")
    assert faults(sheet) == [(3, "LIG_TOTAL"), (5, "LIG_TOTAL")]
    assert {row.fault.bucket for row in sheet.set_aside} == {"ecartees"}
    assert column(sheet, "ref") == ["1", "2"]


def test_lig_total_the_name_of_the_agent_is_nowhere() -> None:
    sheet = read("ref;nature;n\n1;tapage;1\nÉdité le 03/04/2026 par DUPOND Jean;;\nEdité par DUPOND\n")
    assert "DUPOND" not in repr(sheet)


def test_lig_soustotal_subtotals_between_groups_and_headers_between_pages_are_excluded_and_counted() -> None:
    sheet = read("ref;nature;n\n1;tapage;1\nSous-total Centre;;12\nRef;Nature;N\n2;rixe;1\nsous total;;3\n")
    assert faults(sheet) == [(3, "LIG_SOUSTOTAL"), (4, "LIG_ENTETE"), (6, "LIG_SOUSTOTAL")]
    assert {row.fault.bucket for row in sheet.set_aside} == {"ecartees"}
    assert sheet.lines_read == 5


def test_a_header_repeated_on_every_page_is_set_aside() -> None:
    sheet = read("Réf;Date\n1;a\nréf;DATE\n2;b\nRéf;autre\n")
    assert faults(sheet) == [(3, "LIG_ENTETE")]
    assert column(sheet, "Réf") == ["1", "2", "Réf"]


# ---- quotes ---------------------------------------------------------------------------------


def test_csv_guillemet_a_field_between_quotes_may_hold_lines_separators_and_quotes() -> None:
    sheet = read('a;b\n1;"deux\nlignes ; et ""guillemets"""\n2;x\n')
    assert column(sheet, "b") == ['deux\nlignes ; et "guillemets"', "x"]
    assert sheet.rows["line"].to_list() == [2, 4]


def test_csv_guillemet_an_unclosed_quote_gives_back_every_line_that_it_swallowed() -> None:
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


def test_a_quote_open_for_a_megabyte_sets_aside_every_line_until_it_closes() -> None:
    rows = "2;" + "x" * 60 + "\n"
    content = 'a;b\n1;"' + rows * 60_000 + '3;"y"\n4;z\n'
    sheet = read(content, limits=Limits(50_000_000, 500_000, 20, 200))
    assert (column(sheet, "a"), sheet.rows["line"].to_list()) == (["4"], [60_003])
    assert len(sheet.set_aside) == 60_001
    assert {row.shape for row in sheet.set_aside} == {"guillemet ouvert à la ligne 2"}


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
    assert [row.shape for row in sheet.set_aside] == ["1 colonne au lieu de 2", "3 colonnes au lieu de 2"]


def test_col_double_headers_that_repeat_or_are_empty_get_a_name_of_their_own() -> None:
    sheet = read("Date;;Date;line;\n1;2;3;4;5\n")
    assert sheet.header == ("Date", "colonne 2", "Date (2)", "line (2)", "colonne 5")
    assert [column(sheet, name) for name in sheet.header] == [["1"], ["2"], ["3"], ["4"], ["5"]]
    assert sheet.layout.repeated == ("Date",)
    assert notices(sheet) == {"COL_DOUBLE": 2}, "one name borne twice, one gap; the last « ; » is none"


def test_col_double_a_plain_header_says_nothing() -> None:
    for text in ("Date;Heure\n1;2\n", "Date;Heure;\n1;2;\n"):
        sheet = read(text)
        assert (sheet.layout.repeated, sheet.layout.notices) == ((), ())


def test_col_absente_the_columns_are_told_as_the_file_names_them() -> None:
    """Which column is missing is for the profile to say: reading renames nothing, whatever the synonym."""
    sheet = read("Réf;Date;Motif\n1;2;3\n")
    assert sheet.layout.header == ("Réf", "Date", "Motif")


def test_line_endings_of_every_system_give_the_same_rows() -> None:
    for ending in ("\n", "\r\n", "\r"):
        sheet = read(ending.join(["a;b", "1;2", "", "3;4", ""]))
        assert (column(sheet, "a"), sheet.rows["line"].to_list()) == (["1", "3"], [2, 4])


# ---- limits and refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"a;b\n", b"a;b\n;\n\n"]
)
def test_fic_vide_a_file_without_a_single_row_is_empty(content: bytes) -> None:
    with pytest.raises(EmptyFile, match="aucune ligne"):
        read(content)


@pytest.mark.parametrize(
    ("content", "nature"),
    [
        (b"%PDF-1.7\n1;2;3\n", "PDF"),
        (b"PK\x03\x04rest of a workbook", "classeur ou archive zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "classeur XLS illisible"),
        (b"\x1f\x8b\x08\x00", "archive gzip"),
        (b"\x89PNG\r\n", "PNG"),
        (b"<html><table><tr><td>a</td></tr></table>", "HTML"),
        (b'\xef\xbb\xbf \n<?xml version="1.0"?><a/>', "XML"),
        (b"a;b\n1;\x00\n", "octets nuls"),
        ("a;b\n1;2\n".encode("utf-16-le"), "UTF-16 sans marque"),
        ("a;b\n1;2\n".encode("utf-16-be"), "UTF-16 sans marque"),
        ("a;b\n1;\x00\n".encode("utf-16"), "octets nuls"),
    ],
)
def test_fic_binaire_a_binary_file_is_refused_with_its_nature(content: bytes, nature: str) -> None:
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
    sheet = read(path.read_bytes())
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
