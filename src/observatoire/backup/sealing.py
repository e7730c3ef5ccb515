"""Encryption to public keys, as streams: the format age (age-encryption.org/v1), by the library of that name.

X25519 wraps a key of the file; the body is ChaCha20-Poly1305 in blocks of 64 KiB under the STREAM
construction, so that a block changed, moved or cut off is refused. Whoever holds the command « age » and the
identity opens the file without this software. Memory does not grow with the file.
"""

import errno
import io
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import passphrase, x25519

from observatoire.backup.errors import (
    DamagedBackup,
    NoRecipient,
    UnknownRecipient,
    UnreadableIdentity,
    WrongIdentity,
    WrongPassphrase,
)

_ALTERED = "le chiffrement ne se vérifie pas"


def recipients_of(texts: Sequence[str]) -> list[x25519.Recipient]:
    """Public keys.

    Raises:
        NoRecipient: none; UnknownRecipient: one is not a public key.
    """
    if not texts:
        raise NoRecipient
    found = []
    for told in texts:
        try:
            found.append(x25519.Recipient.from_str(told))
        except pyrage.RecipientError:
            raise UnknownRecipient(told[:12]) from None
    return found


def identities_of(path: Path) -> list[x25519.Identity]:
    """The secret keys of a file written by ``age-keygen`` or by us.

    Raises:
        UnreadableIdentity: it holds none.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        found = [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        found = []
    if not found:
        raise UnreadableIdentity(path)
    return found


def new_identity() -> tuple[str, str]:
    """A secret key and its public key, as text."""
    made = x25519.Identity.generate()
    return str(made), str(made.to_public())


class _Pulled(io.RawIOBase):
    """A stream that is read from an iterator of bytes; keeps what went wrong there."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._ready = blocks, memoryview(b"")  # a view: what is left is never copied
        self.fault: BaseException | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, target: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Up to the size of the target."""
        try:
            while not self._ready:
                self._ready = memoryview(next(self._blocks))
        except StopIteration:
            return 0
        except BaseException as error:
            self.fault = error
            raise
        given = self._ready[: len(target)]
        target[: len(given)] = given
        self._ready = self._ready[len(given) :]
        return len(given)


class _Pushed:
    """A stream that is written to a file; keeps what went wrong there."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.fault: BaseException | None = None

    def write(self, data: bytes) -> int:
        """All of it."""
        try:
            return self._out.write(data)
        except BaseException as error:
            self.fault = error
            raise

    def flush(self) -> None:
        """Nothing is kept back."""


def seal(blocks: Iterator[bytes], out: BinaryIO, recipients: Sequence[x25519.Recipient]) -> None:
    """Encrypt what an iterator gives, as it comes; what goes wrong on either side is raised as it was."""
    source, target = _Pulled(blocks), _Pushed(out)
    try:
        pyrage.encrypt_io(source, target, list(recipients))
    except (pyrage.EncryptError, OSError):
        fault = source.fault or target.fault
        if fault is not None:
            raise fault from None
        raise


class _Opening(threading.Thread):
    """Decrypts into a pipe; the fault, if any, is told to who reads the other end."""

    def __init__(self, source: BinaryIO, identities: Sequence[x25519.Identity]) -> None:
        super().__init__(daemon=True)
        self._source, self._identities = source, list(identities)
        inner, self._end = os.pipe()
        self.stream = os.fdopen(inner, "rb")
        self.fault: Exception | None = None

    def run(self) -> None:
        """Until the end of the file, or until nobody reads."""
        with suppress(BrokenPipeError), os.fdopen(self._end, "wb") as out:
            target = _Pushed(out)
            try:
                pyrage.decrypt_io(self._source, target, self._identities)
            except Exception as error:  # noqa: BLE001 - told to the reader
                self.fault = _told(error, target.fault)


def _told(error: Exception, written: BaseException | None) -> Exception | None:
    if isinstance(written, BrokenPipeError):
        return None
    if isinstance(error, OSError) and error.errno in (errno.EIO, errno.EACCES):
        return error
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return WrongIdentity()
    return DamagedBackup(_ALTERED)


@contextmanager
def opened(source: BinaryIO, identities: Sequence[x25519.Identity]) -> Iterator[BinaryIO]:
    """The clear bytes, as a stream. At the end of the block the whole file has been authenticated.

    Raises:
        WrongIdentity: it is for somebody else; DamagedBackup: it was changed or cut off.
    """
    source.seek(0)
    opening = _Opening(source, identities)
    opening.start()
    try:
        yield opening.stream
        while rest := opening.stream.read(1 << 16):  # a tar ends with empty blocks
            if any(rest):
                raise DamagedBackup("des octets suivent la fin")
    except Exception as error:
        opening.stream.close()
        opening.join()
        if opening.fault is not None:  # a stream cut short is a consequence
            raise opening.fault from error
        raise
    opening.join()
    opening.stream.close()
    if opening.fault is not None:
        raise opening.fault


def lock(clear: bytes, secret: str) -> bytes:
    """Seal a few bytes by a passphrase (scrypt); ``age -d`` opens them too."""
    sealed: bytes = passphrase.encrypt(clear, secret)
    return sealed


def unlock(sealed: bytes, secret: str, name: str) -> bytes:
    """Open them.

    Raises:
        WrongPassphrase: it does not open them.
    """
    try:
        clear: bytes = passphrase.decrypt(sealed, secret)
    except pyrage.DecryptError:
        raise WrongPassphrase(name) from None
    return clear
