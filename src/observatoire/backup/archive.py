"""The clear form of a backup: a tar whose last member is the manifest.

``fichiers/…``: files of ``var``; ``base/000000001``…: the dump cut into blocks, since a tar states sizes
ahead and a dump does not know its own. Without this software: ``age -d``, ``tar x``, ``cat base/*``,
``pg_restore``.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from observatoire.backup.errors import DamagedBackup
from observatoire.backup.manifest import SavedFile

BLOCK = 4 << 20
BASE, FILES, MANIFEST = "base/", "fichiers/", "manifeste.json"
HEAD = "audit_tete"
FOLDERS = ("depots", "rejets")
"""What of ``var`` is saved: uploads that wait, rows set aside, the head of the audit trail. Never a key."""
_NAME = re.compile(rf"{HEAD}|({'|'.join(FOLDERS)})/[0-9A-Za-z_-]{{1,80}}")


@dataclass
class Tally:
    """What has gone by: digest and size of the dump, files."""

    dump: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0
    blocks: int = 0
    files: list[SavedFile] = field(default_factory=list)

    def block(self, data: bytes) -> str:
        """Count a block of the dump; its name."""
        self.dump.update(data)
        self.size += len(data)
        self.blocks += 1
        return f"{BASE}{self.blocks:09d}"


def _header(name: str, size: int) -> bytes:
    told = tarfile.TarInfo(name)
    told.size, told.mode = size, 0o600
    return told.tobuf(tarfile.USTAR_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def member(name: str, data: bytes) -> Iterator[bytes]:
    """A member that is already in memory."""
    yield _header(name, len(data))
    yield data
    yield _padding(len(data))


def dump_members(stream: BinaryIO, tally: Tally) -> Iterator[bytes]:
    """The dump, a block at a time."""
    while data := stream.read(BLOCK):
        yield from member(tally.block(data), data)


def file_members(var: Path, tally: Tally) -> Iterator[bytes]:
    """The files of ``var`` that are there; one that goes away meanwhile belonged to an import that ended."""
    for folder in FOLDERS:
        for path in sorted((var / folder).glob("[!.]*")):
            try:
                data = path.read_bytes()  # bounded: an upload is, and so are its rejects
            except FileNotFoundError:
                continue
            yield from file_member(f"{folder}/{path.name}", data, tally)


def file_member(name: str, data: bytes, tally: Tally) -> Iterator[bytes]:
    """One file."""
    tally.files.append(SavedFile(name, len(data), hashlib.sha256(data).hexdigest()))
    yield from member(f"{FILES}{name}", data)


def end() -> bytes:
    """Two empty blocks."""
    return bytes(2 * tarfile.BLOCKSIZE)


def members(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member, in order.

    Raises:
        DamagedBackup: something else than we write.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=tarfile.BLOCKSIZE) as tar:
            for one in tar:
                held = tar.extractfile(one)
                if held is None:
                    raise DamagedBackup("contenu inattendu")
                yield one.name, held.read()
    except (tarfile.TarError, EOFError):
        raise DamagedBackup("contenu tronqué") from None


def saved_name(name: str) -> str:
    """The name of a file of ``var``.

    Raises:
        DamagedBackup: it would be written elsewhere.
    """
    told = name.removeprefix(FILES)
    if not _NAME.fullmatch(told):
        raise DamagedBackup("nom de fichier inattendu")
    return told
