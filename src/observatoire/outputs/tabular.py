"""Rows to CSV as a French spreadsheet reads it: UTF-8 with its mark, « ; », decimal comma, no formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from observatoire.formulas import escaped

MARK = "\ufeff"

Cell = str | int | float | date | datetime | None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table; None is an empty cell, a text that begins like a formula is prefixed by an apostrophe.

    Raises:
        ValueError: a row has not as many cells as the header.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([escaped(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} cells under {len(header)} headers")
        writer.writerow([_written(cell) for cell in row])
    return (MARK + text.getvalue()).encode()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float):
        return repr(cell).replace(".", ",")
    return escaped(cell) if isinstance(cell, str) else str(cell)
