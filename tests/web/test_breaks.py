"""Breaks through the API: the administration declares them, who reads the contract reads them."""

from typing import Any

import pytest

from observatoire.disclosure.policy import Role
from support.world import TOULOUSE, World

BREAK = {"jour": "2024-01-01", "type": "methode", "motif": "Les tapages sont désormais comptés par appel"}
PATH = "/api/v1/sources/pm/ruptures"


@pytest.fixture(scope="module")
def declared(shared_world: World) -> dict[str, Any]:
    shared_world.source("pm", territory=TOULOUSE, organisation="ville")
    answer = shared_world.client.post(PATH, json=BREAK, headers=shared_world.admin)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


def test_a_break_says_who_declared_it_and_when(shared_world: World, declared: dict[str, Any]):
    assert declared | BREAK == declared
    assert declared["auteur"] == "administration"
    assert declared in shared_world.get("/sources/pm/ruptures")["ruptures"]


def test_a_break_is_corrected_then_taken_back(shared_world: World, declared: dict[str, Any]):
    other = shared_world.client.post(PATH, json=BREAK, headers=shared_world.admin).json()
    changed = {**BREAK, "jour": "2024-02-01", "type": "territoire"}
    path = f"{PATH}/{other['numero']}"
    answer = shared_world.client.put(path, json=changed, headers=shared_world.admin)
    assert answer.json() == {**other, **changed}
    assert shared_world.client.delete(path, headers=shared_world.admin).status_code == 204
    assert shared_world.get("/sources/pm/ruptures")["ruptures"] == [declared]
    for method in ("PUT", "DELETE"):
        gone = shared_world.client.request(method, path, json=changed, headers=shared_world.admin)
        assert gone.status_code == 404


def test_the_break_of_another_source_is_not_reached_through_this_one(
    shared_world: World, declared: dict[str, Any]
):
    shared_world.source("csu", "csu", TOULOUSE)
    path = f"/api/v1/sources/csu/ruptures/{declared['numero']}"
    assert shared_world.client.delete(path, headers=shared_world.admin).status_code == 404
    assert declared in shared_world.get("/sources/pm/ruptures")["ruptures"]


def test_another_organisation_s_source_does_not_exist(shared_world: World, declared: dict[str, Any]):
    own = shared_world.headers(shared_world.key("agent", Role.AGENT, "ville", TOULOUSE))
    stranger = shared_world.headers(shared_world.key("bailleur", Role.PARTENAIRE, "bailleur", TOULOUSE))
    assert shared_world.get("/sources/pm/ruptures", own)["ruptures"][0]["motif"] == BREAK["motif"]
    hidden = shared_world.get("/sources/pm/ruptures", stranger, status=404)
    unknown = shared_world.get("/sources/personne/ruptures", stranger, status=404)
    assert {**hidden, "instance": ""} == {**unknown, "instance": ""}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"motif": "Voir M. DUPONT Jean au 06 12 34 56 78"}, "motif"),
        ({"motif": "non"}, "motif"),
        ({"type": "humeur"}, "type"),
        ({"jour": "hier"}, "jour"),
    ],
)
def test_a_break_without_a_day_a_kind_or_a_reason_is_refused(
    shared_world: World, declared: dict[str, Any], changed: dict[str, str], field: str
):
    before = shared_world.get("/sources/pm/ruptures")
    answer = shared_world.client.post(PATH, json={**BREAK, **changed}, headers=shared_world.admin)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == field
    assert "DUPONT" not in answer.text
    assert shared_world.get("/sources/pm/ruptures") == before
