"""Origins of bytes that are not in the vault."""

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class BytesOrigin:
    """Bytes in memory, under a name."""

    name: str
    content: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A new stream from the first byte."""
        return io.BytesIO(self.content)
