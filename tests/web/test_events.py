"""Following an import: its progress until its end, for those who may read it, as long as they listen."""

import json
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import fastapi.routing
import httpx
import pytest

from observatoire.disclosure.policy import Role
from observatoire.store import imports
from observatoire.web.api import events
from support.files import pm_file, pm_row
from support.processes import served, until
from support.world import World


@pytest.fixture(scope="module")
def client(shared_world: World) -> Iterator[httpx.Client]:
    shared_world.source("pm", organisation="ville")
    shared_world.source("bailleur", "bailleur", organisation="bailleur")
    with served(shared_world) as client:
        yield client


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that does not end when it should fails the test."""
    monkeypatch.setattr(events, "LONGEST_STREAM", 20.0)


def received(world: World, source: str = "pm") -> str:
    answer = world.client.post(
        "/api/v1/imports",
        data={"source": source},
        files={"fichier": ("export.csv", pm_file([pm_row()]))},
        headers=world.admin,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def told(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """(event, data) of a stream; a comment is (« : », its text)."""
    event = ""
    for line in lines:
        if line.startswith(":"):
            yield ":", line[1:].strip()
        elif line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield event, json.loads(line.removeprefix("data: "))


def test_the_stream_tells_each_change_then_the_whole_import(shared_world: World, client: httpx.Client):
    id_ = received(shared_world)
    with client.stream("GET", f"/imports/{id_}/evenements") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        said = told(stream.iter_lines())
        event, first = next(said)
        assert (event, first["etat"], first["progression"]) == ("progression", "en_attente", 0)
        assert first["lignes"]["lues"] == 0
        with shared_world.database.importing() as connection:
            imports.move(connection, UUID(id_), {"en_attente"}, "en_cours", progress=0.25)
        assert next(said) == ("progression", {**first, "etat": "en_cours", "progression": 0.25})
        with shared_world.database.importing() as connection:
            imports.advance(connection, UUID(id_), 0.75)
        assert next(said) == ("progression", {**first, "etat": "en_cours", "progression": 0.75})
        worker = threading.Thread(target=shared_world.done, args=(id_,))
        worker.start()
        *rest, (event, report) = said
        worker.join()
    assert {name for name, _ in rest} <= {"progression"}
    assert event == "fin"
    assert report == shared_world.get(f"/imports/{id_}")
    assert report["etat"] == "valide"


def test_an_import_that_has_ended_is_told_at_once(shared_world: World, client: httpx.Client):
    id_ = received(shared_world)
    report = shared_world.done(id_)
    with client.stream("GET", f"/imports/{id_}/evenements") as stream:
        assert list(told(stream.iter_lines())) == [("fin", report)]


@pytest.mark.parametrize("state", ["a_confirmer", "refuse", "echoue", "annule", "simule"])
def test_every_state_that_no_worker_will_change_ends_the_stream(
    shared_world: World, client: httpx.Client, state: str
):
    id_ = received(shared_world)
    with shared_world.database.importing() as connection:
        imports.move(connection, UUID(id_), {"en_attente"}, state)
    with client.stream("GET", f"/imports/{id_}/evenements") as stream:
        ((event, report),) = told(stream.iter_lines())
    assert (event, report["etat"]) == ("fin", state)


def test_an_import_of_others_does_not_exist(shared_world: World, client: httpx.Client):
    theirs = received(shared_world, "bailleur")
    key = shared_world.key("suivi agent", Role.AGENT, "ville")
    absent = "00000000-0000-0000-0000-000000000000"
    answers = [
        client.get(f"/imports/{id_}/evenements", headers=shared_world.headers(key))
        for id_ in (theirs, absent)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [{k: v for k, v in answer.json().items() if k != "instance"} for answer in answers]
    assert bodies[0] == bodies[1]
    assert client.get(f"/imports/{theirs}/evenements", headers={"Authorization": ""}).status_code == 401
    assert events.STREAMS.open == 0


def test_a_silent_stream_says_that_it_is_alive(
    shared_world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.2)
    with client.stream("GET", f"/imports/{received(shared_world)}/evenements") as stream:
        said = told(stream.iter_lines())
        assert next(said)[0] == "progression"
        assert next(said)[0] == ":"


def test_a_sign_of_life_comes_every_fifteen_seconds_at_least():
    assert fastapi.routing._PING_INTERVAL <= 15


def test_a_process_follows_so_many_imports_and_no_more(
    shared_world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "STREAMS", events.Streams(most=1))
    path = f"/imports/{received(shared_world)}/evenements"
    with client.stream("GET", path) as stream:
        lines = stream.iter_lines()  # held: the stream closes with it
        next(lines)
        refused = client.get(path)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["type"].endswith("/trop_de_suivis")
        assert "réessayez" in refused.json()["detail"]
    until(lambda: events.STREAMS.open == 0, 5)
    with client.stream("GET", path) as stream:
        assert stream.status_code == 200


def test_a_client_that_goes_away_leaves_its_place(shared_world: World, client: httpx.Client):
    path = f"/imports/{received(shared_world)}/evenements"
    with client.stream("GET", path) as stream:
        lines = stream.iter_lines()
        next(lines)
        assert events.STREAMS.open == 1
        del lines
    until(lambda: events.STREAMS.open == 0, 5)


def test_a_stream_ends_so_that_the_key_is_asked_again(
    shared_world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "LONGEST_STREAM", 0.5)
    with client.stream("GET", f"/imports/{received(shared_world)}/evenements") as stream:
        assert [event for event, _ in told(stream.iter_lines())] == ["progression"]
