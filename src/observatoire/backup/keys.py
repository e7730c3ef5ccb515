"""The keys of an installation, sealed apart from the backups by a passphrase.

A backup without its keys answers questions but recognises no row sent again, opens no upload and verifies no
trail; keys beside backups would open both at once. Hence two files, kept in two places.
"""

import json
from pathlib import Path

from observatoire.backup import sealing
from observatoire.backup.errors import AnotherKey, MissingKeys, WeakPassphrase, WrongPassphrase
from observatoire.backup.files import new_file
from observatoire.settings import AUDIT_FILE, PSEUDONYM_FILE, VAULT_FILE, Settings

SHORTEST = 16
"""Characters: the file may be attacked at leisure; scrypt slows each try, length does the rest."""


def write(settings: Settings, path: Path, secret: str) -> None:
    """Seal the three keys into a new file.

    Raises:
        MissingKeys: they are somewhere else, and asking for them here would make others; WeakPassphrase,
            AlreadyThere, NoFolder, NoSpace: nothing is written.
    """
    if not settings.holds_keys():
        raise MissingKeys(settings.var)
    if len(secret) < SHORTEST:
        raise WeakPassphrase(SHORTEST)
    _new(path, sealing.lock(json.dumps(kept(settings), indent=1).encode(), secret))


def kept(settings: Settings) -> dict[str, str]:
    """The keys in hexadecimal, by the name of their file."""
    return {
        PSEUDONYM_FILE: settings.pseudonymisation_key().hex(),
        VAULT_FILE: settings.sealing_key().hex(),
        AUDIT_FILE: settings.trail_key().hex(),
    }


def put_back(settings: Settings, path: Path, secret: str) -> list[str]:
    """Write the keys where the installation looks for them; a key that is there must be the same.

    Raises:
        WrongPassphrase: it does not open the file; AnotherKey: another key is in place.
    """
    try:
        keys: dict[str, str] = json.loads(sealing.unlock(path.read_bytes(), secret, path.name))
        found = {name: keys[name] for name in (PSEUDONYM_FILE, VAULT_FILE, AUDIT_FILE)}
    except (ValueError, KeyError, OSError):
        raise WrongPassphrase(path.name) from None
    return place(settings, found)


def place(settings: Settings, keys: dict[str, str]) -> list[str]:
    """Write keys into ``var``; the names of those that were not there.

    Raises:
        AnotherKey: another key is in place; nothing is written.
    """
    settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    standing = {name for name in keys if (settings.var / name).exists()}
    for name in standing:
        if (settings.var / name).read_text().strip() != keys[name]:
            raise AnotherKey(settings.var / name)
    for name in keys.keys() - standing:
        _new(settings.var / name, keys[name].encode())
    return sorted(keys.keys() - standing)


def new_identity(path: Path) -> str:
    """Write a new age identity; its public key."""
    secret, public = sealing.new_identity()
    _new(path, f"# public key: {public}\n{secret}\n".encode())
    return public


def _new(path: Path, data: bytes) -> None:
    with new_file(path) as out:
        out.write(data)
