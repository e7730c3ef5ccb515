"""An observatory whose addresses are asked of a geocoding server on loopback."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store.engine import Database
from support.databases import copy_of
from support.geocoding_server import GeocodingServer, geocoding_server
from support.world import EPCI, World

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def running() -> Iterator[GeocodingServer]:
    """One server for the tests of a module."""
    with geocoding_server() as server:
        yield server


@pytest.fixture
def geocoder(running: GeocodingServer) -> GeocodingServer:
    """The server, knowing nothing and having heard nothing."""
    running.known.clear()
    running.heard.clear()
    running.refusals.clear()
    return running


@pytest.fixture(scope="module")
def city(
    server: str,
    template: str,
    run_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    running: GeocodingServer,
) -> Iterator[World]:
    """The server is the city's own; the settings allow the national one, at the same address."""
    with copy_of(server, template, run_folder) as address:
        database = Database(address)
        yield World(
            database,
            Settings(
                database_url=address,
                var=tmp_path_factory.mktemp("var"),
                addok=running.url,
                national_geocoder=True,
                national_geocoder_url=f"{running.url}/national",
                geocoding_seconds=3,
            ),
        )
        database.dispose()


@pytest.fixture
def new_desk(city: World) -> Callable[..., Desk]:
    """Opens a desk of an organisation of its own."""

    def opened(**contract: Any) -> Desk:
        code = f"source-{next(_numbers)}"
        return Desk(city, city.source(code, **{"territory": EPCI, **contract}))

    return opened


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """The desk of a municipal police of Toulouse Métropole."""
    return new_desk()
