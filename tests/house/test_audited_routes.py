"""Walk every route: it leaves exactly one entry of the audit trail, or is named here with a reason."""

import uuid

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from house.test_routes import ONE_BAD_PARAMETER, routes_of
from observatoire.bootstrap import make_app
from observatoire.disclosure.policy import Role
from observatoire.web.audited import READS
from support.world import EPCI, World

API = "/api/v1"
RECEIPT = "a receipt without rows, for who may read the source"
COUNTS = "counts: the gate writes the question in the journal of use"
CONTRACT = "a contract, no fact"
REFERENCE = "reference data"
OUTLINE = "an outline, no fact"
SERVICE = "asked every few seconds by a supervision, no fact"
OWN_PAGE = "a page about the account of who reads it, no fact"
WITHOUT_ENTRY = {
    "GET /api/v1/imports": RECEIPT,
    "GET /api/v1/imports/{id}": RECEIPT,
    "GET /api/v1/imports/{id}/evenements": RECEIPT,
    "GET /api/v1/analyses/synthese": COUNTS,
    "GET /api/v1/analyses/creneaux-horaires": COUNTS,
    "GET /api/v1/analyses/tendances": COUNTS,
    "GET /api/v1/analyses/evolution": COUNTS,
    "GET /api/v1/analyses/couverture": COUNTS,
    "GET /api/v1/analyses/comparaisons": COUNTS,
    "GET /api/v1/analyses/croisements": COUNTS,
    "GET /api/v1/analyses/portrait": COUNTS,
    "GET /api/v1/analyses/catalogue": REFERENCE,
    "GET /api/v1/provenance/{empreinte}": "rules, contracts and receipts, no count",
    "GET /api/v1/moi": "who asks, no fact",
    "GET /api/v1/organisations": "who sends and who asks, no fact",
    "GET /api/v1/organisations/{organisation}": "who sends and who asks, no fact",
    "GET /api/v1/cles": "keys but their secret, no fact",
    "GET /api/v1/series-officielles": "what its producer has published",
    "GET /api/v1/series-officielles/indicateurs": REFERENCE,
    "GET /api/v1/series-officielles/fichiers": "producers' files, no fact",
    "GET /api/v1/editions": "what is published",
    "GET /api/v1/editions/{numero}": "what is published",
    "GET /api/v1/sources": CONTRACT,
    "GET /api/v1/sources/{code}": CONTRACT,
    "GET /api/v1/sources/{code}/profil": CONTRACT,
    "GET /api/v1/conservation": "terms, no fact",
    "GET /api/v1/sources/{code}/effacements": "when and why, nothing of the fact",
    "GET /api/v1/sources/{code}/ruptures": CONTRACT,
    "GET /api/v1/avis": "late months, no fact",
    "GET /api/v1/organisations/{organisation}/lieux": "how many lines a table has, no fact",
    "GET /api/v1/geocodage": "settings, no fact",
    "GET /api/v1/rattachements": "states of a work, no fact",
    "GET /api/v1/categories": REFERENCE,
    "GET /api/v1/categories/versions": REFERENCE,
    "GET /api/v1/territoires": REFERENCE,
    "GET /api/v1/territoires/{territoire}": REFERENCE,
    "GET /api/v1/territoires/{territoire}/contour": REFERENCE,
    "GET /api/v1/zones": OUTLINE,
    "GET /api/v1/zones/{id}": OUTLINE,
    "GET /api/v1/zones/{id}/contour": OUTLINE,
    "GET /api/v1/personnes": "who may log in, no fact",
    "GET /api/v1/sessions": "who may log in, no fact",
    "GET /api/v1/sessions/jeton": "who may log in, no fact",
    "GET /connexion": OWN_PAGE,
    "GET /connexion/second-facteur": OWN_PAGE,
    "GET /connexion/enrolement": OWN_PAGE,
    "GET /invitation": OWN_PAGE,
    "GET /compte": OWN_PAGE,
    "GET /connexion/fournisseur": OWN_PAGE,
    "GET /sante": SERVICE,
    "GET /sante/prete": SERVICE,
    "GET /metriques": SERVICE,
    "GET /docs": "the contract as a page",
    "GET /registre": CONTRACT,
    "GET /aipd": CONTRACT,
    "GET /api/v1/registre": CONTRACT,
    "GET /api/v1/aipd": CONTRACT,
}
"""Reads that leave no entry unless they are refused; every write leaves one."""

