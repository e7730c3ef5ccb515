"""Encrypted files: uploads until they are imported or refused, rows set aside until they are mended.

A file is cut into blocks, each sealed by AES-256-GCM; the nonce holds the file's random prefix, the
block's number and whether it is the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár, 2015), so that a block moved, lost or cut off is refused; the folder's and the file's names are
authenticated with each block, so that one file can't be put in place of another. A file appears under its
name when it is whole.
"""

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from observatoire.errors import DamagedDeposit, MissingDeposit

BLOCK = 1 << 20
_PREFIX = 7
_TAG = 16


class _Sealer(io.RawIOBase):
    """Seals what is written, a block at a time."""

    def __init__(self, out: BinaryIO, key: bytes, name: bytes) -> None:
        self._out, self._cipher, self._name = out, AESGCM(key), name
        self._prefix = secrets.token_bytes(_PREFIX)
        self._number, self._pending = 0, bytearray()
        out.write(self._prefix)

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Seal whole blocks; keep the rest."""
        self._pending += data
        while len(self._pending) > BLOCK:  # the last block is sealed apart, so one byte must remain
            self._seal(bytes(self._pending[:BLOCK]), last=False)
            del self._pending[:BLOCK]
        return len(data)

    def finish(self) -> None:
        """Seal the last block."""
        self._seal(bytes(self._pending), last=True)

    def _seal(self, block: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), block, self._name))
        self._number += 1


class _Opener(io.RawIOBase):
    """Reads a sealed file in order."""

    def __init__(self, source: BinaryIO, key: bytes, name: bytes) -> None:
        self._source, self._cipher, self._name = source, AESGCM(key), name
        self._prefix = source.read(_PREFIX)
        self._number, self._ready, self._ahead = 0, b"", source.read(BLOCK + _TAG)
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, target: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Open as many blocks as the target needs; at most one per call."""
        if not self._ready and not self._ended:
            sealed, self._ahead = self._ahead, self._source.read(BLOCK + _TAG)
            self._ended = not self._ahead
            try:
                nonce = _nonce(self._prefix, self._number, self._ended)
                self._ready = self._cipher.decrypt(nonce, sealed, self._name)
            except (InvalidTag, ValueError):
                raise DamagedDeposit from None
            self._number += 1
        given = self._ready[: len(target)]
        target[: len(given)] = given
        self._ready = self._ready[len(given) :]
        return len(given)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _settle(folder: Path) -> None:
    """Make the new name outlive a power cut: the database is about to speak of it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Deposit:
    """A file of the vault, under the name that its sender gave it."""

    vault: "Vault"
    code: str
    name: str
    size: int

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A new stream of its clear bytes.

        Raises:
            MissingDeposit: it was removed; DamagedDeposit: it was changed on disk.
        """
        with self.vault.read(self.code) as stream:
            yield stream


class Vault:
    """A folder of encrypted files."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """``key``: 32 bytes, kept outside the folder and outside the database."""
        self.folder = folder
        self._key = key

    @contextmanager
    def write(self, code: str) -> Iterator[BinaryIO]:
        """A new file, visible under ``code`` (a name of ours) once the block ends without error."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f".{code}.{secrets.token_hex(4)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                sealer = _Sealer(out, self._key, self._name(code))
                yield sealer  # type: ignore[misc]
                sealer.finish()
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self.folder / code)
            _settle(self.folder)
        finally:
            draft.unlink(missing_ok=True)

    def _name(self, code: str) -> bytes:
        return f"{self.folder.name}/{code}".encode()

    @contextmanager
    def read(self, code: str) -> Iterator[BinaryIO]:
        """The clear bytes of a file."""
        try:
            source = (self.folder / code).open("rb")
        except FileNotFoundError:
            raise MissingDeposit from None
        with source:
            yield io.BufferedReader(_Opener(source, self._key, self._name(code)), BLOCK)

    def holds(self, code: str) -> bool:
        """Whether the file is there."""
        return (self.folder / code).exists()

    def remove(self, code: str) -> None:
        """Delete a file; nothing happens when it is gone already."""
        with suppress(FileNotFoundError):
            (self.folder / code).unlink()

    def codes(self) -> list[str]:
        """The files held, drafts excluded."""
        return sorted(p.name for p in self.folder.glob("*") if not p.name.startswith("."))

    def written_before(self, moment: datetime) -> list[str]:
        """Files and drafts (hidden names) last written before ``moment``."""
        limit = moment.timestamp()
        found = []
        for path in self.folder.glob("*"):
            with suppress(FileNotFoundError):  # removed while we look
                if path.stat().st_mtime < limit:
                    found.append(path.name)
        return sorted(found)
