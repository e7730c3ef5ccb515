"""Desks in the observatory that the module shares."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from intake.desk import Desk
from support.world import EPCI, World

_numbers = itertools.count(1)


@pytest.fixture
def new_desk(shared_world: World) -> Callable[..., Desk]:
    """Opens a desk: ``new_desk(territory="departement:974")``."""

    def opened(**contract: Any) -> Desk:
        code = f"source-{next(_numbers)}"
        return Desk(shared_world, shared_world.source(code, **{"territory": EPCI, **contract}))

    return opened


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """The desk of a municipal police of Toulouse Métropole."""
    return new_desk()
