"""Whatever a partner asks with its key, what another organisation does changes no byte of its answers.

The same odd requests are asked twice; in between, the other organisation sends, undoes, renames, draws,
classes and declares. An answer that differs, or that holds a word which only the other has written, is a
leak.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import text

from conftest import COMPLETE
from observatoire.disclosure.policy import Role
from support.neighbours import SOURCES, YEAR, Neighbours, export
from support.world import EPCI, TOULOUSE, World
from web.test_foreign_objects import NAMED_ELSEWHERE, WALKED, identifiers

HALF = 5000 if COMPLETE else 60
"""Requests; each is asked twice."""
MINE, THEIRS = "Bailleur", "Ville"
MARK = "zorglub"
"""A word that only the other organisation writes."""
PLACES = f"nom;commune;longitude;latitude\r\n{MARK};31555;1.44;43.6\r\n".encode()
OF_ITS_OWN_REQUESTS = ("/audit",)
"""Answers that the asking itself changes: searched for the mark, not compared."""
USES = re.compile(r'"analyses":\[[^]]*\]')
"""In the report of a source: how often it was asked about, which each request of ours adds to."""
ODD = [
    "",
    "' or 1=1 --",
    "%00",
    "../../sources",
    "{{7*7}}",
    "٣",
    "null",
    "-1",
    "9" * 30,
    "é" * 80,
    "*",
    "faits-",
]
HEADERS: list[dict[str, str]] = [
    {}, {}, {},
    {"Accept": "text/csv"},
    {"Accept": "application/geo+json, */*;q=0.1"},
    {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
    {"X-Original-URL": "/api/v1/imports", "X-Rewrite-URL": "/api/v1/cles"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"Range": "bytes=0-40"},
    {"If-None-Match": "*"},
    {"Origin": "https://ailleurs.example"},
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request; ``send``: what httpx is given besides."""

    method: str
    path: str
    send: dict[str, Any]

    def says(self, word: str) -> bool:
        return word in unquote(self.path).lower() or word in json.dumps(self.send, default=str).lower()


class Requests:
    """Odd requests to every address, with identifiers of both organisations among their values."""

    def __init__(self, here: Neighbours, seed: int) -> None:
        self.here, self.chance = here, random.Random(seed)
        schema = here.world.client.get("/openapi.json").json()
        self.reads = [
            (path, operation.get("parameters", []))
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
            if method == "get" and path.startswith("/api/")
        ]
        self.others = [(n.split()[0], a) for n, a in (WALKED | NAMED_ELSEWHERE).items()]

    def __iter__(self) -> Iterator[Asked]:
        while True:
            yield self._read() if self.chance.random() < 0.8 else self._other()

    def _read(self) -> Asked:
        path, parameters = self.chance.choice(self.reads)
        query: list[tuple[str, str]] = []
        for parameter in parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", quote(self._value(name, path), safe=""))
            elif parameter["in"] == "query" and (parameter.get("required") or self.chance.random() < 0.35):
                query += [(name, self._value(name, path)) for _ in range(self.chance.choice([1, 1, 1, 2]))]
        return Asked("GET", path, {"params": query, "headers": self.chance.choice(HEADERS)})

    def _other(self) -> Asked:
        """Anything, reads and writes alike, aimed at an object of the other organisation."""
        method, address = self.chance.choice(self.others)
        theirs = identifiers(self.here, address.identifier, THEIRS)[0]
        content = json.loads(json.dumps({k: v for k, v in address.send.items() if k in ("json", "data")}))
        send = json.loads(json.dumps(content).replace("{id}", theirs))
        send |= {k: v for k, v in address.send.items() if k in ("files", "content")}
        headers = address.send.get("headers", {}) | self.chance.choice(HEADERS)
        twisted = self._twisted(theirs) if self.chance.random() < 0.4 else theirs
        return Asked(method, "/api/v1" + address.path.replace("{}", twisted), send | {"headers": headers})

    def _twisted(self, text: str) -> str:
        return self.chance.choice(
            [text.upper(), f"{text}%20", f"{text}/", f"{text}%2f", f".%2f{text}", f"{text}%00", f"{text};a=b",
             quote(quote(text[:1])) + text[1:], f"{text}.json", f"%e2%80%8b{text}"]
        )  # fmt: skip

    def _value(self, name: str, path: str) -> str:
        if self.chance.random() < 0.1:
            return self.chance.choice(ODD)
        here, zones = self.here, list(self.here.zones.values())
        pools: dict[str, list[str]] = {
            "territoire": [EPCI, TOULOUSE, "commune:31149", "commune:13055", "departement:31", "nation:FR",
                           *(f"zone:{z}" for z in zones)],
            "source": [s for s, _ in SOURCES.values()],
            "code": [s for s, _ in SOURCES.values()],
            "organisation": list(SOURCES),
            "categorie": ["A", "A1", "A101", "D2", "S1", "Z999"],
            "debut": ["2024-01-01", "2025-01-01", "2025-03-01"],
            "fin": ["2025-06-01", "2026-01-01", "2027-01-01"],
            "id": [*here.imports.values(), *zones, *here.places.values()],
            "numero": ["1", "2", "3", "4"],
            "curseur": ["1", "50", "AAAAAAAAAAAAAAAA"],
            "limit": ["1", "10", "500"],
            "offset": ["0", "1", "5"],
            "points": ["true", "false"],
            "q": ["toul", MARK, "a"],
        }  # fmt: skip
        return self.chance.choice(pools.get(name, ["1", "true", "famille", "2025", "csv", "mois"]))


