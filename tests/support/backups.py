"""Backups under test: an identity, a backup made, an empty database to restore it into."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pyrage import x25519

from observatoire.backup import creating, restoring, sealing, verifying
from observatoire.backup.creating import Made
from observatoire.backup.restoring import Restored
from observatoire.settings import Settings
from observatoire.store.dumping import another
from observatoire.store.engine import Database
from support.databases import run

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)


@dataclass
class Safe:
    """Where backups go, and who can open them."""

    folder: Path
    secret: str = field(init=False)
    public: str = field(init=False)

    def __post_init__(self) -> None:
        self.secret, self.public = sealing.new_identity()
        self.folder.mkdir(exist_ok=True)

    @property
    def identities(self) -> list[x25519.Identity]:
        return [x25519.Identity.from_str(self.secret)]

    @property
    def identity_file(self) -> Path:
        path = self.folder / "identite.txt"
        path.write_text(f"# essai\n{self.secret}\n")
        return path

    def create(self, database: Database, settings: Settings, now: datetime = NOW) -> Made:
        return creating.create(database, settings, self.folder, [self.public], now)

    def restore(self, made: bytes, target: Database, settings: Settings, files: Path) -> Restored:
        """``settings``: those of the installation, whose keys are kept."""
        return self.restore_from(io.BytesIO(made), target, settings, files)

    def restore_from(self, source: io.BytesIO, target: Database, settings: Settings, files: Path) -> Restored:
        return restoring.restore(source, self.identities, target, restoring.settings_for(settings, files))


@contextmanager
def empty_database(server: str) -> Iterator[Database]:
    """A database of the same server in which there is nothing."""
    name = f"obs_test_{uuid4().hex[:12]}"
    run(server, "create database {}", name)
    database = Database(another(server, name), pooled=False)
    try:
        yield database
    finally:
        database.dispose()
        run(server, "drop database if exists {} with (force)", name)


@dataclass
class Small:
    """An observatory without territories: its backup is made and restored in a moment."""

    database: Database
    settings: Settings
    safe: Safe
    sealed: bytes

    @property
    def clear(self) -> bytes:
        with sealing.opened(io.BytesIO(self.sealed), self.safe.identities) as stream:
            return stream.read()

    def verify(self, sealed: bytes) -> verifying.Verified:
        return verifying.verify(io.BytesIO(sealed), self.safe.identities, self.settings.trail_key())

    def resealed(self, clear: bytes) -> bytes:
        out = io.BytesIO()
        sealing.seal(iter([clear]), out, sealing.recipients_of([self.safe.public]))
        return out.getvalue()
