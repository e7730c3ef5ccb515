"""The reach worked out in one statement is what the policy says of each source, one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.disclosure.policy import Caller, Role
from observatoire.store import reach, sources
from support.world import EPCI, TOULOUSE, World

PLACES = ["31555", "31149", "31069", "13055", "69123"]


@pytest.fixture(scope="module")
def filled(shared_world: World) -> World:
    world = shared_world
    world.source("pm", organisation="Ville")
    world.source("bailleur", "bailleur", TOULOUSE, organisation="Bailleur")
    world.source("loin", "bailleur", "commune:13055", organisation="Bailleur")
    world.source("france", "transporteur", "nation:FR", organisation="Transporteur")
    parts = [
        {"territoire": "commune:69123", "valide_depuis": "2020-01-01"},
        {"territoire": TOULOUSE, "valide_depuis": "2024-01-01"},
    ]
    world.source("demenagee", "transporteur", TOULOUSE, organisation="Transporteur", territoires=parts)
    return world


@pytest.fixture(scope="module")
def covered(filled: World) -> dict[str, tuple[str, frozenset[str]]]:
    """Organisation and communes of each source, one by one."""
    with filled.database.reading() as connection:
        return {
            s.code: (s.organisation, frozenset(c.code for c in sources.communes_of(connection, s)))
            for s in sources.every(connection)
        }


@given(
    role=st.sampled_from([*Role, None]),
    organisation=st.sampled_from(["", "Ville", "Bailleur", "Transporteur", "Inconnue"]),
    grant=st.one_of(st.none(), st.sets(st.sampled_from([*PLACES, EPCI]))),
)
def test_the_reach_is_what_the_policy_says_of_each_source(
    filled: World,
    covered: dict[str, tuple[str, frozenset[str]]],
    role: Role | None,
    organisation: str,
    grant: set[str] | None,
):
    communes = None
    if grant is not None:
        communes = frozenset(grant - {EPCI}) | (covered["pm"][1] if EPCI in grant else frozenset())
    who = Caller("essai", role, organisation, communes=communes)
    found = reach.reach_of(filled.database, who)
    contracts = [code for code, known in covered.items() if who.may_read_contract(*known)]
    rows = [code for code, known in covered.items() if who.may_read_report(*known)]
    assert (list(found.contracts), list(found.sources)) == (contracts, rows)
    assert found.others == len(covered) - len(contracts)
    assert set(found.sources) <= set(found.contracts)
    assert found.everywhere == (who.sees_every_source and grant is None)
