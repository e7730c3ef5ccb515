"""Real PostGIS for the tests: one template with France, one copy per test that writes."""

import contextlib
import fcntl
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from observatoire.atlas import parts
from observatoire.atlas import service as atlas
from observatoire.intake.classing import versions
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.store.schema import migrate


def address(server: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


def run(server: str, statement: str, *names: str) -> None:
    """One statement on the server's own database, outside a transaction."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Workers of one run take turns."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def template_name(folder: Path) -> str:
    """One template per run, named after the run's folder."""
    return f"obs_template_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


def make_template(server: str, folder: Path) -> str:
    """A migrated database that holds France; built by the first worker, shared by all."""
    name = template_name(folder)
    with locked(folder / "template.lock"):
        if not (folder / "template.done").exists():
            run(server, "create database {}", name)
            database = Database(address(server, name), pooled=False)
            migrate(database)
            data = Settings().data
            versions.load_shipped(database, data)
            atlas.load_france(database, data, lambda _: None)
            parts.load_neighbourhoods(database, data / "qpv" / "qpv_fictifs.geojson")
            database.dispose()
            (folder / "template.done").touch()
    return name


def drop_template(server: str, folder: Path) -> None:
    """Leave nothing on the server when the run is over."""
    run(server, "drop database if exists {} with (force)", template_name(folder))


@contextlib.contextmanager
def copy_of(server: str, template: str, folder: Path) -> Iterator[str]:
    """A fresh copy of a template; its address. PostgreSQL copies one at a time."""
    name = f"obs_test_{uuid.uuid4().hex[:12]}"
    with locked(folder / "copy.lock"):
        run(server, "create database {} template {}", name, template)
    try:
        yield address(server, name)
    finally:
        run(server, "drop database if exists {} with (force)", name)
