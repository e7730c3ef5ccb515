"""A backup is read from its first byte to its last, and held against its manifest."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from observatoire.backup import archive, sealing
from observatoire.backup.archive import Tally
from observatoire.backup.errors import DamagedBackup, ForeignBackup
from observatoire.backup.manifest import Manifest, SavedFile


@dataclass(frozen=True, slots=True)
class Verified:
    """``signed``: whether the audit key of this installation made it; None: there was no key to tell."""

    manifest: Manifest
    signed: bool | None


def verify(source: BinaryIO, identities: Sequence[Any], key: bytes | None) -> Verified:
    """Everything is decrypted and counted; nothing is written.

    Raises:
        DamagedBackup, WrongIdentity: the file; ForeignBackup: another key signed it.
    """
    manifest = read(source, identities, _ignore, _ignore, key)
    return Verified(manifest, None if key is None else True)


def read(
    source: BinaryIO,
    identities: Sequence[Any],
    take_block: Callable[[str, bytes], object],
    take_file: Callable[[str, bytes], object],
    signer: bytes | None = None,
) -> Manifest:
    """Give blocks of the dump, in order, and files; the last block, when the whole file has been verified.

    A dump without its last block restores nothing: what was cut off, changed, or signed by another key than
    ``signer`` (None: whatever it is) can't come to stand.
    """
    reading = _Reading(take_block, take_file, signer)
    with sealing.opened(source, identities) as clear:
        for name, data in archive.members(clear):
            reading.take(name, data)
    return reading.done()


def _ignore(_: str, __: bytes) -> None:
    return None


class _Reading:
    def __init__(
        self,
        take_block: Callable[[str, bytes], object],
        take_file: Callable[[str, bytes], object],
        signer: bytes | None,
    ) -> None:
        self._take_block, self._take_file, self._signer = take_block, take_file, signer
        self._tally = Tally()
        self._held: tuple[str, bytes] | None = None
        self._manifest: bytes | None = None

    def take(self, name: str, data: bytes) -> None:
        if self._manifest is not None:
            raise DamagedBackup("des octets suivent le manifeste")
        if name == archive.MANIFEST:
            self._manifest = data
        elif name.startswith(archive.BASE):
            self._block(name, data)
        else:
            saved = archive.saved_name(name)
            self._tally.files.append(SavedFile(saved, len(data), hashlib.sha256(data).hexdigest()))
            self._take_file(saved, data)

    def _block(self, name: str, data: bytes) -> None:
        if self._tally.block(data) != name:
            raise DamagedBackup("blocs dans le désordre")
        if self._held is not None:
            self._take_block(*self._held)
        self._held = (name, data)

    def done(self) -> Manifest:
        if self._manifest is None or self._held is None:
            raise DamagedBackup("manifeste absent")
        manifest, signed = Manifest.parse(self._manifest)
        tally = self._tally
        if (manifest.sha256, manifest.size) != (tally.dump.hexdigest(), tally.size):
            raise DamagedBackup("le contenu de la base n'est pas celui du manifeste")
        if list(manifest.files) != tally.files:
            raise DamagedBackup("les fichiers ne sont pas ceux du manifeste")
        if self._signer is not None and not signed.by(self._signer):
            raise ForeignBackup
        self._take_block(*self._held)
        return manifest
