"""Rows as cut into rows of facts and rows set aside, then into batches."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from observatoire.errors import FileTooLarge
from observatoire.intake.faults import Fault
from observatoire.intake.faults import reading as faults
from observatoire.intake.parsing.text import plain
from observatoire.intake.reading import footers, mojibake
from observatoire.intake.reading.cutting import frame_of
from observatoire.intake.reading.document import Batch, SetAside
from observatoire.intake.reading.layout import LINE

BATCH_ROWS = 50_000

_INK = r"[^\s\x1c-\x1f]"  # what str.strip() leaves; polars' \s lacks the separators of files and records
_LETTER = "(?:{}|[^\\x00-\\x7f])[^\\x00-\\x7f]?"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows of facts under the names of the header, and the others, both in order of line."""

    rows: pl.DataFrame
    set_aside: list[SetAside]


class Sorter:
    """Sorts rows of one table.

    Args:
        names: of the columns.
        header_rows: rows of the header as they stand, to know them again.
        max_cell: characters of a cell.
        repair: whether cells damaged by a double encoding are repaired.
    """

    def __init__(
        self,
        names: Sequence[str],
        header_rows: Iterable[Sequence[str]],
        max_cell: int,
        *,
        repair: bool = False,
    ) -> None:
        self._names, self._max_cell, self._repair = list(names), max_cell, repair
        self._headers = {tuple(plain(cell) for cell in row): _key(row) for row in header_rows}

    def sort(
        self,
        rows: pl.DataFrame,
        ragged: Iterable[tuple[int, list[str]]] = (),
        set_aside: Iterable[SetAside] = (),
    ) -> Sorted:
        """Sort rows given by position (see ``Cut``); blank ones vanish. ``set_aside`` is kept as it is."""
        rows = self._without_blanks(rows)
        if self._repair:
            rows = mojibake.repair_columns(rows)
            ragged = [(line, [mojibake.repair(field) for field in fields]) for line, fields in ragged]
        aside = list(set_aside)
        aside += self._ragged(list(ragged))
        suspects = self._suspects(rows)
        if suspects.any():
            out = []
            for *fields, line in rows.filter(suspects).iter_rows():
                if fault := self.fault_of(fields):
                    aside.append(self._aside(line, fields, fault))
                    out.append(line)
            rows = rows.filter(~rows[LINE].is_in(out)) if out else rows
        rows = self._without_long_cells(rows, aside)
        aside.sort(key=lambda row: row.line)
        return Sorted(rows.rename(dict(zip(rows.columns[:-1], self._names, strict=True))), aside)

    def fault_of(self, fields: Sequence[str]) -> Fault | None:
        """The fault of a row that is not blank and describes no fact; None for any other row."""
        if fault := footers.fault_of_line(fields):
            return fault
        return faults.REPEATED_HEADER if tuple(plain(field) for field in fields) in self._headers else None

    @property
    def width(self) -> int:
        """Columns of the table."""
        return len(self._names)

    def nothing(self) -> Sorted:
        """No row at all."""
        return self.sort(frame_of([], self.width))

    def _aside(self, line: int, fields: Sequence[str], fault: Fault) -> SetAside:
        plural = "s" if len(fields) > 1 else ""
        return SetAside(line, fault, f"{len(fields)} colonne{plural} au lieu de {len(self._names)}")

    def _ragged(self, ragged: list[tuple[int, list[str]]]) -> Iterator[SetAside]:
        """Rows of another width: totals among them, the others faulty."""
        leads = pl.Series([next(filter(str.strip, fields)) for _, fields in ragged], dtype=pl.String)
        for (line, fields), suspect in zip(ragged, leads.str.contains(footers.SUSPECT), strict=True):
            fault = footers.fault_of_line(fields) if suspect else None
            yield self._aside(line, fields, fault or faults.WRONG_FIELD_COUNT)

    def _without_blanks(self, rows: pl.DataFrame) -> pl.DataFrame:
        first, *others = rows.columns[:-1]
        filled = rows[first].str.contains(_INK)
        if filled.all():
            return rows
        if others:
            filled |= rows.select(pl.any_horizontal(pl.col(others).str.contains(_INK))).to_series()
        return rows.filter(filled)

    def _suspects(self, rows: pl.DataFrame) -> pl.Series:
        """Rows that ``fault_of`` must see: it finds nothing to say of the others."""
        first, *others = rows.columns[:-1]
        leads = rows[first]
        if others and not leads.str.contains(_INK).all():
            filled = [pl.when(pl.col(c).str.contains(_INK)).then(pl.col(c)) for c in (first, *others)]
            leads = rows.select(pl.coalesce(*filled)).to_series()
        suspects = leads.str.contains(footers.SUSPECT)
        for column, pattern in self._headers.values():
            suspects |= rows[column].str.contains(pattern)
        return suspects

    def _without_long_cells(self, rows: pl.DataFrame, aside: list[SetAside]) -> pl.DataFrame:
        texts = rows.columns[:-1]
        suspects = [c for c in texts if (rows[c].str.len_bytes().max() or 0) > self._max_cell]  # type: ignore[operator]
        if not suspects:
            return rows
        longest = rows.select(pl.max_horizontal(pl.col(suspects).str.len_chars())).to_series()
        too_long = longest > self._max_cell
        for line, length in zip(rows[LINE].filter(too_long), longest.filter(too_long), strict=True):
            aside.append(SetAside(line, faults.CELL_TOO_LONG, f"{length} caractères"))
        return rows.filter(~too_long)


def _key(header: Sequence[str]) -> tuple[str, str]:
    """Column of a header's first filled cell, and a Rust pattern of every cell that reads like it.

    Any sign that is not ASCII may stand for a letter, followed by an accent of its own.
    """
    rank = next((rank for rank, cell in enumerate(header) if cell.strip()), 0)
    letters = (r"\s+" if sign == " " else _LETTER.format(re.escape(sign)) for sign in plain(header[rank]))
    same = re.escape(header[rank].strip())
    return str(rank), rf"(?i)^[\s\x1c-\x1f]*(?:{same}|{''.join(letters)})[\s\x1c-\x1f]*$"


def batches(parts: Iterable[Sorted], max_rows: int, size: int | None = None) -> Iterator[Batch]:
    """Batches of ``size`` rows (``BATCH_ROWS`` unless said), the last one shorter.

    Raises:
        FileTooLarge: more than ``max_rows`` rows, kept or set aside.
    """
    size = size or BATCH_ROWS
    pending: pl.DataFrame | None = None
    aside: list[SetAside] = []
    read = 0
    for part in parts:
        read += part.rows.height + len(part.set_aside)
        if read > max_rows:
            raise FileTooLarge(f"{max_rows} lignes")
        pending = part.rows if pending is None else pl.concat([pending, part.rows])
        aside += part.set_aside
        while pending.height >= size or len(aside) >= size:
            batch, pending = Batch(pending[:size]), pending[size:]
            end = pending[LINE][0] if pending.height else None
            taken = len(aside) if end is None else sum(1 for row in aside if row.line < end)
            yield Batch(batch.rows, tuple(aside[:taken]))
            aside = aside[taken:]
    if pending is not None and (pending.height or aside):
        yield Batch(pending, tuple(aside))
