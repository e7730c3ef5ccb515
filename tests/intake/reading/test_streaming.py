"""The fast reader and the obvious one agree, whatever the text, the blocks and the batches."""

import subprocess
import sys
import textwrap
from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.errors import EmptyFile, FileTooLarge
from observatoire.intake.reading import cutting, encodings, sorting
from observatoire.intake.reading.document import Choices, Limits
from observatoire.intake.reading.opening import open_document
from observatoire.intake.reading.origin import BytesOrigin
from support.sheets import faults, read
from support.slow_reader import slow_read

LIMITS = Limits(max_bytes=100_000, max_rows=1_000, max_columns=20, max_cell=6)
FIRST_LINE = Choices(header_line=1)
PIECES = [
    "a", "b", "1", "é", " ", ";", ";;", ",", '"', '""', '";"', '"\n"', "\n", "\r\n", "\r", "\n\n", "\x0c",
    "\u2028", "\ufeff", "\u00a0", "\x1c", "total", "Sous-total", "Réf", "REF;date", "Réf;Date;", "page 3/4",
    "nombre de", "x;y\n", '"x";"y"\n', '"x";y;\n', '"x;y"\n', "12/03/2026", "interminable",
]  # fmt: skip

pieces_of_text = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def same_as_the_slow_reader(text: str) -> None:
    kept, aside = slow_read(text, ";", LIMITS.max_cell)
    try:
        sheet = read(text, limits=LIMITS, choices=FIRST_LINE)
    except EmptyFile:
        assert (kept, aside) == ([], [])
        return
    assert [(row[-1], row[:-1]) for row in sheet.rows.iter_rows()] == kept
    assert faults(sheet) == aside


@given(pieces_of_text)
def test_the_fast_reader_gives_what_the_obvious_one_gives(text: str) -> None:
    same_as_the_slow_reader(f"Réf;Date\n{text}")


@given(pieces_of_text, st.integers(1, 9), st.sampled_from([0, 500]))
def test_the_size_of_blocks_changes_nothing(text: str, block: int, few: int) -> None:
    with mock.patch.object(encodings, "BLOCK", block), mock.patch.object(cutting, "_FEW", few):
        same_as_the_slow_reader(f"Réf;Date\n{text}")


@given(pieces_of_text, st.integers(1, 5))
def test_the_size_of_batches_changes_nothing(text: str, size: int) -> None:
    whole = f"Réf;Date\n1;2\n{text}"
    once = read(whole, limits=LIMITS, choices=FIRST_LINE)
    with mock.patch.object(sorting, "BATCH_ROWS", size):
        document = open_document(BytesOrigin("x", whole.encode()), LIMITS, FIRST_LINE)
        batches = list(document.batches())
    assert [row for batch in batches for row in batch.rows.iter_rows()] == list(once.rows.iter_rows())
    assert [row for batch in batches for row in batch.set_aside] == list(once.set_aside)
    assert all(batch.rows.height <= size for batch in batches)
    spans = [[*batch.rows["line"].to_list(), *(row.line for row in batch.set_aside)] for batch in batches]
    assert all(max(span) < min(after) for span, after in pairwise(spans))
    assert [batch.lines_read for batch in document.batches()]  # read anew, outside the small batches


@given(pieces_of_text, st.integers(1, 9), st.integers(0, 30))
def test_no_line_is_lost_however_early_a_quote_is_held_to_be_unclosed(
    text: str, block: int, cap: int
) -> None:
    whole = f"Réf;Date\n1;2\n{text}"
    with mock.patch.object(encodings, "BLOCK", block), mock.patch.object(cutting, "LONGEST_RECORD", cap):
        sheet = read(whole, limits=LIMITS, choices=FIRST_LINE)
    lines = sorted([*sheet.rows["line"].to_list(), *(row.line for row in sheet.set_aside)])
    assert len(set(lines)) == len(lines)
    physical = whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    inked = {n for n, line in enumerate(physical, start=1) if line.replace(";", "").replace('"', "").strip()}
    quoted = {n for n, line in enumerate(physical, start=1) if '"' in line}
    unquoted_above = {n for n in inked if n > 1 and not any(q <= n for q in quoted)}
    assert unquoted_above <= set(lines) <= set(range(2, len(physical) + 1))


