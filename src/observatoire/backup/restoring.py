"""A backup comes back: into an empty database, whole or not at all, then checked, then purged."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from observatoire.backup import archive
from observatoire.backup.errors import MissingKeys, NewerSchema, NoTarget, NotAsSaved, NotEmpty
from observatoire.backup.manifest import Manifest
from observatoire.backup.verifying import read, verify
from observatoire.errors import UnavailableStore
from observatoire.intake import purging
from observatoire.intake.desk import Desk
from observatoire.intake.purging import Purged
from observatoire.settings import Settings
from observatoire.store import dumping, inventory, schema
from observatoire.store.engine import Database
from observatoire.trail import keeping
from observatoire.trail.verifying import Verified as Trail
from observatoire.trail.verifying import verify as verify_trail


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands now; ``purged``: what had expired since the backup and is gone again."""

    manifest: Manifest
    trail: Trail
    purged: Purged


def settings_for(settings: Settings, files: Path) -> Settings:
    """The same keys, another folder of files.

    Raises:
        MissingKeys: asking for a key would make a new one, which opens nothing.
    """
    if not settings.holds_keys():
        raise MissingKeys(settings.var)
    return settings.model_copy(
        update={
            "var": files,
            "pseudonym_key": settings.pseudonymisation_key().hex(),
            "vault_key": settings.sealing_key().hex(),
            "audit_key": settings.trail_key().hex(),
        }
    )


def restore(
    source: BinaryIO,
    identities: Sequence[Any],
    target: Database,
    settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Restore into an empty database, and the files into ``settings.var``.

    Args:
        source: the backup, seekable: it is read once to verify it, once to restore it.
        identities: secret keys.
        target: an empty database.
        settings: as ``settings_for`` makes them.
        tell: told of each step.

    Raises:
        BackupRefused, NotEmpty, StoppedCommand: the database and the folder are as they were.
    """
    key = settings.trail_key()
    tell("vérification du fichier")
    manifest = verify(source, identities, key).manifest
    if not schema.knows(manifest.revision):
        raise NewerSchema(manifest.revision, schema.head())
    _refuse_taken(target, settings.var)
    inventory.make_roles(target, (manifest.owner, *manifest.roles))
    tell("restauration de la base et des fichiers")
    with _undone_unless_right(target), _new_files(settings.var) as take_file:
        with dumping.restore(target.url) as restoring:
            read(source, identities, lambda _, data: restoring.write(data), take_file, key)
        inventory.settle(target, manifest.owner)
        tell("contrôle de ce qui est restauré")
        _refuse_different(target, manifest)
        schema.migrate(target)
    trail = verify_trail(target, keeping.Means.of(settings))
    tell("purge de ce qui a expiré depuis la sauvegarde")
    return Restored(manifest, trail, purging.purge(Desk.of(target, settings)))


def _refuse_taken(target: Database, var: Path) -> None:
    base = urlsplit(target.url).path.lstrip("/")
    try:
        if not inventory.stands_empty(target):
            raise NotEmpty(base)
    except UnavailableStore:
        raise NoTarget(base) from None
    for name in (*archive.FOLDERS, archive.HEAD):
        place = var / name
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            raise NotEmpty(place)


def _refuse_different(target: Database, manifest: Manifest) -> None:
    with target.owning() as connection:
        found = inventory.take(connection)
    if found.revision != manifest.revision:
        raise NotAsSaved("version du schéma")
    differing = {
        t for t in {*found.tables, *manifest.tables} if found.tables.get(t) != manifest.tables.get(t)
    }
    if differing:
        raise NotAsSaved(f"nombre de lignes de {', '.join(sorted(differing)[:5])}")
    if found.guards != manifest.guards:
        raise NotAsSaved("politiques de lignes")


@contextmanager
def _undone_unless_right(target: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        inventory.empty(target)
        raise


@contextmanager
def _new_files(var: Path) -> Iterator[Callable[[str, bytes], None]]:
    """Files that come to their place together, at the end of the block."""
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = var / f".restauration.{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)

    def take(name: str, data: bytes) -> None:
        path = draft / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)

    try:
        yield take
        for path in sorted(draft.iterdir()):
            place = var / path.name
            if place.is_dir():
                place.rmdir()  # empty, as was checked
            path.rename(place)
    finally:
        shutil.rmtree(draft)
