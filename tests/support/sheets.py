"""A file read whole: what the layout says of it, all its rows, all that was set aside."""

from dataclasses import dataclass

import polars as pl

from observatoire.intake.reading.document import Choices, Layout, Limits, SetAside
from observatoire.intake.reading.opening import open_document
from observatoire.intake.reading.origin import BytesOrigin

LIMITS = Limits(max_bytes=100_000, max_rows=1_000, max_columns=20, max_cell=200)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file and its layout."""

    layout: Layout
    rows: pl.DataFrame
    set_aside: tuple[SetAside, ...]

    @property
    def header(self) -> tuple[str, ...]:
        return self.layout.header

    @property
    def encoding(self) -> str | None:
        return self.layout.encoding

    @property
    def separator(self) -> str | None:
        return self.layout.separator

    @property
    def lines_read(self) -> int:
        return self.rows.height + len(self.set_aside)


def read(
    content: str | bytes,
    encoding: str = "utf-8",
    limits: Limits = LIMITS,
    choices: Choices | None = None,
) -> Sheet:
    """Read a file whole, as any reader of batches does."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    document = open_document(BytesOrigin("export", data), limits, choices)
    batches = list(document.batches())
    rows = pl.concat([batch.rows for batch in batches])
    return Sheet(document.layout, rows, tuple(row for batch in batches for row in batch.set_aside))


def column(sheet: Sheet, name: str) -> list[str]:
    """Cells of one column."""
    return sheet.rows[name].to_list()


def faults(sheet: Sheet) -> list[tuple[int, str]]:
    """Line and code of what was set aside."""
    return [(row.line, row.fault.code) for row in sheet.set_aside]


def notices(sheet: Sheet) -> dict[str, int]:
    """What the layout says of the file as a whole: counts by code."""
    return {notice.flag.code: notice.count for notice in sheet.layout.notices}
