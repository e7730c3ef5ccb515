"""A backup is made: one snapshot of the database, the files that go with it, one encrypted file."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from observatoire.backup import archive, sealing
from observatoire.backup.archive import Tally
from observatoire.backup.errors import MissingKeys
from observatoire.backup.files import new_file
from observatoire.backup.manifest import Manifest
from observatoire.settings import Settings
from observatoire.store import dumping, inventory, trail
from observatoire.store.engine import Database
from observatoire.store.inventory import Inventory

PREFIX, SUFFIX = "observatoire-", ".tar.age"
_STAMP = "%Y%m%dT%H%M%SZ"
_OURS = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z{re.escape(SUFFIX)}")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup, its size in bytes and what it holds."""

    path: Path
    size: int
    manifest: Manifest


def name_at(now: datetime) -> str:
    """The name of a backup made at a moment."""
    return f"{PREFIX}{now.astimezone(UTC).strftime(_STAMP)}{SUFFIX}"


def create(
    database: Database, settings: Settings, destination: Path, recipients: Sequence[str], now: datetime
) -> Made:
    """Back up to a folder, under a name that tells the moment, or to a file.

    Nothing clear is written; memory is bounded by one block and one upload; the file has its name once it
    is whole and on the disk.

    Raises:
        BackupRefused, AlreadyThere, StoppedCommand: nothing stands under the name.
    """
    if not settings.holds_keys():
        raise MissingKeys(settings.var)
    to = sealing.recipients_of(recipients)
    path = destination / name_at(now) if destination.is_dir() else destination
    with new_file(path) as out, _Seen(database, settings) as seen:
        contents = _contents(seen, settings, now)
        sealing.seal(contents, out, to)
        assert seen.manifest is not None
        made = Made(path, out.tell(), seen.manifest)
    return made


class _Seen:
    """What one snapshot shows. The trail can't be sealed between the snapshot and the reading of its head."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._stack, self.database = ExitStack(), database
        self._head = settings.var / archive.HEAD
        self.head: bytes | None = None
        self.manifest: Manifest | None = None

    def __enter__(self) -> "_Seen":
        with ExitStack() as stack:
            with self.database.auditing() as sealing_stopped:
                trail.hold_seals(sealing_stopped)
                self._connection, self.snapshot = stack.enter_context(inventory.snapshot(self.database))
                self.head = self._head.read_bytes() if self._head.exists() else None
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def inventory(self) -> Inventory:
        """Counted in the snapshot itself."""
        return inventory.take(self._connection)


def _contents(seen: _Seen, settings: Settings, now: datetime) -> Iterator[bytes]:
    tally = Tally()
    # Before the dump, which takes long: an import that runs meanwhile removes its upload.
    yield from archive.file_members(settings.var, tally)
    if seen.head is not None:
        yield from archive.file_member(archive.HEAD, seen.head, tally)
    with dumping.dump(seen.database.url, seen.snapshot) as stream:
        yield from archive.dump_members(stream, tally)
    seen.manifest = _manifest(seen.inventory(), tally, now)
    yield from archive.member(archive.MANIFEST, seen.manifest.signed(settings.trail_key()))
    yield archive.end()


def _manifest(found: Inventory, tally: Tally, now: datetime) -> Manifest:
    return Manifest(
        made_at=now,
        software=version("observatoire"),
        revision=found.revision,
        owner=found.owner,
        roles=found.roles,
        tables=found.tables,
        guards=found.guards,
        size=tally.size,
        sha256=tally.dump.hexdigest(),
        files=tuple(tally.files),
    )


def rotate(folder: Path, keep: int, now: datetime, days: int) -> list[str]:
    """Delete all but the last ``keep`` backups, and those older than ``days``; never the last one.

    A backup still holds what was erased since: it may not be kept for ever. A file that somebody has named
    is neither counted nor deleted.
    """
    found = sorted((p for p in folder.iterdir() if _OURS.fullmatch(p.name)), key=lambda path: path.name)
    limit = name_at(now - timedelta(days=days))
    gone = [p for p in found[:-1] if p in found[: -max(keep, 1)] or p.name < limit]
    for path in gone:
        path.unlink()
    return [path.name for path in gone]
