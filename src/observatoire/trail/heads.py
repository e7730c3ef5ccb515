"""The head of the chain, kept outside the database: without it, the last seals could be cut off unnoticed."""

import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from observatoire.domain.trail import Seal
from observatoire.trail.errors import UnreadableHead

HEAD = re.compile(r"\s*(\d{1,18})\s*:\s*([0-9a-f]{64})\s*")


@dataclass(frozen=True, slots=True)
class Head:
    """A seal by its number and its digest: what is written beside the key, and printed on paper."""

    number: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """A head as it was printed.

        Raises:
            UnreadableHead: it is not one.
        """
        found = HEAD.fullmatch(text.lower())
        if found is None:
            raise UnreadableHead
        return cls(int(found[1]), bytes.fromhex(found[2]))

    @classmethod
    def of(cls, seal: Seal) -> Self:
        """The head that a seal makes."""
        return cls(seal.number, seal.digest)


def kept(path: Path) -> Head | None:
    """The head kept in a file; None without a file."""
    return Head.parse(path.read_text()) if path.exists() else None


def keep(path: Path, head: Head) -> None:
    """Write a head, unless a later one is there; two processes take turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.verrou").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        before = kept(path)
        if before is not None and before.number >= head.number:
            return
        fresh = path.with_name(f"{path.name}.nouvelle")
        with fresh.open("w") as file:
            file.write(f"{head}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
