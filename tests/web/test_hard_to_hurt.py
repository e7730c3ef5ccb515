"""Haste, slowness, crowds and odd bodies: each is refused with words, and the next request is answered."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.store import engine
from observatoire.store.errors import CrowdedStore, TooLongQuestion
from observatoire.web.app import build_app
from support.world import EPCI, World

PROBLEM = "application/problem+json"


def hurried(world: World, **limits: Any) -> TestClient:
    """The same observatory, with these limits."""
    app = build_app(world.database, world.settings.model_copy(update=limits))
    return TestClient(app, raise_server_exceptions=False)


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """The application on a port of the loopback, in a thread."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield taken.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


def spoken(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What the server answers to bytes sent one piece at a time."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        with suppress(ConnectionError):  # it has answered, and listens no more
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
        answer = b""
        with suppress(ConnectionError):
            while b"}" not in answer and (block := line.recv(65536)):
                answer += block
        return answer


def test_beyond_its_pace_a_key_is_told_when_to_come_back(shared_world: World) -> None:
    client = hurried(shared_world, requests_per_minute=3)
    answers = [client.get("/api/v1/sources", headers=shared_world.admin) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    problem = answers[-1].json()
    assert answers[-1].headers["content-type"] == PROBLEM
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    assert problem["detail"].startswith("Vous demandez plus souvent que permis. Réessayez dans ")
    other = shared_world.headers(shared_world.key("autre", Role.ANALYSTE))
    assert client.get("/api/v1/sources", headers=other).status_code == 200
    assert client.get("/sante").status_code == 200


def test_without_a_key_an_address_has_its_own_pace(shared_world: World) -> None:
    client = hurried(shared_world, public_requests_per_minute=2)
    assert [client.get("/docs").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/api/v1/sources", headers=shared_world.admin).status_code == 200


def test_after_ten_keys_that_are_none_no_other_is_looked_at(shared_world: World) -> None:
    client = hurried(shared_world, refused_keys_per_minute=10)
    tried = [client.get("/api/v1/sources", headers={"Authorization": f"Bearer {n}"}) for n in range(12)]
    assert [a.status_code for a in tried] == [401] * 10 + [429] * 2
    assert client.get("/docs").status_code == 200


COOKIES = {"https": "__Host-session", "http": "session"}


@pytest.mark.parametrize("scheme", COOKIES)
@pytest.mark.parametrize("other", [False, True], ids=["the name in use", "the name of the other scheme"])
def test_a_session_made_up_for_each_request_wins_no_pace(
    shared_world: World, scheme: str, other: bool
) -> None:
    limits = {"public_requests_per_minute": 10, "refused_keys_per_minute": 10}
    app = hurried(shared_world, **limits).app
    name = next(name for known, name in COOKIES.items() if (known == scheme) is not other)
    for path, once in (("/connexion", 200), ("/api/v1/moi", 200 if other else 401)):
        client = TestClient(app, base_url=f"{scheme}://localhost", client=(path, 1))
        tried = [client.get(path, headers={"Cookie": f"{name}={n}"}).status_code for n in range(12)]
        assert tried == [once] * 10 + [429] * 2, path


@pytest.mark.parametrize("path", ["/connexion", "/docs"])
def test_outside_the_api_a_key_made_up_for_each_request_wins_no_pace(shared_world: World, path: str) -> None:
    client = hurried(shared_world, public_requests_per_minute=10)
    client.base_url = "http://localhost"  # type: ignore[assignment]
    tried = [client.get(path, headers={"Authorization": f"Bearer {n}"}).status_code for n in range(12)]
    assert tried == [200] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("method", "path", "once"),
    [("GET", "/api/v1/inexistant", 404), ("DELETE", "/api/v1/moi", 405), ("POST", "/api/v1/cles", 422)],
)
def test_a_key_that_no_door_has_looked_at_wins_no_pace(
    shared_world: World, method: str, path: str, once: int
) -> None:
    """Answered before anybody asked whose key it is: it counts as that of nobody."""
    client = hurried(shared_world, public_requests_per_minute=10)
    json = {"Content-Type": "application/json"}
    tried = [
        client.request(method, path, content=b"{", headers=json | {"Authorization": f"Bearer {n}"})
        for n in range(12)
    ]
    assert [a.status_code for a in tried] == [once] * 10 + [429] * 2
    known = client.get("/docs")
    assert known.status_code == 200, "who asks without a key has another count"


def test_one_key_under_several_user_names_has_one_pace(shared_world: World) -> None:
    client = hurried(shared_world, requests_per_minute=3)
    key = shared_world.keys["administration"]
    tried = [client.get("/api/v1/sources", auth=(f"poste{n}", key)).status_code for n in range(4)]
    assert [*tried, client.get("/api/v1/sources", headers=shared_world.admin).status_code] == [
        200, 200, 200, 429, 429,
    ]  # fmt: skip


def test_an_empty_key_is_none_and_counts_for_its_address(shared_world: World) -> None:
    client = hurried(shared_world, public_requests_per_minute=2)
    tried = [client.get("/api/v1/moi", headers={"Authorization": ""}).status_code for _ in range(3)]
    assert tried == [200, 200, 429]


def test_a_full_server_says_so_at_once_and_answers_when_there_is_room(shared_world: World) -> None:
    app = build_app(shared_world.database, shared_world.settings.model_copy(update={"most_requests": 1}))
    entered, leave = threading.Event(), threading.Event()

    @app.get("/lent")
    def slow() -> dict[str, str]:
        entered.set()
        leave.wait(10)
        return {}

    client = TestClient(app)
    under_way = threading.Thread(target=lambda: client.get("/lent"))
    under_way.start()
    entered.wait(10)
    full = client.get("/docs")
    assert (full.status_code, full.headers["retry-after"], full.headers["content-type"]) == (
        503,
        "2",
        PROBLEM,
    )
    assert client.get("/sante").status_code == 200
    leave.set()
    under_way.join(10)
    assert client.get("/docs").status_code == 200


def test_a_body_that_stops_coming_is_given_up(shared_world: World) -> None:
    limits = {"body_silence": 0.3, "body_seconds": 5.0}
    app = build_app(shared_world.database, shared_world.settings.model_copy(update=limits))
    head = (
        b"POST /api/v1/faits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\nAuthorization: "
        + shared_world.admin["Authorization"].encode()
        + b"\r\n\r\n"
    )
    with served(app) as port:
        answer = spoken(port, head, b'[{"a":')
        assert answer.startswith(b"HTTP/1.1 408")
        assert "Le fichier met trop de temps à arriver".encode() in answer
        assert b'"etat":"vivant"' in spoken(
            port, b"GET /sante HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )


def test_a_body_of_a_byte_at_a_time_is_given_up(shared_world: World) -> None:
    limits = {"body_silence": 5.0, "body_seconds": 0.5}
    app = build_app(shared_world.database, shared_world.settings.model_copy(update=limits))
    head = (
        b"POST /api/v1/zones HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\nAuthorization: "
        + shared_world.admin["Authorization"].encode()
        + b"\r\n\r\n"
    )
    with served(app) as port:
        assert spoken(port, head, *[b" "] * 8, pause=0.1).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"1" * 5_000,
        b"9" * 100_000,
        b'{"libelle": "\\ud800", "type": "autre"}',
        b"\xff\xfe{}",
        b"NaN",
        b'{"contour": {"type": "Polygon", "coordinates": [[[1e400, 0]]]}}',
        b"",
    ],
    ids=[
        "deep",
        "deep objects",
        "number",
        "long number",
        "half a pair",
        "not text",
        "NaN",
        "infinite",
        "empty",
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/zones", "/api/v1/faits?source=pm", "/api/v1/sources"])
def test_an_odd_body_is_refused_with_words(shared_world: World, path: str, body: bytes) -> None:
    headers = shared_world.admin | {"Content-Type": "application/json"}
    answer = shared_world.client.post(path, content=body, headers=headers)
    assert answer.status_code in (400, 413, 422), (answer.status_code, answer.text[:200])
    assert answer.headers["content-type"] == PROBLEM
    assert json.loads(answer.content)["detail"]


def test_every_answer_tells_a_browser_to_do_nothing_with_it(shared_world: World) -> None:
    paths = [
        "/api/v1/categories",
        "/api/v1/nulle-part",
        "/docs",
        "/sante",
        "/openapi.json",
        "/api/v1/imports",
    ]
    for path in paths:
        headers = shared_world.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert (headers["x-frame-options"], headers["referrer-policy"]) == ("DENY", "no-referrer"), path
        assert "cache-control" in headers, path
        assert "strict-transport-security" not in headers, path
    secure = TestClient(shared_world.client.app, base_url="https://observatoire.test")
    assert "max-age" in secure.get("/sante").headers["strict-transport-security"]


def test_a_statement_without_end_is_given_up_and_its_connection_serves_again(
    shared_world: World,
) -> None:
    def sleep() -> None:
        with shared_world.database.reading() as connection:
            connection.execute(text("set local statement_timeout = '50ms'"))
            connection.execute(text("select pg_sleep(5)"))

    with pytest.raises(TooLongQuestion):
        sleep()
    with shared_world.database.reading() as connection:
        assert connection.execute(text("show statement_timeout")).scalar_one() == "2min"


def test_a_store_whose_connections_are_taken_says_so(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SECONDS_FOR_A_CONNECTION", 0.1)
    crowded = engine.Database(shared_world.database.url)
    held = [crowded.reading() for _ in range(16)]
    try:
        for transaction in held:
            transaction.__enter__()
        with pytest.raises(CrowdedStore, match="réessayez"), crowded.reading():
            pass
        client = TestClient(build_app(crowded, shared_world.settings), raise_server_exceptions=False)
        answer = client.get("/api/v1/analyses/synthese", params={"territoire": EPCI})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    finally:
        for transaction in held:
            transaction.__exit__(None, None, None)
        crowded.dispose()


def test_the_address_of_the_database_is_in_no_answer(shared_world: World) -> None:
    lost = engine.Database("postgresql://personne:secret@127.0.0.1:1/rien")
    client = TestClient(build_app(lost, shared_world.settings), raise_server_exceptions=False)
    answer = client.get("/sante/prete")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(lost.url)
