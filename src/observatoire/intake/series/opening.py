"""The file of a producer as rows of text: CSV, CSV under gzip, Parquet or a workbook, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from observatoire.errors import FileTooLarge, RefusedFile
from observatoire.intake.reading.document import Batch, Document, Layout, Limits, Origin
from observatoire.intake.reading.layout import LINE
from observatoire.intake.reading.opening import open_document
from observatoire.intake.series.errors import DamagedArchive

BATCH_ROWS = 50_000
LIMITS = Limits(
    max_bytes=4_000_000_000, max_rows=20_000_000, max_columns=400, max_cell=2_000, max_inflated=800_000_000
)
"""A national base has 5.2 million rows and 621 MB of text: a file of facts is a hundred times smaller."""

_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


@dataclass(frozen=True, slots=True)
class PathOrigin:
    """A file of the operator's, read in place."""

    path: Path

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A new stream from the first byte."""
        return self.path.open("rb")


@dataclass(frozen=True, slots=True)
class _Inflated:
    """What a gzip file holds; a cut archive is told in French, at the byte where it is cut."""

    packed: Origin

    @property
    def name(self) -> str:
        return self.packed.name.removesuffix(".gz")

    @property
    def size(self) -> int:
        return self.packed.size

    def open(self) -> AbstractContextManager[BinaryIO]:
        return cast(BinaryIO, BufferedReader(_GzipReader(self.packed), 1 << 20))


class _GzipReader(RawIOBase):
    def __init__(self, packed: Origin) -> None:
        self._source = packed.open()
        self._stream = gzip.GzipFile(fileobj=self._source.__enter__())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            block = self._stream.read(len(view))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise DamagedArchive from None
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._source.__exit__(None, None, None)
        super().close()


def open_series(origin: Origin, limits: Limits = LIMITS) -> Document:
    """Recognise the file.

    Raises:
        RefusedFile: empty, cut, of a kind that is not read, or over a limit (``batches`` may raise it too).
    """
    with origin.open() as stream:
        start = stream.read(4)
    if start.startswith(_PARQUET):
        return _open_parquet(origin, limits)
    return open_document(_Inflated(origin) if start.startswith(_GZIP) else origin, limits)


def _open_parquet(origin: Origin, limits: Limits) -> Document:
    with origin.open() as stream:
        try:
            found = pq.ParquetFile(stream)
        except pa.ArrowException:
            raise RefusedFile(
                "Ce fichier Parquet est incomplet ou abîmé : téléchargez-le de nouveau."
            ) from None
        if found.metadata.num_rows > limits.max_rows:
            raise FileTooLarge(f"{limits.max_rows} lignes")
        names = tuple(found.schema_arrow.names)
    return Document(Layout("parquet", names, header_lines=(0, 0)), lambda: _parquet_batches(origin))


def _parquet_batches(origin: Origin) -> Iterator[Batch]:
    """Rows as text; the line is the rank of the row, from 1."""
    first = 1
    with origin.open() as stream:
        for part in pq.ParquetFile(stream).iter_batches(batch_size=BATCH_ROWS):
            frame = cast(pl.DataFrame, pl.from_arrow(part)).select(pl.all().cast(pl.String).fill_null(""))
            yield Batch(frame.with_columns(pl.int_range(first, first + frame.height).alias(LINE)))
            first += frame.height
