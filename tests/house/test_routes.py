"""Walk every route: a figure leaves as a ReleasedResponse, or the route is named here with a reason."""

import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from observatoire.bootstrap import make_app
from observatoire.disclosure.policy import Role
from observatoire.web.rendering import ReleasedResponse
from support.world import EPCI, World

API = "/api/v1"
NO_FIGURE_OF_FACTS = {
    "POST /api/v1/imports": "the sender's own receipt: counts of the rows it has just sent",
    "GET /api/v1/imports": "receipts, for who may read the source",
    "GET /api/v1/imports/{id}": "a receipt, for who may read the source",
    "GET /api/v1/imports/{id}/rejets": "the sender's own rows, mapped columns only, personal cells masked",
    "GET /api/v1/imports/{id}/evenements": "a receipt as it grows, for who may read the source",
    "POST /api/v1/faits": "the sender's own receipt",
    "GET /api/v1/imports/{id}/rapport": "a receipt in words, for who may read the source",
    "POST /api/v1/imports/apercu": "the sender's own file, read back: no fact of the store",
    "GET /api/v1/sources/{code}/profil": "a column map, no fact",
    "PUT /api/v1/sources/{code}/profil": "a column map, no fact",
    "POST /api/v1/imports/{id}/validation": "a receipt, for who may send for the source",
    "DELETE /api/v1/imports/{id}": "a receipt, for who may send for the source",
    "POST /api/v1/sources/{code}/neant": "a receipt of zero rows",
    "GET /api/v1/sources": "contracts, no fact",
    "POST /api/v1/sources": "contract, no fact",
    "GET /api/v1/sources/{code}": "contract, no fact",
    "PUT /api/v1/sources/{code}": "contract, no fact",
    "DELETE /api/v1/sources/{code}": "a receipt without rows",
    "GET /api/v1/conservation": "terms, and since when sources have points: no fact",
    "GET /api/v1/sources/{code}/effacements": "when and why, nothing of the fact",
    "POST /api/v1/sources/{code}/effacements": "how many versions of one fact its own source has erased",
    "GET /api/v1/sources/{code}/ruptures": "declared days and reasons, no fact",
    "POST /api/v1/sources/{code}/ruptures": "a declared day and its reason, no fact",
    "PUT /api/v1/sources/{code}/ruptures/{numero}": "a declared day and its reason, no fact",
    "DELETE /api/v1/sources/{code}/ruptures/{numero}": "an empty answer",
    "GET /api/v1/avis": "late months, no fact; for who may read the contract",
    "GET /metriques": "sources late and imports by state, no count of facts; administration only",
    "GET /api/v1/organisations/{organisation}/lieux": "a table of places, no fact",
    "PUT /api/v1/organisations/{organisation}/lieux": "a table of places, no fact",
    "PUT /api/v1/lieux/a-verifier/{id}": "answers nothing",
    "GET /api/v1/geocodage": "settings, no fact",
    "PUT /api/v1/geocodage": "settings, no fact",
    "GET /api/v1/categories": "reference data",
    "GET /api/v1/categories/versions": "reference data",
    "GET /api/v1/categories/correspondances": "labels and who classed them, for who may read the source",
    "GET /api/v1/territoires": "reference data",
    "GET /api/v1/territoires/{territoire}": "reference data",
    "GET /api/v1/territoires/{territoire}/contour": "reference data",
    "GET /api/v1/zones": "outlines, no fact, for who may read them",
    "POST /api/v1/zones": "an outline, no fact",
    "GET /api/v1/zones/{id}": "an outline, no fact, for who may read it",
    "PUT /api/v1/zones/{id}": "an outline, no fact, for who may draw it",
    "GET /api/v1/zones/{id}/contour": "an outline, no fact, for who may read it",
    "GET /api/v1/rattachements": "states and shares of a work, no count; administration only",
    "GET /api/v1/analyses/couverture": "months received, no count of facts; inside the grant only",
    "GET /api/v1/analyses/catalogue": "questions and their parameters, no figure",
    "POST /api/v1/editions": "number, policy and audit of an edition, no figure",
    "GET /api/v1/editions": "number, policy and audit of editions, no figure",
    "GET /api/v1/editions/{numero}": "number, policy and audit of an edition, no figure",
    "POST /api/v1/editions/{numero}/retrait": "number and reason of an edition that is withdrawn",
    "GET /api/v1/series-officielles/indicateurs": "words, units and editions, no figure",
    "GET /api/v1/series-officielles/fichiers": "producers' files: digests and lines, no fact",
    "POST /api/v1/series-officielles": "the administration's own receipt of a producer's file",
    "DELETE /api/v1/series-officielles/fichiers/{numero}": "a receipt of the administration",
    "GET /api/v1/moi": "who asks, and as what: no fact",
    "GET /api/v1/organisations": "who sends and who asks, no fact",
    "POST /api/v1/organisations": "who sends and who asks, no fact",
    "GET /api/v1/organisations/{organisation}": "who sends and who asks, no fact",
    "PUT /api/v1/organisations/{organisation}": "who sends and who asks, no fact",
    "GET /api/v1/cles": "keys but their secret, no fact; administration only",
    "POST /api/v1/cles": "a key, seen once; administration only",
    "DELETE /api/v1/cles/{numero}": "an empty answer",
    "POST /api/v1/cles/{numero}/rotation": "a key, seen once; administration only",
    "GET /api/v1/audit": "who did what, no count of facts; a partner's own sources only",
    "GET /api/v1/provenance/{empreinte}": "contracts, rules and receipts, for who could ask the question",
    "GET /sante": "the process answers",
    "GET /sante/prete": "the database answers",
    "GET /docs": "the contract as a page",
    "GET /api/v1/personnes": "persons and sessions, no fact",
    "POST /api/v1/personnes": "persons and sessions, no fact",
    "PUT /api/v1/personnes/{numero}": "persons and sessions, no fact",
    "POST /api/v1/personnes/{numero}/invitation": "persons and sessions, no fact",
    "DELETE /api/v1/personnes/{numero}/second-facteur": "persons and sessions, no fact",
    "GET /api/v1/sessions": "persons and sessions, no fact",
    "GET /api/v1/sessions/jeton": "persons and sessions, no fact",
    "DELETE /api/v1/sessions/{numero}": "persons and sessions, no fact",
    "GET /connexion": "a page about the account of who reads it, no fact",
    "POST /connexion": "a page about the account of who reads it, no fact",
    "GET /connexion/second-facteur": "a page about the account of who reads it, no fact",
    "POST /connexion/second-facteur": "a page about the account of who reads it, no fact",
    "GET /connexion/enrolement": "a page about the account of who reads it, no fact",
    "POST /connexion/enrolement": "a page about the account of who reads it, no fact",
    "POST /deconnexion": "a page about the account of who reads it, no fact",
    "GET /invitation": "a page about the account of who reads it, no fact",
    "POST /invitation": "a page about the account of who reads it, no fact",
    "GET /compte": "a page about the account of who reads it, no fact",
    "POST /compte/mot-de-passe": "a page about the account of who reads it, no fact",
    "POST /compte/sessions/{numero}": "a page about the account of who reads it, no fact",
    "GET /connexion/fournisseur": "a page about the account of who reads it, no fact",
    "GET /connexion/fournisseur/retour": "a page about the account of who reads it, no fact",
    "GET /registre": "contracts and settings, no fact; administration and coordination only",
    "GET /aipd": "contracts and settings, no fact; administration and coordination only",
    "GET /api/v1/registre": "contracts and settings, no fact; administration and coordination only",
    "GET /api/v1/aipd": "contracts and settings, no fact; administration and coordination only",
}
FRAMEWORK = {"/openapi.json"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return make_app()


def routes_of(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """(« METHOD path », route) of everything that the application answers."""
    for path, methods, route in _walk(app.routes, ""):
        if path in FRAMEWORK:
            continue
        assert isinstance(route, APIRoute), f"{path} is not an API route: {type(route)}"
        for method in sorted(methods - {"HEAD", "OPTIONS"}):
            yield f"{method} {path}", route


def _walk(routes: list[Any], prefix: str) -> Iterator[tuple[str, set[str], Any]]:
    """Routes, those of included routers too (newer FastAPI keeps routers as one entry)."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes, prefix + route.include_context.prefix)
        else:
            yield prefix + route.path, route.methods or set(), route


def returned(route: APIRoute) -> Any:
    return typing.get_type_hints(route.endpoint).get("return")


def unreleased(app: FastAPI) -> list[str]:
    """Routes that answer something else than a released response, for no reason given."""
    return [
        name
        for name, route in routes_of(app)
        if returned(route) is not ReleasedResponse and name not in NO_FIGURE_OF_FACTS
    ]


def test_every_route_answers_a_released_response_or_is_listed_with_a_reason(app: FastAPI):
    assert unreleased(app) == []


def test_the_list_holds_no_route_that_is_gone_and_none_that_answers_a_released_response(app: FastAPI):
    routes = dict(routes_of(app))
    assert set(NO_FIGURE_OF_FACTS) <= set(routes)
    assert [name for name in NO_FIGURE_OF_FACTS if returned(routes[name]) is ReleasedResponse] == []


def test_the_walk_sees_every_operation_of_the_contract(app: FastAPI):
    told = {f"{m.upper()} {path}" for path, methods in app.openapi()["paths"].items() for m in methods}
    assert told <= {name for name, _ in routes_of(app)}
    assert len(told) > 15


def test_every_route_lives_in_the_web_room(app: FastAPI):
    for name, route in routes_of(app):
        module = route.endpoint.__module__
        room = "observatoire.web.api" if name.split()[1].startswith(API) else "observatoire.web"
        assert module.startswith(room), (name, module)


def test_every_route_of_the_api_has_a_french_summary_and_says_which_errors_it_gives(app: FastAPI):
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            if path.startswith(API):
                assert {"401", "404", "422"} <= set(operation["responses"]), (method, path)
                problem = operation["responses"]["422"]["content"]
                assert set(problem) == {"application/problem+json"}, (method, path)


ASKED = {
    "territoire": EPCI,
    "debut": "2022-01-01",
    "fin": "2023-01-01",
    "lignes": "famille",
    "colonnes": "jour",
}
"""A question that each analysis understands."""


def analysis_paths(app: FastAPI) -> list[str]:
    """Every analysis that asks something of the facts (the catalogue only lists questions)."""
    found = sorted(n.split()[1] for n, _ in routes_of(app) if n.startswith(f"GET {API}/analyses/"))
    return [path for path in found if path != f"{API}/analyses/catalogue"]


@pytest.fixture(scope="module")
def paths(app: FastAPI) -> list[str]:
    found = analysis_paths(app)
    assert len(found) >= 5
    return found


def test_every_analysis_answers_the_public_from_an_edition_or_refuses(shared_world: World, paths: list[str]):
    """Without a key: an answer that names its edition, « hors_diffusion », or « give a key »."""
    for path in paths:
        answer = shared_world.client.get(path, params=ASKED)
        if answer.status_code == 200:
            assert answer.json()["preuve"]["diffusion"]["audience"] == "public", path
            assert answer.json()["preuve"]["diffusion"]["edition"], path
        else:
            code = answer.json()["type"].rpartition("/")[2]
            assert (answer.status_code, code) in {(422, "hors_diffusion"), (401, "non_authentifie")}, path


@pytest.mark.parametrize("role", [Role.ANALYSTE, Role.COORDONNATEUR, Role.AGENT, Role.PARTENAIRE, Role.ELU])
def test_every_analysis_refuses_a_key_outside_its_grant(shared_world: World, paths: list[str], role: Role):
    """Nothing is published here: whatever the role, the territory next door is closed."""
    headers = shared_world.headers(shared_world.key(f"routes {role}", role, "ailleurs", "commune:13055"))
    for path in paths:
        answer = shared_world.client.get(path, params=ASKED, headers=headers)
        assert answer.status_code == 422, path
        assert answer.json()["type"].endswith("/hors_diffusion"), path


ONE_BAD_PARAMETER = {
    "POST /api/v1/imports": {"data": {"source": "pm"}},
    "GET /api/v1/imports": {"params": {"limit": "beaucoup"}},
    "GET /api/v1/imports/{id}": {"path": {"id": "pas-un-identifiant"}},
    "GET /api/v1/imports/{id}/rejets": {"path": {"id": "pas-un-identifiant"}},
    "GET /api/v1/imports/{id}/evenements": {"path": {"id": "pas-un-identifiant"}},
    "POST /api/v1/faits": {"params": {"source": "pm"}, "json": []},
    "GET /api/v1/imports/{id}/rapport": {"path": {"id": "pas-un-identifiant"}},
    "GET /api/v1/sources/{code}/rapport": {"path": {"code": "inconnue"}, "status": 404},
    "POST /api/v1/imports/apercu": {"data": {"source": "pm"}},
    "GET /api/v1/sources/{code}/profil": {"path": {"code": "pm"}, "params": {"version": "x"}},
    "PUT /api/v1/sources/{code}/profil": {"path": {"code": "inconnue"}, "json": {}, "status": 404},
    "POST /api/v1/imports/{id}/validation": {"path": {"id": "pas-un-identifiant"}},
    "DELETE /api/v1/imports/{id}": {"path": {"id": "pas-un-identifiant"}},
    "POST /api/v1/sources/{code}/neant": {"path": {"code": "pm"}, "json": {"debut": "hier"}},
    "GET /api/v1/sources": None,
    "POST /api/v1/sources": {"json": {"code": "PM !", "territoire": 12}},
    "GET /api/v1/sources/{code}": {"path": {"code": "inconnue"}, "status": 404},
    "PUT /api/v1/sources/{code}": {"path": {"code": "pm"}, "json": {"code": "pm"}},
    "DELETE /api/v1/sources/{code}": {"path": {"code": "pm"}},
    "GET /api/v1/conservation": None,
    "GET /api/v1/sources/{code}/effacements": {"path": {"code": "inconnue"}, "status": 404},
    "POST /api/v1/sources/{code}/effacements": {"path": {"code": "pm"}, "json": {"motif": "oubli"}},
    "GET /api/v1/categories": {"params": {"version": "première"}},
    "GET /api/v1/categories/versions": None,
    "GET /api/v1/categories/a-classer": {"params": {"source": "inconnue"}, "status": 404},
    "GET /api/v1/categories/correspondances": {"params": {"limit": "beaucoup"}},
    "PUT /api/v1/categories/correspondances": {"json": {"source": "pm", "correspondances": []}},
    "GET /api/v1/sources/{code}/ruptures": {"path": {"code": "inconnue"}, "status": 404},
    "POST /api/v1/sources/{code}/ruptures": {"path": {"code": "pm"}, "json": {"jour": "hier"}},
    "PUT /api/v1/sources/{code}/ruptures/{numero}": {
        "path": {"code": "pm", "numero": "un"},
        "json": {"jour": "2025-01-01", "type": "logiciel", "motif": "Nouveau logiciel"},
    },
    "DELETE /api/v1/sources/{code}/ruptures/{numero}": {"path": {"code": "pm", "numero": "un"}},
    "GET /api/v1/avis": {"params": {"etat": "peut-être"}},
    "GET /api/v1/organisations/{organisation}/lieux": {"path": {"organisation": "inconnue"}, "status": 404},
    "PUT /api/v1/organisations/{organisation}/lieux": {"path": {"organisation": "inconnue"}},
    "GET /api/v1/lieux/a-verifier": {"params": {"limit": "beaucoup"}},
    "PUT /api/v1/lieux/a-verifier/{id}": {
        "path": {"id": "pas-un-identifiant"},
        "json": {"reponse": "inconnu"},
    },
    "GET /api/v1/geocodage": None,
    "PUT /api/v1/geocodage": {"json": {"national": "peut-être"}},
    "GET /api/v1/territoires": {"params": {"niveau": "village"}},
    "GET /api/v1/territoires/{territoire}": {"path": {"territoire": "commune:toulouse"}},
    "GET /api/v1/territoires/{territoire}/contour": {"path": {"territoire": "31555"}},
    "GET /api/v1/zones": {"params": {"type": "pays"}},
    "POST /api/v1/zones": {"json": {"libelle": "", "type": "pays"}},
    "GET /api/v1/zones/{id}": {"path": {"id": "pas-un-identifiant"}},
    "PUT /api/v1/zones/{id}": {"path": {"id": "pas-un-identifiant"}},
    "GET /api/v1/zones/{id}/contour": {"path": {"id": "pas-un-identifiant"}},
    "GET /api/v1/rattachements": None,
    "GET /api/v1/analyses/synthese": {"params": {}},
    "GET /api/v1/analyses/points-chauds": {"params": {"territoire": EPCI, "maille": "15"}},
    "GET /api/v1/analyses/creneaux-horaires": {"params": {"territoire": EPCI, "decoupage": "2h"}},
    "GET /api/v1/analyses/rapprochements": {"params": {"territoire": EPCI, "minutes": "beaucoup"}},
    "GET /api/v1/faits": {"params": {"territoire": EPCI, "limit": "beaucoup"}},
    "GET /api/v1/analyses/evolution": {"params": {"territoire": EPCI, "reference": "siecle"}},
    "GET /api/v1/analyses/comparaisons": {"params": {"territoire": EPCI, "avec": "voisins"}},
    "GET /api/v1/analyses/tendances": {"params": {"territoire": EPCI, "pas": "siecle"}},
    "GET /api/v1/analyses/couverture": {"params": {"territoire": "epci:1"}},
    "GET /api/v1/analyses/croisements": {
        "params": {"territoire": EPCI, "lignes": "famille", "colonnes": "danger"}
    },
    "GET /api/v1/analyses/portrait": {"params": {"territoire": EPCI, "debut": "hier"}},
    "GET /api/v1/analyses/catalogue": None,
    "POST /api/v1/editions": {"json": {"reviser": ["hier"]}},
    "POST /api/v1/editions/{numero}/retrait": {"path": {"numero": "1"}, "json": {"motif": ""}},
    "GET /api/v1/editions": None,
    "GET /api/v1/series-officielles": {"params": {"territoire": "commune:31555", "jeu": "ssmsi"}},
    "GET /api/v1/series-officielles/indicateurs": None,
    "GET /api/v1/series-officielles/fichiers": None,
    "POST /api/v1/series-officielles": {"data": {"geographie": "bientôt"}},
    "DELETE /api/v1/series-officielles/fichiers/{numero}": {"path": {"numero": "premier"}},
    "GET /api/v1/audit": {"params": {"action": "fouille"}},
    "GET /api/v1/editions/{numero}": {"path": {"numero": "première"}},
    "GET /api/v1/moi": {"params": {"territoire": "31555"}},
    "GET /api/v1/organisations": None,
    "POST /api/v1/organisations": {"json": {"code": "x", "libelle": "x", "type": "pays"}},
    "GET /api/v1/organisations/{organisation}": {"path": {"organisation": "inconnue"}, "status": 404},
    "PUT /api/v1/organisations/{organisation}": {
        "path": {"organisation": "inconnue"},
        "json": {"code": "inconnue", "libelle": "x", "type": "commune"},
        "status": 404,
    },
    "GET /api/v1/cles": None,
    "GET /api/v1/registre": None,
    "GET /api/v1/aipd": None,
    "POST /api/v1/cles": {"json": {"libelle": "x", "role": "maire"}},
    "DELETE /api/v1/cles/{numero}": {"path": {"numero": "première"}},
    "POST /api/v1/cles/{numero}/rotation": {"path": {"numero": "première"}},
    "GET /api/v1/personnes": None,
    "POST /api/v1/personnes": {"json": {"courriel": "sans arobase", "libelle": "x", "role": "elu"}},
    "PUT /api/v1/personnes/{numero}": {"path": {"numero": "première"}, "json": {}},
    "POST /api/v1/personnes/{numero}/invitation": {"path": {"numero": "première"}},
    "DELETE /api/v1/personnes/{numero}/second-facteur": {"path": {"numero": "première"}},
    "GET /api/v1/sessions": None,
    "GET /api/v1/sessions/jeton": None,
    "DELETE /api/v1/sessions/{numero}": {"path": {"numero": "première"}, "status": 403},
    "GET /api/v1/provenance/{empreinte}": {"path": {"empreinte": "0" * 32}, "status": 404},
}
"""One bad parameter for each route of the API; None: the route takes none."""


def test_every_route_of_the_api_has_a_bad_parameter_to_try(app: FastAPI):
    named = {name for name, _ in routes_of(app) if name.split()[1].startswith(API)}
    assert set(ONE_BAD_PARAMETER) == named


@pytest.mark.parametrize("name", [n for n, bad in ONE_BAD_PARAMETER.items() if bad is not None])
def test_a_bad_parameter_is_answered_by_a_problem_in_french(shared_world: World, name: str):
    bad = dict(ONE_BAD_PARAMETER[name] or {})
    method, path = name.split()
    url = path.format(**bad.pop("path", {}))
    status = bad.pop("status", 422)
    answer = shared_world.client.request(method, url, headers=shared_world.admin, **bad)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) >= {"type", "title", "status", "detail", "instance"}
    assert problem["status"] == status
    assert problem["instance"] == url
    assert problem["type"].startswith("https://")
    english = re.compile(r"\b(invalid|error|should|input|field|required|valid)\b")
    told = " ".join(
        [problem["title"], problem["detail"], *(e["message"] for e in problem.get("erreurs", ()))]
    )
    assert not english.search(told.lower()), told


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", f"{API}/nulle-part", 404), ("DELETE", f"{API}/sources", 405), ("GET", "/", 404)],
)
def test_an_address_that_does_not_exist_is_a_problem_too(
    shared_world: World, method: str, path: str, status: int
):
    answer = shared_world.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/docs" in answer.json()["detail"]


KEYED = [
    "POST /api/v1/imports",
    "GET /api/v1/imports",
    "GET /api/v1/sources",
    "POST /api/v1/sources",
    "GET /api/v1/sources/pm",
    "PUT /api/v1/sources/pm",
    "DELETE /api/v1/sources/pm?confirmation=pm",
    "GET /api/v1/conservation",
    "GET /api/v1/sources/pm/effacements",
    "POST /api/v1/sources/pm/effacements",
    "GET /api/v1/categories",
    "GET /api/v1/categories/versions",
    "GET /api/v1/categories/a-classer",
    "GET /api/v1/categories/correspondances",
    "PUT /api/v1/categories/correspondances",
    "GET /api/v1/imports/00000000-0000-0000-0000-000000000000",
    "GET /api/v1/imports/00000000-0000-0000-0000-000000000000/rejets",
    "GET /api/v1/imports/00000000-0000-0000-0000-000000000000/rapport",
    "GET /api/v1/sources/pm/rapport",
    "DELETE /api/v1/imports/00000000-0000-0000-0000-000000000000",
    "POST /api/v1/sources/pm/neant",
    "POST /api/v1/faits?source=pm",
    "GET /api/v1/imports/00000000-0000-0000-0000-000000000000/evenements",
    "POST /api/v1/imports/apercu",
    "GET /api/v1/sources/pm/profil",
    "PUT /api/v1/sources/pm/profil",
    "GET /api/v1/organisations/pm/lieux",
    "PUT /api/v1/organisations/pm/lieux",
    "GET /api/v1/lieux/a-verifier",
    "PUT /api/v1/lieux/a-verifier/00000000-0000-0000-0000-000000000000",
    "GET /api/v1/geocodage",
    "PUT /api/v1/geocodage",
    "POST /api/v1/imports/00000000-0000-0000-0000-000000000000/validation",
    "POST /api/v1/editions",
    "GET /api/v1/sources/pm/ruptures",
    "POST /api/v1/sources/pm/ruptures",
    "PUT /api/v1/sources/pm/ruptures/1",
    "DELETE /api/v1/sources/pm/ruptures/1",
    "GET /api/v1/avis",
    "GET /metriques",
    "GET /api/v1/audit",
    "GET /api/v1/zones",
    "POST /api/v1/zones",
    "GET /api/v1/zones/00000000-0000-0000-0000-000000000000",
    "PUT /api/v1/zones/00000000-0000-0000-0000-000000000000",
    "GET /api/v1/zones/00000000-0000-0000-0000-000000000000/contour",
    "GET /api/v1/rattachements",
    "POST /api/v1/series-officielles",
    "DELETE /api/v1/series-officielles/fichiers/1",
    "GET /api/v1/organisations",
    "POST /api/v1/organisations",
    "GET /api/v1/organisations/pm",
    "PUT /api/v1/organisations/pm",
    "GET /api/v1/cles",
    "POST /api/v1/cles",
    "DELETE /api/v1/cles/1",
    "GET /api/v1/personnes",
    "POST /api/v1/personnes",
    "PUT /api/v1/personnes/1",
    "POST /api/v1/personnes/1/invitation",
    "DELETE /api/v1/personnes/1/second-facteur",
    "GET /api/v1/sessions",
    "GET /api/v1/sessions/jeton",
    "DELETE /api/v1/sessions/1",
    "GET /api/v1/registre",
    "GET /api/v1/aipd",
]


@pytest.mark.parametrize("call", KEYED)
def test_what_is_not_public_wants_a_key_before_anything_else(shared_world: World, call: str):
    method, path = call.split()
    answer = shared_world.client.request(method, path)
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization" in answer.json()["detail"]


WRITES_OF_THE_ADMINISTRATION = [
    "POST /api/v1/sources",
    "PUT /api/v1/sources/pm",
    "POST /api/v1/editions",
    "POST /api/v1/sources/pm/ruptures",
    "PUT /api/v1/sources/pm/ruptures/1",
    "DELETE /api/v1/sources/pm/ruptures/1",
    "GET /metriques",
    "POST /api/v1/series-officielles",
    "DELETE /api/v1/series-officielles/fichiers/1",
    "PUT /api/v1/geocodage",
    "POST /api/v1/organisations",
    "PUT /api/v1/organisations/pm",
    "GET /api/v1/cles",
    "POST /api/v1/cles",
    "DELETE /api/v1/cles/1",
]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATION])
@pytest.mark.parametrize("call", WRITES_OF_THE_ADMINISTRATION)
def test_only_the_administration_creates_sources_and_editions(shared_world: World, call: str, role: Role):
    method, path = call.split()
    headers = shared_world.headers(shared_world.key(f"écrit {role}", role, "pm"))
    body = {"code": "pm", "libelle": "x", "type": "autre", "territoire": EPCI, "national": True}
    answer = shared_world.client.request(method, path, headers=headers, json=body)
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"].endswith("/interdit")