REFUSALS = {401, 403, 404}
REFUSED_CODES = {"hors_diffusion", "source_inconnue"}
PLACES = {"id": str(uuid.UUID(int=7)), "code": "ailleurs", "numero": "7", "organisation": "Jean Dupont"} | {
    "empreinte": "0" * 32
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return make_app()


def names() -> list[str]:
    return sorted(name for name, _ in routes_of(make_app()))


def entries(world: World) -> list[tuple[str, str, str, int, str | None]]:
    with world.database.owning() as connection:
        rows = connection.execute(
            text("select action, object, outcome, status, reason from audit.entry order by id")
        )
        return [tuple(row) for row in rows]


def test_every_read_is_audited_or_named_with_a_reason(app: FastAPI) -> None:
    reads = {name for name, _ in routes_of(app) if name.startswith("GET ")}
    assert reads == set(READS) | set(WITHOUT_ENTRY)
    assert not set(READS) & set(WITHOUT_ENTRY)


def ask(world: World, name: str, headers: dict[str, str], **more: object) -> tuple[int, str, int]:
    """Status, code of the problem, and how many entries the request has left."""
    method, path = name.split()
    before = len(entries(world))
    answer = world.client.request(method, path.format(**PLACES, territoire=EPCI), headers=headers, **more)  # type: ignore[arg-type]
    problem = "problem" in answer.headers.get("content-type", "")
    code = answer.json()["type"].rpartition("/")[2] if problem else ""
    return answer.status_code, code, len(entries(world)) - before


def wanted(name: str, status: int, code: str) -> int:
    refused = status in REFUSALS or code in REFUSED_CODES
    return int(name in READS or not name.startswith("GET ") or refused)


@pytest.mark.parametrize("name", names())
def test_without_a_key_a_route_leaves_one_entry_or_none_is_wanted(shared_world: World, name: str) -> None:
    status, code, left = ask(shared_world, name, {})
    assert left == wanted(name, status, code), (status, code)
    if left:
        assert entries(shared_world)[-1][2] == ("fait" if status < 400 else "refuse")


@pytest.mark.parametrize("name", [n for n in names() if n not in {"POST /api/v1/editions", "GET /docs"}])
def test_a_partner_next_door_leaves_one_entry_or_none_is_wanted(shared_world: World, name: str) -> None:
    headers = shared_world.headers(shared_world.key("voisin", Role.PARTENAIRE, "voisin", "commune:13055"))
    bad = dict(ONE_BAD_PARAMETER.get(name) or {})
    more = {part: bad[part] for part in ("params", "json", "data") if part in bad}
    status, code, left = ask(shared_world, name, headers, **more)
    assert left == wanted(name, status, code), (status, code)


def test_no_entry_holds_what_an_address_or_a_parameter_may_say(shared_world: World) -> None:
    for name in names():
        path = name.split()[1]
        if "{organisation}" in path or "{code}" in path:
            ask(shared_world, name, shared_world.admin, params={"source": "Jean Dupont", "q": "Jean Dupont"})
    ask(shared_world, f"GET {API}/analyses/points-chauds", {}, params={"territoire": "Jean Dupont"})
    with shared_world.database.owning() as connection:
        found = connection.execute(
            text("select count(*) from audit.entry e where e::text ~* 'dupont|ailleurs'")
        )
        assert found.scalar_one() == 0