@pytest.fixture(scope="module")
def here(shared_world: World) -> Neighbours:
    found = Neighbours.settle(shared_world)
    shared_world.key("moi", Role.PARTENAIRE, MINE, EPCI)
    with shared_world.database.importing() as connection:  # those that « settle » wrote read no file
        connection.execute(text("delete from collection.profile"))
    published = shared_world.client.post("/api/v1/editions", headers=shared_world.admin)
    assert published.status_code == 201, published.text
    return found


def stir(here: Neighbours) -> None:
    """All that the other organisation, or the administration for it, can do to what is its own."""
    world, (source, territory) = here.world, SOURCES[THEIRS]
    call = world.client.request
    done = [
        call("DELETE", f"/api/v1/imports/{here.imports[THEIRS]}", headers=world.admin),
        call("PUT", f"/api/v1/sources/{source}", headers=world.admin,
             json={"code": source, "libelle": f"Source {MARK}", "type": "bailleur", "territoire": territory,
                   "organisation": THEIRS, "visibilite": "public", "charte_signee_le": "2019-06-01"}),
        call("PUT", f"/api/v1/organisations/{THEIRS}", headers=world.admin,
             json={"code": THEIRS, "libelle": f"Ville de {MARK}", "type": "commune"}),
        call("POST", f"/api/v1/sources/{source}/ruptures", headers=world.admin,
             json={"jour": "2025-04-01", "type": "logiciel", "motif": f"Logiciel {MARK}"}),
        call("POST", "/api/v1/zones", headers=world.admin,
             json={"libelle": f"Quartier {MARK}", "type": "quartier", "organisation": THEIRS,
                   "contour": {"type": "Polygon", "coordinates": [
                       [[1.44, 43.6], [1.45, 43.6], [1.45, 43.61], [1.44, 43.61], [1.44, 43.6]]]}}),
        call("PUT", "/api/v1/categories/correspondances", headers=world.admin,
             json={"source": source, "correspondances": [{"libelle": f"Bruit {MARK}", "categorie": "A101"}]}),
        call("PUT", f"/api/v1/organisations/{THEIRS}/lieux", headers=world.admin,
             files={"fichier": ("lieux.csv", PLACES)}),
        call("POST", "/api/v1/cles", headers=world.admin,
             json={"libelle": f"clé {MARK}", "role": "agent", "organisation": THEIRS}),
    ]  # fmt: skip
    assert [d.text for d in done if d.status_code >= 400] == []
    sent = export(40, "31555").replace(b"Tapage nocturne", f"Bruit {MARK}".encode())
    report = world.send(sent, source, **YEAR)
    assert report["lignes"]["creees"] == 40


def told(world: World, asked: Asked) -> tuple[int, str, dict[str, str]]:
    send = dict(asked.send)
    headers = send.pop("headers", {}) | world.headers(world.keys["moi"])
    answer = world.client.request(asked.method, asked.path, headers=headers, **send)
    if not re.search(r"/sources/[^/]+/rapport$", asked.path):
        return answer.status_code, answer.text, dict(answer.headers)
    kept = {k: v for k, v in answer.headers.items() if k not in ("content-length", "etag")}
    return answer.status_code, USES.sub("", answer.text), kept


def test_what_another_does_changes_no_answer_and_its_words_are_in_none(here: Neighbours) -> None:
    many = Requests(here, 20_261_128)
    asked = [request for request, _ in zip(many, range(HALF), strict=False)]
    first = [told(here.world, request) for request in asked]
    reached = sum(status < 400 for status, _, _ in first)
    assert reached > HALF / 10, "most requests must not stop at the door"
    stir(here)
    for request, before in zip(asked, first, strict=True):
        after = told(here.world, request)
        if not request.says(MARK):
            assert MARK not in after[1].lower(), request
            assert MARK not in str(after[2]).lower(), request
        if not any(part in request.path for part in OF_ITS_OWN_REQUESTS):
            assert after == before, request
    owner = here.world.headers(here.world.key("elle", Role.AGENT, THEIRS, EPCI))
    for path in ("/sources", "/zones", f"/sources/{SOURCES[THEIRS][0]}/ruptures"):
        assert MARK in here.world.client.get(f"/api/v1{path}", headers=owner).text, "the owner reads the word"


def test_what_is_asked_does_nothing_to_what_is_another_s(here: Neighbours) -> None:
    """The owner finds everything as it left it: the same pages, before and after a volley of writes."""
    world = here.world
    source = SOURCES[THEIRS][0]
    paths = [
        f"/sources/{source}",
        f"/sources/{source}/ruptures",
        f"/imports/{here.imports[MINE]}",
        f"/zones/{here.zones[THEIRS]}",
        f"/organisations/{THEIRS}",
        "/cles",
    ]

    def seen() -> list[str]:
        pages = [json.dumps(world.get(path)) for path in paths]
        return [re.sub(r'"utilisee_le":[^,}]*', "", page) for page in pages]

    before, many = seen(), Requests(here, 7)
    for _ in range(HALF // 5):
        told(world, many._other())
    assert seen() == before
