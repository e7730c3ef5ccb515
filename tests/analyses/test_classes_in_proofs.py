"""Service activity is never counted; every proof says how much is not classed: each analysis is walked."""

from typing import Any

import pytest

from observatoire.bootstrap import make_app
from support.files import CAPITOLE, pm_file, pm_row
from support.world import TOULOUSE, World

PERIOD = {"debut": "2025-01-01", "fin": "2026-01-01"}
RECEIVED = {"debut": "2024-01-01", "fin": "2026-01-01"}
"""What the files cover: some analyses look at the year before, which holds no fact."""
ANALYSES = sorted(
    path.removeprefix("/api/v1")
    for path in make_app().openapi()["paths"]
    if path.startswith("/api/v1/analyses/")
)
WITHOUT_FACTS = {"/analyses/couverture", "/analyses/catalogue"}
"""What was received month by month, what may be asked: no fact is counted, so nothing is proved."""
CROSSED = {"lignes": "famille", "colonnes": "jour"}
FACTS, ACTIVITY, TO_CLASS = 60, 45, 15


def moved(rank: int) -> tuple[str, str]:
    """A point of its own, so that no cell, pair nor mask is trivial."""
    x, y = (float(value.replace(",", ".")) for value in CAPITOLE)
    return f"{x + 40 * (rank % 9):.1f}".replace(".", ","), f"{y + 40 * (rank % 7):.1f}".replace(".", ",")


def rows(source: str) -> list[str]:
    natures = ["Tapage nocturne"] * (FACTS - TO_CLASS) + ["Hourvari"] * TO_CLASS + ["Patrouille"] * ACTIVITY
    return [
        pm_row(
            f"{source}{i}",
            f"{1 + i % 28:02}/{1 + i % 12:02}/2025",
            f"{i % 24:02}h00",
            nature,
            "31555",
            moved(i),
        )
        for i, nature in enumerate(natures)
    ]


@pytest.fixture(scope="module")
def world(shared_world: World) -> World:
    """Two sources that may be compared, with the same rows: facts, service activity, labels to class."""
    for code in ("pm", "csu"):
        shared_world.source(code, territory=TOULOUSE, groupe="polices")
        report = shared_world.send(pm_file(rows(code)), code, **RECEIVED)
        assert report["lignes"]["creees"] == FACTS + ACTIVITY
    return shared_world


def ask(world: World, path: str, status: int = 200, **more: Any) -> Any:
    crossed = CROSSED if path == "/analyses/croisements" else {}
    return world.get(path, status=status, territoire=TOULOUSE, **PERIOD, **crossed, **more)


counted = pytest.mark.parametrize("path", [path for path in ANALYSES if path not in WITHOUT_FACTS])


def test_the_walk_sees_the_analyses() -> None:
    assert {"/analyses/synthese", "/analyses/points-chauds", "/analyses/rapprochements"} <= set(ANALYSES)
    assert set(ANALYSES) >= WITHOUT_FACTS


@counted
def test_service_activity_is_in_no_headcount(world: World, path: str) -> None:
    answer = ask(world, path, source="polices")
    assert answer["preuve"]["effectif"]["total"] == 2 * FACTS
    assert "S101" not in str(answer["resultat"])


@counted
@pytest.mark.parametrize("code", ["S", "S1", "S101"])
def test_service_activity_asked_for_is_refused_not_answered_by_zero(
    world: World, path: str, code: str
) -> None:
    problem = ask(world, path, 422, source="polices", categorie=[code, "A1"])
    assert problem["type"].endswith("/activite_de_service")
    assert f"« {code} »" in problem["detail"]


@counted
@pytest.mark.parametrize("asked", [[], ["A1"], ["D2"]])
def test_the_share_that_is_not_classed_is_one_of_all_facts_whatever_is_asked(
    world: World, path: str, asked: list[str]
) -> None:
    """What is not classed might be of the category asked for: its share is never of that category alone."""
    if path in ("/analyses/points-chauds", "/analyses/evolution") and asked == ["D2"]:
        refusal = ask(world, path, status=422, source="polices", categorie=asked)  # no fact of the category
        assert refusal["detail"].startswith("Non calculable")
        return
    answer = ask(world, path, source="polices", categorie=asked)
    assert answer["preuve"]["localisation"]["non_classe"] == TO_CLASS / FACTS
    told = [w for w in answer["preuve"]["avertissements"] if "restent à classer" in w]
    assert [w.partition(" : ")[0] for w in told] == ["« csu »", "« pm »"]
    assert all("25 %" in w for w in told)


def test_a_headcount_of_a_category_is_of_that_category(world: World) -> None:
    for path in ("/analyses/synthese", "/analyses/rapprochements"):
        total = ask(world, path, source="polices", categorie="A1")["preuve"]["effectif"]["total"]
        assert total == 2 * (FACTS - TO_CLASS)


def test_a_source_is_told_in_its_report_that_too_much_is_left_to_class(world: World) -> None:
    report = world.get("/sources/pm/rapport", **PERIOD)
    assert report["faits"]["valeur"] == FACTS
    assert report["part_classee"] == 1 - TO_CLASS / FACTS
    (warning,) = report["avertissements"]
    assert "25 %" in warning


def test_an_edition_counts_no_service_activity_and_says_what_is_not_classed(world: World) -> None:
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    answer = world.get("/analyses/synthese", {}, territoire=TOULOUSE, **PERIOD)
    (year,) = answer["resultat"]["groupes"][0]["annees"]
    assert year["faits"]["valeur"] == 2 * FACTS
    assert year["non_classe"] == TO_CLASS / FACTS
    assert not [c for c in year["categories"] if c["code"].startswith("S")]
    assert world.get("/analyses/synthese", {}, 422, territoire=TOULOUSE, categorie="S", **PERIOD)[
        "type"
    ].endswith("/activite_de_service")


def test_a_label_classed_lowers_the_share_and_the_warnings_of_its_source_alone(world: World) -> None:
    body = {"source": "csu", "correspondances": [{"libelle": "hourvari", "categorie": "A102"}]}
    path = "/api/v1/categories/correspondances"
    assert world.client.put(path, json=body, headers=world.admin).json()["faits_reclasses"] == TO_CLASS
    proof = ask(world, "/analyses/synthese", source="polices")["preuve"]
    assert proof["localisation"]["non_classe"] == TO_CLASS / FACTS / 2
    told = [w for w in proof["avertissements"] if "restent à classer" in w]
    assert [w.partition(" : ")[0] for w in told] == ["« pm »"]
    body["correspondances"][0]["categorie"] = None  # type: ignore[index]
    assert world.client.put(path, json=body, headers=world.admin).json()["faits_reclasses"] == TO_CLASS
