"""Whoever holds an answer is told so by its tag, and by nothing else than the answer that they may read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.web.validators import is_held, tag_of
from support.files import pm_file, pm_row
from support.scatter import comma
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
FIGURES: dict[str, dict[str, Any]] = {
    "analyses/synthese": {},
    "analyses/creneaux-horaires": {},
    "analyses/tendances": {},
    "analyses/comparaisons": {"avec": "epci"},
    "analyses/croisements": {"lignes": "famille", "colonnes": "creneau"},
    "analyses/portrait": {},
    "analyses/points-chauds": {},
    "series-officielles": {},
    "series-officielles#csv": {"f": "csv"},
}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", visibilite="public", couvert_depuis="2025-01-01")
    rows = [
        pm_row(
            f"f{n}",
            f"{1 + n % 28:02d}/{1 + n % 12:02d}/2025",
            f"{n % 24:02d}h10",
            point=(comma(574357 + 300 * (n % 9)), "6279642,9"),
        )
        for n in range(90)
    ]
    shared_world.send(pm_file(rows), **YEAR)
    assert shared_world.client.post("/api/v1/editions", headers=shared_world.admin).status_code == 201
    return shared_world


def read(world: World, path: str, headers: dict[str, str] | None = None, **params: Any) -> Any:
    params = {"territoire": TOULOUSE, **YEAR, **params}
    asked = world.admin if headers is None else headers
    return world.client.get(f"/api/v1/{path.partition('#')[0]}", params=params, headers=asked)


@pytest.mark.parametrize("path", FIGURES)
def test_a_figure_that_is_held_is_not_sent_again(town: World, path: str):
    first = read(town, path, **FIGURES[path])
    assert first.status_code == 200
    tag = first.headers["etag"]
    again = read(town, path, {**town.admin, "If-None-Match": f'"autre", {tag}'}, **FIGURES[path])
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert {"Authorization", "Cookie"} <= set(again.headers["vary"].split(", "))
    assert (again.headers["cache-control"] == "private, no-cache") is path.startswith("analyses/")
    assert read(town, path, {**town.admin, "If-None-Match": '"autre"'}, **FIGURES[path]).status_code == 200


def test_one_fact_more_makes_another_tag_and_its_undoing_the_first(town: World):
    tag = read(town, "analyses/synthese").headers["etag"]
    more = town.send(
        pm_file([pm_row("plus", "05/05/2025")]), debut="2025-05-01", fin="2025-06-01", couverture="partielle"
    )
    held = {**town.admin, "If-None-Match": tag}
    changed = read(town, "analyses/synthese", held)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert town.client.delete(f"/api/v1/imports/{more['id']}", headers=town.admin).status_code in (200, 202)
    town.done(more["id"])
    assert read(town, "analyses/synthese", held).status_code == 304


def test_a_tag_opens_nothing_that_the_key_does_not(town: World):
    """The exact answer's tag, shown by others: they get what they may read, or their own refusal."""
    tag = read(town, "analyses/synthese").headers["etag"]
    outside = read(town, "analyses/synthese", {"If-None-Match": tag})
    assert outside.status_code == 200
    assert outside.json()["preuve"]["diffusion"]["audience"] == "public"
    for condition in (tag, "*"):
        refused = read(town, "analyses/tendances", {"If-None-Match": condition})
        assert refused.status_code == 422
        wrong = read(
            town, "analyses/synthese", {"Authorization": "Bearer obs_faux", "If-None-Match": condition}
        )
        assert wrong.status_code == 401


def test_a_held_figure_is_written_down_like_one_that_is_sent(town: World):
    def passages() -> int:
        with town.database.reading() as connection:
            return connection.exec_driver_sql("select count(*) from accounts.journal").scalar_one()

    tag = read(town, "analyses/synthese").headers["etag"]
    before = passages()
    assert read(town, "analyses/synthese", {**town.admin, "If-None-Match": tag}).status_code == 304
    assert passages() == before + 1


def test_a_public_figure_may_be_kept_by_anyone_and_tagged(town: World):
    first = read(town, "analyses/synthese", {}, territoire=EPCI)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = read(town, "analyses/synthese", {"If-None-Match": first.headers["etag"]}, territoire=EPCI)
    assert again.status_code == 304
    assert again.headers["cache-control"] == "public, max-age=300"


@given(st.binary(), st.binary())
def test_same_bytes_same_tag(one: bytes, other: bytes):
    assert (tag_of(one) == tag_of(other)) == (one == other)


@given(st.lists(st.binary(max_size=4), max_size=4), st.binary(max_size=4))
def test_a_tag_is_held_when_it_is_listed(listed: list[bytes], own: bytes):
    condition = ", ".join(tag_of(content) for content in listed)
    assert is_held(condition, tag_of(own)) == (own in listed)
    assert is_held("*", tag_of(own))
    assert not is_held(None, tag_of(own))