@pytest.mark.parametrize(
    "line",
    [
        '"x;y"',
        '"x;";y',
        '"x";"y;z"',
        '"x"y;z',
        'x"y;z"',
        '"";""',
        '"x;y',
        '"x""y";z',
        ' "x";y',
        '"x" ;y',
        '"x"',
        '";"',
    ],
)
@pytest.mark.parametrize("after", ["1;2\n", '"1";"2"\n', ""])
def test_quotes_are_cut_as_the_csv_module_cuts_them(line: str, after: str) -> None:
    same_as_the_slow_reader(f"Réf;Date\n1;2\n{line}\n{after}")


def test_a_batch_holds_the_lines_set_aside_between_its_rows() -> None:
    content = b"a;b\n" + b"1;2\n3\n" * 5
    with mock.patch.object(sorting, "BATCH_ROWS", 2):
        batches = list(open_document(BytesOrigin("x", content), LIMITS).batches())
    assert [batch.rows["line"].to_list() for batch in batches] == [[2, 4], [6, 8], [10]]
    assert [[row.line for row in batch.set_aside] for batch in batches] == [[3, 5], [7, 9], [11]]


def test_batches_hold_at_most_fifty_thousand_rows_and_are_read_anew_each_time() -> None:
    content = b"a;b\n" + b"1;2\n" * 120_000 + b"TOTAL;2\n"
    document = open_document(BytesOrigin("x", content), Limits(10_000_000, 500_000, 20, 200))
    for _ in range(2):
        batches = list(document.batches())
        assert [batch.rows.height for batch in batches] == [50_000, 50_000, 20_000]
        assert [len(batch.set_aside) for batch in batches] == [0, 0, 1]
        assert batches[1].rows["line"].to_list() == list(range(50_002, 100_002))


def test_the_limit_of_rows_stops_the_reading_on_its_way() -> None:
    content = b"a;b\n" + b"1;RUE DES LILAS ET DES ROSES\n" * 120_000
    batches = open_document(BytesOrigin("x", content), Limits(10_000_000, 110_000, 20, 200)).batches()
    assert next(batches).lines_read == 50_000
    with pytest.raises(FileTooLarge, match="110000 lignes"):
        list(batches)


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    content = b"a;b\n1;2\n" + b"x" * (cutting.LONGEST_LINE + 2 * encodings.BLOCK)
    document = open_document(BytesOrigin("x", content), Limits(100_000_000, 1_000, 20, 200))
    with pytest.raises(FileTooLarge, match="16 Mo par ligne"):
        list(document.batches())
    with pytest.raises(FileTooLarge, match="16 Mo par ligne"):
        open_document(BytesOrigin("x", content[8:]), Limits(100_000_000, 1_000, 20, 200))


def test_a_file_of_any_size_is_read_in_bounded_memory() -> None:
    """A stream of 200 MB that exists nowhere, in a process whose peak is measured."""
    program = """
        import io, resource, sys
        from contextlib import closing
        from observatoire.intake.reading.document import Limits
        from observatoire.intake.reading.opening import open_document

        ROW = "2026-1;12/03/2026;22h45;Différend;RUE DES LILAS;574357,3\\r\\n".encode("cp1252")
        BLOCK = ROW * 20_000

        class Endless(io.RawIOBase):
            def __init__(self, blocks):
                self.pieces = iter([b"R\\xe9f;Date;Heure;Nature;Voie;X\\r\\n", *[BLOCK] * blocks])
                self.ready = b""
            def readable(self):
                return True
            def readinto(self, target):
                self.ready = self.ready or next(self.pieces, b"")
                given, self.ready = self.ready[: len(target)], self.ready[len(target):]
                target[: len(given)] = given
                return len(given)

        class Origin:
            name, size = "grand.csv", 1
            def __init__(self, blocks):
                self.blocks = blocks
            def open(self):
                return closing(io.BufferedReader(Endless(self.blocks), 1 << 20))

        def rows(blocks):
            document = open_document(Origin(blocks), Limits(10**9, 10**8, 200, 10_000))
            return sum(batch.rows.height for batch in document.batches())

        assert rows(10) == 200_000
        small = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert rows(170) == 3_400_000
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - small) // 1024)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 60, "megabytes more for seventeen times as many rows"
