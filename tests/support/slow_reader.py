"""The obvious reader of separated text: everything in memory, one record at a time."""

import csv
import io

from observatoire.intake.faults import reading as faults
from observatoire.intake.parsing.text import plain
from observatoire.intake.reading.footers import fault_of_line

Kept = list[tuple[int, tuple[str, ...]]]
Aside = list[tuple[int, str]]


def slow_read(text: str, separator: str, max_cell: int) -> tuple[Kept, Aside]:
    """Rows kept and rows set aside, under a header that is the first line."""
    lines = list(io.StringIO(text, newline=""))
    header = next(csv.reader(lines[:1], delimiter=separator))
    kept: Kept = []
    aside: Aside = []
    start = 1
    reader = csv.reader(lines[1:], delimiter=separator)
    for fields in reader:
        end = 1 + reader.line_num
        if _broken(lines[start:end], separator, last=end == len(lines)):
            aside += [(n + 1, faults.UNCLOSED_QUOTE.code) for n in range(start, end) if lines[n].strip()]
        elif any(field.strip() for field in fields):
            fault = _fault(fields, header, max_cell)
            if fault:
                aside.append((start + 1, fault))
            else:
                kept.append((start + 1, tuple(fields[: len(header)])))
        start = end
    return kept, aside


def _broken(lines: list[str], separator: str, *, last: bool) -> bool:
    if last and len(list(csv.reader([*lines, "x"], delimiter=separator))) == 1:
        return True
    if len(lines) == 1:
        return False
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return True
    return False


def _fault(fields: list[str], header: list[str], max_cell: int) -> str | None:
    width = len(header)
    exact = fields[:width] if not any(field.strip() for field in fields[width:]) else fields
    if fault := fault_of_line(exact):
        return fault.code
    if [plain(field) for field in exact] == [plain(name) for name in header]:
        return faults.REPEATED_HEADER.code
    if len(exact) != width:
        return faults.WRONG_FIELD_COUNT.code
    return faults.CELL_TOO_LONG.code if max(map(len, exact)) > max_cell else None
