"""Databases of a benchmark: a template with France, kept; copies of it, dropped."""

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from observatoire.atlas import service as atlas
from observatoire.intake.classing import versions
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.store.schema import migrate


def address(server: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


def execute(server: str, statement: str, *names: str) -> None:
    """One statement on the server's own database, outside a transaction."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def template(server: str) -> str:
    """Name of the migrated database that holds France; built once per state of migrations and data."""
    settings = Settings()
    name = f"obs_bench_{_digest(settings.migrations, settings.data)}"
    with psycopg.connect(server) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
    unfinished = f"obs_bench_{uuid.uuid4().hex[:12]}"
    execute(server, "create database {}", unfinished)
    database = Database(address(server, unfinished), pooled=False)
    migrate(database)
    versions.load_shipped(database, settings.data)
    atlas.load_france(database, settings.data, lambda _: None)
    database.dispose()
    execute(server, "alter database {} rename to {}", unfinished, name)
    return name


def _digest(*folders: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        if path.suffix != ".pyc":
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def empty(server: str) -> Iterator[str]:
    """Address of a migrated database without a row, dropped at the end."""
    name = f"obs_bench_{uuid.uuid4().hex[:12]}"
    execute(server, "create database {}", name)
    try:
        migrate(Database(address(server, name), pooled=False))
        yield address(server, name)
    finally:
        execute(server, "drop database if exists {} with (force)", name)


@contextlib.contextmanager
def copy_of(server: str, name: str) -> Iterator[Database]:
    """A fresh copy of a template, dropped at the end."""
    copy = f"obs_bench_{uuid.uuid4().hex[:12]}"
    execute(server, "create database {} template {}", copy, name)
    database = Database(address(server, copy))
    try:
        yield database
    finally:
        database.dispose()
        execute(server, "drop database if exists {} with (force)", copy)
