"""The header among the first rows: the first one, unless it is plainly a title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.errors import EmptyFile, HeaderNotFound, MissingHeader
from observatoire.intake.reading.document import Choices
from observatoire.intake.reading.layout import find_header, unique_names
from support.sheets import column, faults, notices, read

HEADER = "Réf;Date;Heure;Nature;Voie"
ROWS = "A1;12/03/2026;22h45;Tapage;RUE X\nA2;13/03/2026;;Rixe;RUE Y\n"


# ---- plain files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Réf;Date;Heure;Nature;Voie",
        "N°;Date;Heure;Nature;Voie",
        "a;b;c;d;e",
        ";Date;;Nature;",
        "Réf;;;;Voie",
        "1;2;3;4;5",
        "janv-26;févr-26;mars-26;Cumul N;Évol.",
        "Date du fait (JJ/MM/AAAA), par exemple 12/03/2026, ou rien;Heure;Nature;Voie;X",
        "Réf;Date;Date;Date;Date",
    ],
)
def test_the_first_line_of_a_plain_file_is_its_header(header: str) -> None:
    sheet = read(f"{header}\n{ROWS}")
    assert sheet.layout.header_lines == (1, 1)
    assert (sheet.rows.height, sheet.set_aside) == (2, ())


NAME = st.text(st.sampled_from("abcdefghijklmnopé '/°"), min_size=1, max_size=12).filter(str.strip)
CELL = st.sampled_from(["", "12/03/2026", "22h45", "Tapage", "1 250,00", "rue X", "7", "Nature"])


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(
    st.lists(NAME, min_size=n, max_size=n),
    st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=8),
)))  # fmt: skip
def test_whatever_the_rows_of_a_plain_file_its_first_line_is_the_header(
    table: tuple[list[str], list[list[str]]],
) -> None:
    names, rows = table
    text = "\n".join(";".join(row) for row in [names, *rows])
    try:
        sheet = read(text)
    except EmptyFile:
        assert not any("".join(row) for row in rows)
        return
    assert sheet.layout.header_lines == (1, 1)
    assert "LIG_TITRE" not in {code for _, code in faults(sheet)}


def test_case_7_the_separator_of_the_header_holds_even_if_no_row_has_it() -> None:
    sheet = read("Nature;Lieu;Suite\nTapage,Hall,Rien\nRixe,Cave,12\n")
    assert (sheet.separator, sheet.layout.header_lines) == (";", (1, 1))
    assert faults(sheet) == [(2, "CSV_CHAMPS"), (3, "CSV_CHAMPS")]


def test_commas_inside_the_cells_of_a_plain_file_make_no_title_of_its_header() -> None:
    sheet = read("Voie;Nature\nrue X,Saint-Ville,Centre,Nord;Rixe\n12,rue,Y,Sud;Vol\n")
    assert (sheet.separator, sheet.header, sheet.rows.height) == (";", ("Voie", "Nature"), 2)


# ---- titles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "titles",
    [
        ["Police municipale de Saint-Ville"],
        ["Police municipale;;;;", "Mars 2026;;;;"],
        ["Export du 01/04/2026, 08:30, par le service"],
        ["Police municipale, Saint-Ville, mars 2026", "", "Édité le 01/04/2026"],
        ["Commune;Saint-Ville", "Période;mars 2026"],
        ["a", "b", "c", "d", "e", "f"],
        ["Rapport | Police | Mars"],
        ['"Titre ; entre guillemets"'],
    ],
    ids=str,
)
def test_titles_above_the_header_are_rows_set_aside(titles: list[str]) -> None:
    sheet = read("\n".join([*titles, HEADER, ROWS]))
    line = len(titles) + 1
    assert sheet.header == tuple(HEADER.split(";"))
    assert sheet.layout.header_lines == (line, line)
    assert faults(sheet) == [(n, "LIG_TITRE") for n, title in enumerate(titles, start=1) if title]
    assert {row.fault.bucket for row in sheet.set_aside} == {"ecartees"}
    assert sheet.rows["line"].to_list() == [line + 1, line + 2]


def test_the_separator_is_chosen_on_the_header_not_on_the_title() -> None:
    sheet = read("Export PM, Saint-Ville, mars, 2026\n" + (HEADER + "\n" + ROWS).replace(";", "\t"))
    assert (sheet.separator, sheet.layout.header_lines) == ("\t", (2, 2))


def test_a_header_further_than_thirty_rows_is_not_searched_but_may_be_chosen() -> None:
    text = "titre\n" * 40 + HEADER + "\n" + ROWS
    assert read(text).layout.header_lines == (1, 1)
    sheet = read(text, choices=Choices(header_line=41))
    assert (sheet.header[1], sheet.rows.height, len(sheet.set_aside)) == ("Date", 2, 40)


def test_the_chosen_line_wins_over_what_would_be_found() -> None:
    sheet = read(f"{HEADER}\n{ROWS}", choices=Choices(header_line=2))
    assert sheet.header == ("A1", "12/03/2026", "22h45", "Tapage", "RUE X")
    assert faults(sheet) == [(1, "LIG_TITRE")]


@pytest.mark.parametrize("line", [3, 99])
def test_a_chosen_line_that_holds_nothing_is_refused(line: int) -> None:
    with pytest.raises(HeaderNotFound, match=f"ligne {line}"):
        read(f"{HEADER}\nA1;1;2;3;4\n\nA2;1;2;3;4\n", choices=Choices(header_line=line))


def test_a_file_that_begins_with_data_is_refused_without_telling_them() -> None:
    rows = ROWS.replace("Tapage", "DUPOND")
    for text in (rows, rows.split("\n")[0], rows.replace("22h45", "")):
        with pytest.raises(MissingHeader) as refusal:
            read(text)
        assert "DUPOND" not in str(refusal.value)
    assert read(rows, choices=Choices(header_line=1)).rows.height == 1


def test_titles_without_a_row_of_facts_are_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        read(f"Titre\nMars 2026\n{HEADER}\n\n")


# ---- names --------------------------------------------------------------------------------------------


def test_a_name_over_two_lines_of_its_cell_is_one_name() -> None:
    sheet = read('"Date\ndu  fait";"Code\u00a0INSEE"\n12/03/2026;31555\n')
    assert sheet.header == ("Date du fait", "Code INSEE")
    assert sheet.layout.header_lines == (1, 2)
    assert sheet.rows["line"].to_list() == [3]


def test_a_quote_that_the_header_never_closes_does_not_swallow_the_rows() -> None:
    sheet = read('"Réf;Date\n1;2\n')
    assert sheet.header == ('"Réf', "Date")
    assert sheet.rows.height == 1


def test_two_lines_of_header_in_a_text_compose_their_names_when_they_fit_together_exactly() -> None:
    sheet = read("Réf;Date;Lieu;;Nature\n;;N°;Voie;\nA1;12/03/2026;3;RUE X;Rixe\n")
    assert sheet.header == ("Réf", "Date", "Lieu N°", "Lieu Voie", "Nature")
    assert notices(sheet) == {"XLS_ENTETE": 2}
    assert column(sheet, "Lieu Voie") == ["RUE X"]


@pytest.mark.parametrize("row", [";;3;RUE X;", "A1;;Hall;RUE X;Rixe", ";;;RUE X;", ";;Hall;;"])
def test_a_first_row_of_data_does_not_compose_with_a_header_that_has_a_gap(row: str) -> None:
    sheet = read(f"Réf;Date;Lieu;;Nature\n{row}\nA1;12/03/2026;3;RUE X;Rixe\n")
    assert (sheet.layout.header_lines, sheet.rows.height) == ((1, 1), 2)


@given(
    st.lists(
        st.sampled_from(["Date", "Date (2)", "line", "", "a", "colonne 2", " a "]), min_size=1, max_size=12
    )
)
def test_names_are_distinct_in_order_and_as_many_as_the_cells(cells: list[str]) -> None:
    names, repeated = unique_names(cells)
    assert len(set(names)) == len(names) == len(cells)
    assert "line" not in names
    assert set(repeated) <= {" ".join(cell.split()) for cell in cells}
    for name, cell in zip(names, cells, strict=True):
        assert name.startswith(cell.strip() or "colonne")


def test_a_name_as_long_as_a_text_is_cut() -> None:
    assert [len(name) for name in find_header([["a" * 500, "b"]]).names] == [120, 1]
