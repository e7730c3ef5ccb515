"""Fixtures: a template with France for the run, an observatory per module or per test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from observatoire.settings import Settings
from observatoire.store.engine import Database
from support.databases import copy_of, drop_template, make_template
from support.world import World

COMPLETE = os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1"
SHARED = Path(__file__).resolve().parents[2] / "shared"

hypothesis_settings.register_profile("quotidien", max_examples=15, deadline=None)
hypothesis_settings.register_profile("complet", max_examples=300, deadline=None)
hypothesis_settings.load_profile("complet" if COMPLETE else "quotidien")


@pytest.fixture(scope="session")
def server() -> str:
    """Address of the PostgreSQL server of the run."""
    address = os.environ.get("OBSERVATOIRE_DATABASE_URL")
    if not address:
        pytest.skip("needs PostGIS: run ./scripts/test, or set OBSERVATOIRE_DATABASE_URL")
    return address


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of the run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def template(server: str, run_folder: Path) -> str:
    """Name of the database that holds France."""
    return make_template(server, run_folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that started the run drops its template."""
    address = os.environ.get("OBSERVATOIRE_DATABASE_URL")
    if address and not hasattr(session.config, "workerinput"):
        drop_template(address, session.config._tmp_path_factory.getbasetemp())


@pytest.fixture
def world(server: str, template: str, run_folder: Path, tmp_path: Path) -> Iterator[World]:
    """An empty observatory of France, for one test."""
    with copy_of(server, template, run_folder) as address:
        database = Database(address)
        yield World(database, Settings(database_url=address, var=tmp_path))
        database.dispose()


@pytest.fixture(scope="module")
def shared_world(
    server: str, template: str, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """An observatory that the tests of one module share: fill it in a fixture of the module."""
    with copy_of(server, template, run_folder) as address:
        database = Database(address)
        yield World(database, Settings(database_url=address, var=tmp_path_factory.mktemp("var")))
        database.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project."""
    if not SHARED.exists():
        pytest.skip("needs ../shared (real data, not distributed with the project)")
    return SHARED
