"""``pg_dump`` and ``pg_restore`` as streams: nothing clear touches the disk, no password is an argument.

Arguments of a process can be read by every user of the machine; the address therefore goes by the
environment, which cannot.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

from psycopg import pq

from observatoire.store.errors import MissingCommand, StoppedCommand

_DEBIAN = Path("/usr/lib/postgresql")
_REASONS = (
    ("server version mismatch", "le serveur est plus récent que cette commande ; installez son client"),
    ("No space left", "plus de place sur le disque du serveur de base"),
    ("permission denied", "droits insuffisants : il faut le propriétaire des tables, ou un superutilisateur"),
    ("row-level security", "le compte est soumis aux politiques de lignes : donnez-lui BYPASSRLS"),
    ("already exists", "la base n'est pas vide"),
    ("could not connect", "la base ne répond pas"),
    ("connection to server", "la base ne répond pas"),
    ("input file", "le contenu n'est pas celui d'un export"),
)


def another(url: str, database: str) -> str:
    """The address of another database of the same server; an address stays what it is."""
    if "://" in database:
        return database
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def command(name: str) -> str:
    """The newest that is installed: one that is older than the server refuses to speak to it."""
    found = sorted(
        _DEBIAN.glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0
    )
    chosen = str(found[-1]) if found else shutil.which(name)
    if chosen is None:
        raise MissingCommand(name)
    return chosen


def _environment(url: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "OBSERVATOIRE_"))}
    for option in pq.Conninfo.parse(url.encode()):
        if option.val is not None and option.envvar is not None:
            kept[option.envvar.decode()] = option.val.decode()
    return kept | {"LC_ALL": "C"}


def _reason(told: bytes, status: int) -> str:
    """In a few words: what the command printed may quote a row."""
    shown = told.decode(errors="replace")
    return next((reason for sign, reason in _REASONS if sign in shown), f"code {status}")


def _ended(name: str, process: "subprocess.Popen[bytes]") -> None:
    assert process.stderr is not None
    told = process.stderr.read()
    if process.wait():
        raise StoppedCommand(name, _reason(told, process.returncode))


@contextmanager
def dump(url: str, snapshot: str) -> Iterator[BinaryIO]:
    """The whole database as one transaction saw it, in the custom format.

    Raises:
        MissingCommand, StoppedCommand: at the end of the block, which must then be undone.
    """
    words = [command("pg_dump"), "--format=custom", "--no-owner", "--no-password", f"--snapshot={snapshot}"]
    with _running(words, url, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout  # type: ignore[misc]
        _ended("pg_dump", process)


@contextmanager
def restore(url: str) -> Iterator[BinaryIO]:
    """Takes a dump into a database, in one transaction that stands only if the block ends without error."""
    words = [
        command("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-password",
        f"--dbname={urlsplit(url).path.lstrip('/')}",
    ]  # fmt: skip
    with _running(words, url, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            yield process.stdin  # type: ignore[misc]
            process.stdin.close()
        except BrokenPipeError:  # it has stopped: it says why
            pass
        _ended("pg_restore", process)


@contextmanager
def _running(
    words: list[str], url: str, *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        words, env=_environment(url), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()  # its transaction, if any, is rolled back
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                _close(pipe)
        process.wait()


def _close(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except BrokenPipeError:
        pass
