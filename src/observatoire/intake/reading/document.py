"""What reading a file gives: its layout, then its rows in batches.

Nothing of a file is interpreted here but its shape. Each physical row that is not blank, header
excluded, ends either in the ``rows`` of a batch or in its ``set_aside``: none is lost.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Protocol

import polars as pl

from observatoire.intake.faults import Fault, Flag

EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Most that one file may hold."""

    max_bytes: int
    max_rows: int
    max_columns: int
    max_cell: int
    max_inflated: int = 400_000_000
    """Bytes of a workbook once decompressed."""


class Origin(Protocol):
    """Where the bytes of a file lie; ``open`` may be called several times."""

    @property
    def name(self) -> str:
        """Name given by the sender: a hint, never trusted."""

    @property
    def size(self) -> int:
        """Bytes."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A new stream from the first byte."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the sender or the profile decides instead of detection; None: detect."""

    sheet: str | None = None
    header_line: int | None = None
    repair_encoding: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is not stored: line in the file, why, and the shape of the faulty value."""

    line: int
    fault: Fault
    shape: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something true of the file as a whole, with the number of rows (or things) concerned."""

    flag: Flag
    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out.

    ``kind``: csv, xlsx, xls, ods, geojson or json. ``header``: distinct names, in order.
    ``header_lines``: first and last line of the header (1-based; (0, 0) in JSON, whose ``line`` is a
    rank). ``epoch``: day zero of serial dates. ``repeated``: names that the header bore twice
    (suffixed « (2) » in ``header``).
    """

    kind: str
    header: tuple[str, ...]
    header_lines: tuple[int, int] = (1, 1)
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    epoch: date = EPOCH_1900
    repeated: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive rows. ``rows``: one text column per header cell, plus ``line`` (1-based)."""

    rows: pl.DataFrame
    set_aside: tuple[SetAside, ...] = ()

    @property
    def lines_read(self) -> int:
        """Rows of the batch, kept or set aside."""
        return self.rows.height + len(self.set_aside)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that can be read. ``batches`` reads it anew, from its first row, at each call."""

    layout: Layout
    batches: Callable[[], Iterator[Batch]]
