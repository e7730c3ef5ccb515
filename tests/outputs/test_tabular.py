"""A table for a spreadsheet: what it reads is what was written, and it runs none of it."""

import csv
import io
from datetime import date

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from observatoire.formulas import FORMULA, NUMBER, escaped, restored
from observatoire.outputs.tabular import as_csv

DANGEROUS = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "@SUM(A1)",
    "+A1",
    "-A1",
    "-",
    "=",
    "\t=1",
    "\r=1",
    "＝1",
    "+33 x",
    "-1,0x",
]
NUMBERS = ["-1,0", "-1.5", "+33", "-1 250,75", "1652295,7", "-2,5e+03", "+1.4439", "0"]

cells = st.one_of(st.text(max_size=20), st.text("'=+-@\t\r\n01,. ", max_size=8))


@pytest.mark.parametrize("cell", DANGEROUS)
def test_sec_injection_a_cell_that_begins_like_a_formula_is_prefixed(cell: str) -> None:
    assert escaped(cell) == "'" + cell


@pytest.mark.parametrize(
    "cell", [*NUMBERS, "Tapage", "<script>alert(1)</script>", "'quoted'", "", "l'heure - midi"]
)
def test_a_number_or_a_text_is_left_as_it_is(cell: str) -> None:
    assert escaped(cell) == cell


@given(cells)
@example("'=1")
@example("''-1,0")
@example("1\n")
def test_sec_injection_what_is_escaped_comes_back_whole(cell: str) -> None:
    assert restored(escaped(cell)) == cell


@given(cells)
def test_no_escaped_cell_begins_like_a_formula_unless_it_is_a_number(cell: str) -> None:
    shown = escaped(cell)
    if shown[:1] in tuple("=+-@\t\r\n＝＋－＠") and shown:
        float(shown.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace(",", "."))


@given(cells)
@example("1\n")
@example("-1\n")
def test_columns_and_texts_tell_the_same_formulas(cell: str) -> None:
    column = pl.DataFrame({"c": [cell]}).select(
        pl.col("c").str.contains(FORMULA) & ~pl.col("c").str.contains(NUMBER)
    )
    assert column["c"][0] == (escaped(cell) != cell)


def test_a_table_is_written_for_a_french_spreadsheet() -> None:
    content = as_csv(
        ["période", "faits", "part"], [[date(2025, 3, 1), 12, 0.25], ["=A1", None, -1.5], ["a;b", True, 1e20]]
    )
    assert content == (
        '\ufeffpériode;faits;part\r\n2025-03-01;12;0,25\r\n\'=A1;;-1,5\r\n"a;b";oui;1e+20\r\n'.encode()
    )


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    text = as_csv(["a", "b"], rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [[restored(cell) for cell in row] for row in read[1:]] == rows


def test_a_row_too_short_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="1 cells under 2"):
        as_csv(["a", "b"], [["x"]])
