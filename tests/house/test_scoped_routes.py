"""Walk every route with keys that are limited to one activity: each opens its own routes and no other."""

import pytest
from fastapi.dependencies.models import Dependant
from sqlalchemy import text

from house.test_audited_routes import PLACES
from house.test_routes import ONE_BAD_PARAMETER, routes_of
from observatoire.bootstrap import make_app
from observatoire.disclosure.policy import ACTIVITIES, KeyScope, Role
from observatoire.domain.territory import NATION
from observatoire.store import accounts
from observatoire.web import scopes
from observatoire.web.audited import SENDS
from observatoire.web.dependencies import caller
from support.world import EPCI, World

NAMES = sorted(name for name, _ in routes_of(make_app()))
HEAVY = {"POST /api/v1/editions"}
"""Publishes when it is let through: tried only by the keys that must not."""


def depends_on_the_caller(dependant: Dependant) -> bool:
    return dependant.call is caller or any(map(depends_on_the_caller, dependant.dependencies))


KEYED = {name for name, route in routes_of(make_app()) if depends_on_the_caller(route.dependant)}


REFERENCE_DATA = ("analyses/catalogue", "editions", "territoires", "series-officielles")
PAGES = ("/compte", "/connexion", "/deconnexion", "/invitation")
"""Where a person logs in and sees to its account: a session opens them, a key never."""


def test_every_write_looks_at_the_key_and_what_does_not_is_published_or_service():
    blind = {name for name in NAMES if name not in KEYED}
    served = {"GET /docs", "GET /sante", "GET /sante/prete"}
    reference = tuple(f"GET /api/v1/{part}" for part in REFERENCE_DATA)
    others = [n for n in blind - served if not n.startswith(reference)]
    assert [n for n in others if not n.split()[1].startswith(PAGES)] == []


def test_the_lists_hold_no_route_that_is_gone():
    listed = SENDS | scopes.DESCRIBES | scopes.ADMINISTERS | scopes.OPEN_TO_ANY_KEY
    assert listed <= set(NAMES)


def test_a_write_that_nobody_has_named_is_one_of_the_administration():
    assert scopes.scope_of("POST /api/v1/demain") is KeyScope.ADMINISTRATION
    assert scopes.scope_of("GET /api/v1/demain") is KeyScope.LECTURE


@pytest.fixture(scope="module")
def limited(shared_world: World) -> dict[KeyScope, dict[str, str]]:
    """Keys of an administrator of everything, each limited to one activity."""
    with shared_world.database.importing() as connection:
        return {
            scope: shared_world.headers(
                accounts.create_key(
                    connection, f"limitée {scope}", Role.ADMINISTRATION, "", [NATION], scopes=[scope]
                )
            )
            for scope in sorted(ACTIVITIES)
        }


def refused(world: World, name: str, headers: dict[str, str]) -> bool:
    method, path = name.split()
    bad = dict(ONE_BAD_PARAMETER.get(name) or {})
    more = {part: bad[part] for part in ("params", "json", "data") if part in bad}
    parts = {**PLACES, "territoire": EPCI, **bad.get("path", {})}
    answer = world.client.request(method, path.format(**parts), headers=headers, **more)
    return answer.status_code == 403 and answer.json()["type"].endswith("/portee_insuffisante")


@pytest.mark.parametrize("name", NAMES)
def test_a_limited_key_opens_its_own_routes_and_no_other(
    shared_world: World, limited: dict[KeyScope, dict[str, str]], name: str
):
    needed = scopes.scope_of(name) if name in KEYED else None
    for scope, headers in limited.items():
        wanted = needed is not None and scope is not needed
        if wanted or name not in HEAVY:
            assert refused(shared_world, name, headers) is wanted, scope


def test_a_key_that_is_limited_to_nothing_does_what_its_role_does(shared_world: World):
    assert not refused(shared_world, "GET /api/v1/cles", shared_world.admin)
    with shared_world.database.owning() as connection:
        stored = connection.execute(
            text("select scopes from accounts.api_key where label = 'administration'")
        )
        assert stored.scalar_one() == []
