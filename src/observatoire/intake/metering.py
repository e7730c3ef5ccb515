"""How far a file has been read."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from observatoire.intake.reading.document import Origin


class _Counted(io.RawIOBase):
    """A stream that counts what is read of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, target: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Pass on, and count."""
        block = self._source.read(len(target))
        target[: len(block)] = block
        self.position += len(block)
        return len(block)


class Metered:
    """A file that knows how far its last opened stream has been read."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._stream: _Counted | None = None

    @property
    def name(self) -> str:
        """Name given by the sender."""
        return self._origin.name

    @property
    def size(self) -> int:
        """Bytes."""
        return self._origin.size

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A new stream from the first byte, counted."""
        with self._origin.open() as source:
            self._stream = _Counted(source)
            yield io.BufferedReader(self._stream, 1 << 20)

    @property
    def share(self) -> float:
        """From 0 to 1: how much of the file the last stream has given."""
        return self._stream.position / self.size if self._stream and self.size else 0.0
