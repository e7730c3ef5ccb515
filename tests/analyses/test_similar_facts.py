"""Two sources may tell one event: the pair is proposed, nothing is merged, no total changes."""

from typing import Any

import pytest

from observatoire.disclosure.policy import Role
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

MARCH = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-04-01"}
HERE = ("574357,3", "6279642,9")
FORTY_METRES_NORTH = ("574357,3", "6279682,9")
TWO_HUNDRED_METRES_NORTH = ("574357,3", "6279842,9")


@pytest.fixture(scope="module")
def observatory(shared_world: World) -> World:
    """The municipal police and the cameras tell the same noise, twelve minutes and forty metres apart."""
    world = shared_world
    for code in ("csu", "pm"):
        world.source(code, territory=TOULOUSE, organisation=code)
    world.send(
        pm_file(
            [
                pm_row("1", "12/03/2025", "22:45", "Tapage nocturne", point=HERE),
                pm_row("2", "13/03/2025", "00:05", "Tapage nocturne", point=HERE),
                pm_row("3", "20/03/2025", "10:00", "Tapage nocturne", point=HERE),
                pm_row("4", "21/03/2025", "", "Tapage nocturne", point=HERE),
            ]
        ),
        "pm",
    )
    world.send(
        pm_file(
            [
                pm_row("a", "12/03/2025", "22:57", "Tapage nocturne", point=FORTY_METRES_NORTH),
                pm_row("b", "12/03/2025", "23:55", "Tapage nocturne", point=HERE),
                pm_row("c", "20/03/2025", "10:05", "Tapage nocturne", point=TWO_HUNDRED_METRES_NORTH),
                pm_row("d", "20/03/2025", "10:05", "Cambriolage de logement", point=HERE),
                pm_row("e", "21/03/2025", "", "Tapage nocturne", point=HERE),
            ]
        ),
        "csu",
    )
    return world


def pairs(world: World, **more: Any) -> list[tuple[str, float, float]]:
    result = world.get("/analyses/rapprochements", **MARCH, **more)["resultat"]
    assert result["nombre"] == len(result["paires"])
    return [(p["jour"], round(p["ecart_minutes"]), round(p["distance_m"], -1)) for p in result["paires"]]


def test_ded_croise_the_same_noise_at_twelve_minutes_and_forty_metres_is_proposed(observatory: World) -> None:
    assert pairs(observatory) == [("2025-03-12", 10, 0), ("2025-03-12", 12, 40)]


def test_a_pair_across_midnight_is_found_and_wider_limits_find_more(observatory: World) -> None:
    assert ("2025-03-20", 5, 200) in pairs(observatory, metres=250)
    assert pairs(observatory, minutes=11) == [("2025-03-12", 10, 0)]


def test_facts_without_hour_or_of_another_family_are_no_pair(observatory: World) -> None:
    days = [day for day, _, _ in pairs(observatory, metres=500, minutes=120)]
    assert "2025-03-21" not in days
    assert days.count("2025-03-20") == 1


def test_nothing_is_merged(observatory: World) -> None:
    groups = observatory.get("/analyses/synthese", **MARCH)["resultat"]["groupes"]
    assert {g["groupe"]: g["faits"]["valeur"] for g in groups} == {"csu": 5, "pm": 4}
    answer = observatory.get("/analyses/rapprochements", **MARCH)
    assert any("jamais fusionnés" in warning for warning in answer["preuve"]["avertissements"])


def test_who_may_not_read_both_sources_sees_no_pair(observatory: World) -> None:
    headers = observatory.headers(observatory.key("agent", Role.AGENT, "pm", TOULOUSE))
    answer = observatory.get("/analyses/rapprochements", headers, **MARCH)
    assert answer["resultat"] == {"nombre": 0, "paires": []}
    observatory.get("/analyses/rapprochements", {}, status=422, **MARCH)
