"""Another organisation's object and one that never was: the same answer, by the same statements.

Every route with an identifier is walked, by each role for which the object is another's. What is compared is
the status, the headers, the body byte for byte, and the statements that the database was asked.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from observatoire.disclosure.policy import Role
from observatoire.errors import Forbidden, NotFound
from observatoire.web import security
from observatoire.web.app import API, build_app
from support.heard import statements
from support.neighbours import MARSEILLE, SOURCES, YEAR, Neighbours
from support.world import EPCI, TOULOUSE, World

ONE = {"libelle": "x", "type": "autre", "territoire": TOULOUSE}
BREAK = {"jour": "2025-01-01", "type": "logiciel", "motif": "Nouveau logiciel"}
SQUARE = {"type": "Polygon", "coordinates": [[[5.38, 43.3], [5.39, 43.3], [5.39, 43.31], [5.38, 43.3]]]}
FILE = {"fichier": ("lieux.csv", b"nom;commune;longitude;latitude\r\nMairie;31555;1.44;43.6\r\n")}
LABELS = [{"libelle": "Tapage", "categorie": "A101"}]


@dataclass(frozen=True)
class Address:
    """An address with the places of its identifiers, and what is sent to it."""

    path: str
    identifier: str
    send: dict[str, Any]


def on(path: str, identifier: str, **send: Any) -> Address:
    return Address(path, identifier, send)


WALKED: dict[str, Address] = {
    "GET /api/v1/imports/{id}": on("/imports/{}", "import"),
    "DELETE /api/v1/imports/{id}": on("/imports/{}", "import"),
    "GET /api/v1/imports/{id}/rejets": on("/imports/{}/rejets", "import"),
    "GET /api/v1/imports/{id}/rapport": on("/imports/{}/rapport", "import"),
    "GET /api/v1/imports/{id}/evenements": on("/imports/{}/evenements", "import"),
    "POST /api/v1/imports/{id}/validation": on("/imports/{}/validation", "import"),
    "GET /api/v1/sources/{code}": on("/sources/{}", "source"),
    "PUT /api/v1/sources/{code}": on("/sources/{}", "source", json={**ONE, "code": "{id}"}),
    "GET /api/v1/sources/{code}/profil": on("/sources/{}/profil", "source"),
    "PUT /api/v1/sources/{code}/profil": on("/sources/{}/profil", "source", json={}),
    "GET /api/v1/sources/{code}/rapport": on("/sources/{}/rapport", "source"),
    "POST /api/v1/sources/{code}/neant": on(
        "/sources/{}/neant", "source", json={"debut": "2024-01-01", "fin": "2024-02-01"}
    ),
    "DELETE /api/v1/sources/{code}": on("/sources/{}?confirmation=autre", "source"),
    "GET /api/v1/sources/{code}/effacements": on("/sources/{}/effacements", "source"),
    "POST /api/v1/sources/{code}/effacements": on(
        "/sources/{}/effacements", "source", json={"reference": "R-1", "motif": "opposition"}
    ),
    "GET /api/v1/sources/{code}/ruptures": on("/sources/{}/ruptures", "source"),
    "POST /api/v1/sources/{code}/ruptures": on("/sources/{}/ruptures", "source", json=BREAK),
    "PUT /api/v1/sources/{code}/ruptures/{numero}": on("/sources/{}/ruptures/1", "source", json=BREAK),
    "DELETE /api/v1/sources/{code}/ruptures/{numero}": on("/sources/{}/ruptures/1", "source"),
    "GET /api/v1/organisations/{organisation}": on("/organisations/{}", "organisation"),
    "PUT /api/v1/organisations/{organisation}": on(
        "/organisations/{}", "organisation", json={"code": "{id}", "libelle": "x", "type": "autre"}
    ),
    "GET /api/v1/organisations/{organisation}/lieux": on("/organisations/{}/lieux", "organisation"),
    "PUT /api/v1/organisations/{organisation}/lieux": on(
        "/organisations/{}/lieux", "organisation", files=FILE
    ),
    "PUT /api/v1/lieux/a-verifier/{id}": on("/lieux/a-verifier/{}", "place", json={"reponse": "inconnu"}),
    "GET /api/v1/zones/{id}": on("/zones/{}", "zone"),
    "PUT /api/v1/zones/{id}": on(
        "/zones/{}", "zone", json={"libelle": "x", "type": "quartier", "contour": SQUARE}
    ),
    "GET /api/v1/zones/{id}/contour": on("/zones/{}/contour", "zone"),
    "DELETE /api/v1/cles/{numero}": on("/cles/{}", "key"),
    "POST /api/v1/cles/{numero}/rotation": on("/cles/{}/rotation", "key", json={}),
}
"""Routes with an identifier in their address."""

OF_NOBODY = {
    "GET /api/v1/territoires/{territoire}": "the map of France, open to all",
    "GET /api/v1/territoires/{territoire}/contour": "the map of France, open to all",
    "GET /api/v1/editions/{numero}": "editions are published",
    "POST /api/v1/editions/{numero}/retrait": "editions are published",
    "GET /api/v1/provenance/{empreinte}": "tests/web/test_provenance.py walks it by digest",
    "PUT /api/v1/personnes/{numero}": "persons are the administration's: tests/web/test_people.py",
    "POST /api/v1/personnes/{numero}/invitation": "persons are the administration's",
    "DELETE /api/v1/personnes/{numero}/second-facteur": "persons are the administration's",
    "DELETE /api/v1/sessions/{numero}": "a key has none: tests/web/test_sessions.py compares two persons'",
    "DELETE /api/v1/series-officielles/fichiers/{numero}": "files of the State, of no organisation",
}

NAMED_ELSEWHERE: dict[str, Address] = {
    "GET /imports?source": on("/imports?source={}", "source"),
    "GET /avis?source": on("/avis?source={}", "source"),
    "GET /categories/a-classer?source": on("/categories/a-classer?source={}", "source"),
    "GET /categories/correspondances?source": on("/categories/correspondances?source={}", "source"),
    "GET /lieux/a-verifier?source": on("/lieux/a-verifier?source={}", "source"),
    "POST /faits?source": on(
        "/faits?source={}", "source", content="[]",
        headers={"Idempotency-Key": "k", "content-type": "application/json"},
    ),
    "POST /imports source": on("/imports", "source", data={"source": "{id}"}, files=FILE),
    "POST /imports/apercu source": on("/imports/apercu", "source", data={"source": "{id}"}, files=FILE),
    "PUT /categories/correspondances source": on(
        "/categories/correspondances", "source", json={"source": "{id}", "correspondances": LABELS}
    ),
    "PUT /categories/correspondances organisation": on(
        "/categories/correspondances", "organisation",
        json={"organisation": "{id}", "correspondances": LABELS},
    ),
    "GET /moi?territoire=zone": on("/moi?territoire=zone:{}", "zone"),
    **{
        f"GET /analyses/{name}?{parameter}": on(
            f"/analyses/{name}?{parameter}={prefix}{{}}&{more}debut=2025-01-01&fin=2026-01-01", kind
        )
        for name in ("synthese", "points-chauds", "tendances", "creneaux-horaires", "evolution", "couverture")
        for parameter, prefix, kind, more in (
            ("source", "", "source", f"territoire={MARSEILLE}&"),
            ("territoire", "zone:", "zone", ""),
        )
    },
}  # fmt: skip
"""Identifiers that travel in a query or a body."""

WHO: dict[str, tuple[Role, str, str, str]] = {
    "agent": (Role.AGENT, "Ville", EPCI, "Bailleur"),
    "partenaire": (Role.PARTENAIRE, "Bailleur", EPCI, "Ville"),
    "analyste": (Role.ANALYSTE, "", MARSEILLE, "Bailleur"),
    "coordonnateur": (Role.COORDONNATEUR, "Marseille", MARSEILLE, "Ville"),
    "elu": (Role.ELU, "Bailleur", EPCI, "Bailleur"),
    "administrateur ailleurs": (Role.ADMINISTRATION, "", MARSEILLE, "Bailleur"),
}
"""Role, organisation, grant, and the organisation whose objects do not exist for it."""


@pytest.fixture(scope="module")
def neighbours(shared_world: World) -> Iterator[Neighbours]:
    with pytest.MonkeyPatch.context() as patch:
        # A key that is looked up again in the middle of a comparison is no difference between two objects.
        patch.setattr(security, "REMEMBERED_SECONDS", 3600)
        yield Neighbours.settle(shared_world)


def identifiers(here: Neighbours, kind: str, organisation: str) -> tuple[str, str]:
    """One of an organisation, and one that never was."""
    theirs = {
        "import": here.imports[organisation],
        "zone": here.zones[organisation],
        "place": here.places[organisation],
        "source": SOURCES[organisation][0],
        "organisation": organisation,
        "key": "1",
    }
    never = {"source": "nulle-part", "organisation": "Personne", "key": "999999"}
    return theirs[kind], never.get(kind, str(uuid.uuid4()))


def answer(client: TestClient, method: str, to: Address, identifier: str, headers: dict[str, str]) -> Any:
    """Status, headers, body and statements of one call, the identifier itself taken out."""
    send = {k: v for k, v in to.send.items() if k != "headers"}
    for part in ("json", "data"):
        if part in send:
            send[part] = json.loads(json.dumps(send[part]).replace("{id}", identifier))
    with statements() as heard:
        told = client.request(
            method,
            API + to.path.replace("{}", identifier),
            headers=headers | to.send.get("headers", {}),
            **send,
        )
    body = told.text.replace(f"/{identifier}", "/…")
    if not identifier.isdigit():
        body = body.replace(identifier, "…")
    kept = {k: v for k, v in told.headers.items() if k != "content-length"}
    return told.status_code, kept, body, heard


def told_apart(
    client: TestClient, method: str, to: Address, two: tuple[str, str], headers: dict[str, str]
) -> str | None:
    """What differs between the answers about two identifiers; None when nothing does."""
    one, other = (answer(client, method, to, identifier, headers) for identifier in two)
    for name, mine, theirs in zip(("status", "headers", "body", "statements"), one, other, strict=True):
        if mine != theirs:
            return f"{name}: {mine} / {theirs}"
    return None


def unwalked(app: FastAPI) -> set[str]:
    """Routes with an identifier in their address that nobody compares."""
    told = {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if "{" in path
    }
    return told - set(WALKED) - set(OF_NOBODY)


def test_every_route_with_an_identifier_is_walked(shared_world: World):
    app = build_app(shared_world.database, shared_world.settings)
    assert unwalked(app) == set()
    assert set(WALKED) | set(OF_NOBODY) <= {
        f"{m.upper()} {path}" for path, methods in app.openapi()["paths"].items() for m in methods
    }


@pytest.mark.parametrize("who", WHO)
def test_anothers_object_and_one_that_never_was_can_not_be_told_apart(neighbours: Neighbours, who: str):
    role, organisation, grant, foreign = WHO[who]
    world = neighbours.world
    headers = world.headers(world.key(who, role, organisation, grant))
    world.get("/moi", headers)  # the key is known from now on
    apart = {}
    for name, to in (WALKED | NAMED_ELSEWHERE).items():
        two = identifiers(neighbours, to.identifier, foreign)
        if to.identifier == "organisation" and foreign == organisation:
            continue  # its own organisation exists for everyone
        method = name.split()[0]
        difference = told_apart(world.client, method, to, two, headers)
        if difference is not None:
            apart[name] = difference
        if name in WALKED and method == "GET":
            assert answer(world.client, method, to, two[0], headers)[0] == 404, name
    assert apart == {}, "\n".join(f"{name}: {told}" for name, told in apart.items())


def test_lists_hold_nothing_of_another(neighbours: Neighbours):
    world = neighbours.world
    headers = world.headers(world.key("agent", *WHO["agent"][:3]))
    for path in ("/imports", "/sources", "/avis", "/zones", "/organisations", "/categories/correspondances",
                 "/lieux/a-verifier", "/categories/a-classer"):  # fmt: skip
        text = json.dumps(world.get(path, headers), ensure_ascii=False)
        for foreign in ("Bailleur", "Marseille"):
            secrets = (foreign, SOURCES[foreign][0], neighbours.imports[foreign], neighbours.zones[foreign])
            assert [secret for secret in secrets if secret in text] == [], path


# ---- the walk sees a leak -------------------------------------------------------------------------------


def leaking(world: World) -> TestClient:
    """The application with routes that tell whether an import exists, each in a way of its own."""
    app = build_app(world.database, world.settings)
    router = APIRouter()

    @router.get("/fuite/{id}/statut")
    def by_status(id: str) -> None:
        raise Forbidden if _exists(world, id) else NotFound

    @router.get("/fuite/{id}/temps")
    def by_time(id: str) -> None:
        if _exists(world, id):
            _exists(world, id)
        raise NotFound

    app.include_router(router, prefix=API)
    return TestClient(app, raise_server_exceptions=False)


def _exists(world: World, id_: str) -> bool:
    from observatoire.store import imports

    with world.database.reading() as connection:
        return imports.get(connection, uuid.UUID(id_)) is not None


@pytest.mark.parametrize(("way", "difference"), [("statut", "status"), ("temps", "statements")])
def test_a_route_that_leaks_is_seen_to(neighbours: Neighbours, way: str, difference: str):
    client = leaking(neighbours.world)
    headers = neighbours.world.headers(neighbours.world.key("agent", *WHO["agent"][:3]))
    two = identifiers(neighbours, "import", "Bailleur")
    seen = told_apart(client, "GET", on(f"/fuite/{{}}/{way}", "import"), two, headers)
    assert seen is not None
    assert seen.startswith(difference)


def test_a_route_that_nobody_has_listed_is_seen(neighbours: Neighbours):
    app = leaking(neighbours.world).app
    assert isinstance(app, FastAPI)
    app.openapi_schema = None
    assert unwalked(app) == {"GET /api/v1/fuite/{id}/statut", "GET /api/v1/fuite/{id}/temps"}


def test_ones_own_objects_are_answered(neighbours: Neighbours):
    """The walk would pass over an application that answers nobody."""
    world = neighbours.world
    headers = world.headers(world.key("partenaire", *WHO["partenaire"][:3]))
    mine = neighbours.imports["Bailleur"]
    assert world.get(f"/imports/{mine}", headers)["id"] == mine
    assert [s["code"] for s in world.get("/sources", headers)["sources"]] == ["faits-bailleur"]
    assert world.get("/analyses/synthese", headers, territoire=TOULOUSE, **YEAR)["resultat"]["groupes"]
