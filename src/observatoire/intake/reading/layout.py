"""Which row is the header, and what the columns are called.

The first row that is not blank is the header, unless it is plainly a title: at most half as many filled
cells as a later row that reads as names and stands above rows of data. Exports from office software
put one to six such lines above the table.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from observatoire.errors import FileTooLarge, MissingHeader
from observatoire.intake.faults import reading as faults
from observatoire.intake.reading.document import Notice

HEAD_ROWS = 30
"""Rows among which the header is searched."""

LINE = "line"
"""Column of the line numbers: no header cell may bear its name."""

_NAME_CHARACTERS = 120
_LABEL_CHARACTERS = 80
_ROWS_BELOW = 5
_LEAST_COLUMNS = 3
"""Under a title, a narrower header can't be told from prose."""
_SURELY_NAMES = 5
"""Columns of a header that is known as such without a row under it."""
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b.*|\d{4}-\d{2}-\d{2}\b.*")
_DATA = re.compile(rf"{_DATE.pattern}|\d{{1,2}}\s*[hH:]\s*(\d\d.*)?|[-+]?[\d\s]+([.,]\d+)?\s*[%€]?")

Row = Sequence[str]
Merge = tuple[int, int, int]
"""Cells of one row merged into one: rank of the row, first and last rank of the columns (all from 0)."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header found among the first rows of a table.

    ``top`` and ``bottom``: ranks of its rows. ``names``: distinct, in order. ``raw``: its rows as they
    stand, to know them again further down. ``repeated``: names borne twice. ``is_data``: its row reads as
    the rows below it: the file has no header.
    """

    top: int
    bottom: int
    names: tuple[str, ...]
    raw: tuple[tuple[str, ...], ...]
    repeated: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    is_data: bool = False


def find_header(
    rows: Sequence[Row], *, chosen: int | None = None, merges: Sequence[Merge] | None = None
) -> Header:
    """Find the header among the first rows that are not blank.

    Args:
        rows: at least one.
        chosen: rank of the header's row, when the sender says it.
        merges: merged cells; None for a kind of file that has none.
    """
    rank = _first_names(rows) if chosen is None else chosen
    for top in (rank, rank - 1) if chosen is None else (rank,):
        if 0 <= top < len(rows) - 1 and (groups := _groups(rows, top, merges)):
            return _composed(rows, top, groups)
    header = _header(rank, rank, list(rows[rank]), (tuple(rows[rank]),), ())
    return replace(header, is_data=_is_data(rows[rank], rows[rank + 1 : rank + 2]))


def check(header: Header, max_columns: int, *, chosen: bool) -> None:
    """Refuse a header that can't be one.

    Raises:
        FileTooLarge: more than ``max_columns`` names.
        MissingHeader: a row of data, unless the sender chose it.
    """
    if len(header.names) > max_columns:
        raise FileTooLarge(f"{max_columns} colonnes")
    if header.is_data and not chosen:
        raise MissingHeader


