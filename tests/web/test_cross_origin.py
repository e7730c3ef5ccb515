"""Pages of partners: which browser page may ask what, with which key. Real preflights."""

from typing import Any

import pytest

from observatoire.disclosure.policy import Role
from observatoire.domain.origin import checked_origins
from support.world import EPCI, World

MAP, OTHER, STRANGER = "https://carte.exemple.fr", "https://autre.exemple.fr:8443", "https://ailleurs.test"
ALLOW = "access-control-allow-origin"


@pytest.fixture(scope="module")
def partners(shared_world: World) -> dict[str, dict[str, str]]:
    for code, origin in (("carto", MAP), ("voisine", OTHER)):
        described = {"code": code, "libelle": code, "type": "autre", "origines": [origin]}
        made = shared_world.client.post("/api/v1/organisations", json=described, headers=shared_world.admin)
        assert made.status_code == 201, made.text
        assert made.json()["origines"] == [origin]
    closed = {"code": "close", "libelle": "x", "type": "autre", "active": False, "origines": [STRANGER]}
    shared_world.client.post("/api/v1/organisations", json=closed, headers=shared_world.admin)
    return {
        code: shared_world.headers(shared_world.key(f"cors {code}", Role.ANALYSTE, code, EPCI))
        for code in ("carto", "voisine")
    }


def preflight(world: World, origin: str) -> Any:
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    return world.client.options("/api/v1/moi", headers={"Origin": origin, **asked})


@pytest.mark.parametrize("origin", [MAP, OTHER])
def test_a_preflight_is_answered_for_what_any_organisation_has_declared(
    shared_world: World, partners: dict[str, dict[str, str]], origin: str
):
    answer = preflight(shared_world, origin)
    assert (answer.status_code, answer.headers[ALLOW]) == (204, origin)
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "https://carte.exemple.fr.test", "http://carte.exemple.fr"]
)
def test_a_preflight_of_a_page_that_nobody_declared_allows_nothing(
    shared_world: World, partners: dict[str, dict[str, str]], origin: str
):
    told = preflight(shared_world, origin).headers
    assert not [name for name in told if name.startswith("access-control")]


def test_a_key_is_received_from_the_pages_of_its_own_organisation(
    shared_world: World, partners: dict[str, dict[str, str]]
):
    answer = shared_world.client.get("/api/v1/moi", headers={"Origin": MAP, **partners["carto"]})
    assert (answer.status_code, answer.headers[ALLOW]) == (200, MAP)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [OTHER, STRANGER, "null"])
def test_a_key_is_refused_from_anothers_page_which_may_not_even_read_why(
    shared_world: World, partners: dict[str, dict[str, str]], origin: str
):
    answer = shared_world.client.get("/api/v1/moi", headers={"Origin": origin, **partners["carto"]})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/origine_non_declaree")
    assert ALLOW not in answer.headers


def test_a_declared_page_reads_what_looks_at_no_key_and_why_its_key_opens_nothing(
    shared_world: World, partners: dict[str, dict[str, str]]
):
    """A front end that sends its key everywhere reads the map, and is told that the key is none."""
    reads = shared_world.client.get("/api/v1/territoires", headers={"Origin": MAP, **partners["carto"]})
    assert (reads.status_code, reads.headers[ALLOW]) == (200, MAP)
    refused = shared_world.client.get("/api/v1/moi", headers={"Origin": MAP, "Authorization": "Bearer rien"})
    assert (refused.status_code, refused.headers[ALLOW]) == (401, MAP)
    stranger = {"Origin": STRANGER, **partners["carto"]}
    assert ALLOW not in shared_world.client.get("/api/v1/territoires", headers=stranger).headers


def test_a_key_of_no_organisation_is_received_from_no_page_but_this_servers(
    shared_world: World, partners: dict[str, dict[str, str]]
):
    for origin, status in ((MAP, 403), ("http://testserver", 200), (None, 200)):
        headers = {**shared_world.admin, **({"Origin": origin} if origin else {}), "Host": "testserver"}
        answer = shared_world.client.get("/api/v1/moi", headers=headers)
        assert (answer.status_code, ALLOW in answer.headers) == (status, False)


def test_what_is_public_is_readable_from_any_page_and_never_with_cookies(shared_world: World):
    answer = shared_world.client.get("/api/v1/moi", headers={"Origin": STRANGER})
    assert (answer.status_code, answer.headers[ALLOW]) == (200, "*")
    assert "access-control-allow-credentials" not in answer.headers


BAD_ORIGINS = (
    "*", "null", "https://*.exemple.fr", "http://carte.exemple.fr", "ftp://carte.exemple.fr",
    "carte.exemple.fr",
    "https://carte.exemple.fr/", "https://carte.exemple.fr/carte", "https://carte.exemple.fr:443",
    "https://CARTE.exemple.fr", "https://moi@carte.exemple.fr",
    "https://carte.exemple.fr:99999", "https://",
    "https://carte.exemple.fr?x", "https://mairie-é.fr", "https://carte .fr", "https://-x.fr",
)  # fmt: skip


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_an_origin_that_is_not_exact_or_not_over_tls_is_refused_in_french(shared_world: World, origin: str):
    body = {"code": "mal", "libelle": "x", "type": "autre", "origines": [origin]}
    answer = shared_world.client.post("/api/v1/organisations", json=body, headers=shared_world.admin)
    (fault,) = answer.json()["erreurs"]
    assert (answer.status_code, fault["champ"]) == (422, "origines")
    assert f"« {origin} »" in fault["message"]
    shared_world.get("/organisations/mal", status=404)


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1", "http://[::1]:8000", MAP])
def test_only_ones_own_machine_may_do_without_tls(origin: str):
    assert checked_origins([origin, origin], "origines") == (origin,)
