"""What anyone may read is answered from memory for a few seconds; what a key reads never is."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from observatoire.domain.trail import Action
from observatoire.web import audited
from observatoire.web.app import build_app
from support.files import pm_file, pm_row
from support.heard import statements
from support.world import TOULOUSE, UNHURRIED, World

SUMMARY = "/api/v1/analyses/synthese"
YEAR = {"territoire": TOULOUSE, "debut": "2025-01-01", "fin": "2026-01-01"}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", territory=TOULOUSE, visibilite="public", couvert_depuis="2025-01-01")
    point = ("574357,3", "6279642,9")
    rows = [pm_row(f"{i}", f"{1 + i % 28:02d}/{1 + i % 12:02d}/2025", point=point) for i in range(60)]
    shared_world.send(pm_file(rows), debut="2025-01-01", fin="2026-01-01")
    published = shared_world.client.post("/api/v1/editions", headers=shared_world.admin)
    assert published.status_code == 201, published.text
    return shared_world


def keeping(town: World, seconds: float) -> TestClient:
    settings = town.settings.model_copy(update=UNHURRIED | {"public_memory": seconds})
    return TestClient(build_app(town.database, settings), headers={"X-Finalite": "controle"})


def without_age(answer: httpx.Response) -> dict[str, str]:
    return {k: v for k, v in answer.headers.items() if k != "age"}


def test_the_same_public_question_asks_the_database_once(town: World) -> None:
    client = keeping(town, 60)
    first = client.get(SUMMARY, params=YEAR)
    assert "public" in first.headers["cache-control"]
    with statements() as heard:
        second = client.get(SUMMARY, params=YEAR)
        assert heard == []
    assert (second.content, without_age(second)) == (first.content, without_age(first))
    assert int(second.headers["age"]) >= 0
    assert client.get(SUMMARY, params=YEAR | {"fin": "2025-12-31"}).status_code == 422


def test_whoever_holds_a_public_answer_is_told_so_from_memory(town: World) -> None:
    client = keeping(town, 60)
    never_seen = client.get(SUMMARY, params=YEAR, headers={"If-None-Match": '"autre"'})
    held = {"If-None-Match": never_seen.headers["etag"]}
    with statements() as heard:
        again = client.get(SUMMARY, params=YEAR, headers=held)
        whole = client.get(SUMMARY, params=YEAR)
        assert heard == []
    assert (never_seen.status_code, again.status_code, whole.status_code) == (200, 304, 200)
    assert (again.content, whole.content) == (b"", never_seen.content)
    for name in ("etag", "cache-control", "vary", "x-content-type-options"):
        assert again.headers[name] == whole.headers[name]
    assert "content-type" not in again.headers


def test_an_answer_said_to_be_held_is_remembered_whole(town: World) -> None:
    tag = keeping(town, 60).get(SUMMARY, params=YEAR).headers["etag"]
    client = keeping(town, 60)
    assert client.get(SUMMARY, params=YEAR, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(SUMMARY, params=YEAR).json()["preuve"]["diffusion"]["audience"] == "public"


def test_what_a_key_reads_is_neither_kept_nor_answered_from_memory(town: World) -> None:
    client = keeping(town, 60)
    inside = client.get(SUMMARY, params=YEAR, headers=town.admin).json()
    outside = client.get(SUMMARY, params=YEAR).json()
    assert inside["preuve"]["diffusion"]["audience"] == "interne"
    assert outside["preuve"]["diffusion"]["audience"] == "public"
    assert client.get(SUMMARY, params=YEAR, headers=town.admin).json() == inside


def test_a_withdrawn_edition_is_forgotten_after_the_seconds_said(town: World) -> None:
    client = keeping(town, 0.5)
    assert client.get(SUMMARY, params=YEAR).json()["preuve"]["diffusion"]["edition"] == 1
    with town.database.owning() as connection:
        connection.execute(text("update published.edition set withdrawn_at = now()"))
    try:
        time.sleep(0.6)
        again = client.get(SUMMARY, params=YEAR)
        assert again.status_code != 200 or again.json()["preuve"]["diffusion"]["edition"] != 1
    finally:
        with town.database.owning() as connection:
            connection.execute(text("update published.edition set withdrawn_at = null"))


def test_reads_that_the_trail_writes_are_written_each_time(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audited, "READS", {f"GET {SUMMARY}": Action.READ_CELLS})
    client = keeping(town, 60)

    def written() -> int:
        with town.database.owning() as connection:
            return int(connection.execute(text("select count(*) from audit.entry")).scalar_one())

    before = written()
    answers = [client.get(SUMMARY, params=YEAR) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert written() - before == 3


def test_a_refusal_is_not_kept(town: World) -> None:
    client = keeping(town, 60)
    for _ in range(2):
        with statements() as heard:
            assert client.get("/api/v1/territoires/commune:99999").status_code == 404
            assert heard


def test_many_at_once_wait_for_one_answer(town: World) -> None:
    with keeping(town, 60) as client:
        client.get(f"{SUMMARY}?territoire=nation:FR&debut=2025-01-01&fin=2026-01-01", headers=town.admin)
        with statements() as alone:
            client.get(SUMMARY, params=YEAR | {"categorie": "B"})
        with statements() as heard, ThreadPoolExecutor(20) as crowd:
            asked = [crowd.submit(client.get, SUMMARY, params=YEAR | {"categorie": "A"}) for _ in range(20)]
            answers = {done.result().content for done in asked}
    assert len(answers) == 1
    assert len(heard) <= len(alone)