def unique_names(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Distinct names of columns, and those that were borne twice."""
    names: list[str] = []
    taken = {LINE}
    repeated: dict[str, None] = {}
    for position, cell in enumerate(cells, start=1):
        base = " ".join(cell.split())[:_NAME_CHARACTERS]
        name = base or f"colonne {position}"
        copy = 2
        while name in taken:
            name, copy = f"{base or f'colonne {position}'} ({copy})", copy + 1
        if base in names:
            repeated[base] = None
        names.append(name)
        taken.add(name)
    return tuple(names), tuple(repeated)


def _header(
    top: int, bottom: int, cells: list[str], raw: tuple[tuple[str, ...], ...], notices: tuple[Notice, ...]
) -> Header:
    names, repeated = unique_names(cells)
    inner = len("".join((cell.strip() and "x") or " " for cell in cells).rstrip())
    empty = sum(
        1 for cell in cells[:inner] if not cell.strip()
    )  # exports that end lines with « ; » are common
    if repeated or empty:
        notices = (*notices, Notice(faults.REPEATED_COLUMN, len(repeated) + empty))
    return Header(top, bottom, names, raw, repeated, notices)


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_data(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row has a date where the next one has a date too (or, alone, a date among other values)."""
    dates = [rank for rank, cell in enumerate(row) if _DATE.fullmatch(cell.strip())]
    if below:
        return any(rank < len(below[0]) and _DATE.fullmatch(below[0][rank].strip()) for rank in dates)
    return bool(dates) and sum(1 for cell in row if _DATA.fullmatch(cell.strip())) > 1


def _first_names(rows: Sequence[Row]) -> int:
    """Rank of the header: the first row, or the widest row of names that stands under sparse titles."""
    best, width, above = 0, 0, 0
    for rank, row in enumerate(rows[:HEAD_ROWS]):
        filled = _filled(row)
        if rank and filled > width and filled >= max(_LEAST_COLUMNS, 2 * above) and _reads_as_names(row):
            below = rows[rank + 1 : rank + 1 + _ROWS_BELOW]
            alone = not below and above == 1 and _are_surely_names(row)  # a month without a fact
            if alone or any(_reads_as_data(other, filled) for other in below):
                best, width = rank, filled
        above = max(above, filled)
    return best


def _are_surely_names(row: Row) -> bool:
    return _filled(row) >= _SURELY_NAMES and not any(cell.startswith(" ") for cell in row)


def _reads_as_names(row: Row) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    labels = [c for c in cells if len(c) <= _LABEL_CHARACTERS and re.search(r"[^\W\d_]", c)]
    if any(_DATE.fullmatch(cell) for cell in cells) or len(labels) < 0.7 * len(cells):
        return False
    return len({label.casefold() for label in labels}) > 0.5 * len(cells)


def _reads_as_data(row: Row, filled: int) -> bool:
    return 2 * _filled(row) >= filled and any(any(c.isdigit() for c in cell) for cell in row)


# ---- two rows ---------------------------------------------------------------------------------------


def _groups(rows: Sequence[Row], top: int, merges: Sequence[Merge] | None) -> dict[int, str]:
    """Name of the group above each column, when a row of groups stands above a row of names."""
    upper, lower = rows[top], rows[top + 1]
    if any(_DATA.fullmatch(cell.strip()) for cell in lower if cell.strip()) or not _filled(lower):
        return {}
    if merges is None:
        return _groups_by_gaps(upper, lower)
    width = max(_filled(lower), _filled(upper))
    groups: dict[int, str] = {}
    for row, first, last in merges:
        label = upper[first].strip() if row == top and first < len(upper) else ""
        columns = [c for c in range(first, min(last + 1, len(lower))) if lower[c].strip()]
        if label and len(columns) >= 2 and len(columns) < width:
            groups |= dict.fromkeys(columns, label)
    named = {c for c, cell in enumerate(lower) if cell.strip()}
    if not groups or any(c < len(upper) and upper[c].strip() for c in named - set(groups)):
        return {}  # a name above and another below outside any group: two rows of a table
    return groups


def _groups_by_gaps(upper: Row, lower: Row) -> dict[int, str]:
    """Groups in a text: the row below is filled under a group and under the gaps at its right, only there."""
    groups: dict[int, str] = {}
    alone = 0
    for column, cell in enumerate(upper):
        gap = column
        while gap + 1 < len(upper) and not upper[gap + 1].strip():
            gap += 1
        if not cell.strip():
            if column not in groups:
                return {}
        elif gap > column:
            groups |= dict.fromkeys(range(column, gap + 1), cell.strip())
        else:
            alone += 1
    under = {column for column, cell in enumerate(lower) if cell.strip()}
    return groups if alone and groups and under == set(groups) else {}


def _composed(rows: Sequence[Row], top: int, groups: dict[int, str]) -> Header:
    upper, lower = list(rows[top]), list(rows[top + 1])
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    cells = [
        f"{groups[c]} {lower[c]}" if c in groups else upper[c] if upper[c].strip() else lower[c]
        for c in range(width)
    ]
    notice = Notice(faults.COMPOSED_HEADER, len(groups))
    return _header(top, top + 1, cells, (tuple(upper), tuple(lower)), (notice,))


def agreement(rows: Sequence[Row], header: Header) -> float:
    """Share of the rows under a header that have as many cells, blank ones in excess apart."""
    below = rows[header.bottom + 1 :]
    width = len(header.names)
    agreeing = sum(1 for row in below if len(row) >= width and not _filled(row[width:]))
    return agreeing / len(below) if below else 1.0
