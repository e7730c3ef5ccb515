"""What a resident may be told of rates: the released counts of one year, and nothing more."""

import re
from typing import Any

import pytest

from support.files import pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
FACTS = {
    "31555": {"A101": 120, "B101": 12, "D206": 3},
    "31149": {"A101": 30, "B101": 2, "D206": 9},
    "31069": {"A101": 14, "B101": 8, "D206": 8},
    "31557": {"A101": 9, "B101": 9, "D206": 7},
}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    world = shared_world
    world.source("ville", visibilite="public", couvert_depuis="2025-01-01")
    rows = [
        pm_row(f"{code}-{leaf}-{n}", f"{1 + n % 28:02d}/{1 + n % 10:02d}/2025", nature=leaf, code=code)
        for code, leaves in FACTS.items()
        for leaf, number in leaves.items()
        for n in range(number)
    ]
    world.send(pm_file(rows), "ville", debut="2025-01-01", fin="2026-01-01")
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    return world


def ask(world: World, status: int = 200, **asked: Any) -> Any:
    return world.get("/analyses/comparaisons", {}, status, **{"territoire": EPCI, **YEAR, **asked})


def rows(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (group,) = answer["resultat"]["groupes"]
    return {row["territoire"]: row for row in group["lignes"]}


def test_the_counts_are_those_of_the_released_summary_and_the_rates_follow(town: World):
    for category in (None, "A1", "B1", "D2"):
        asked = {} if category is None else {"categorie": category}
        for place, row in rows(ask(town, avec="communes", **asked)).items():
            if not row["comparable"] or row["role"] == "reference":
                continue
            summary = town.get("/analyses/synthese", {}, territoire=place, **YEAR)["resultat"]["groupes"]
            year = summary[0]["annees"][0]
            by_code = {c["code"]: c["faits"] for c in year["categories"]}
            released = year["faits"] if category is None else by_code[category]
            assert row["faits"] == released, (place, category)
            if released["valeur"] is not None:
                people = row["base_du_taux"]["valeur"]
                assert row["taux_pour_mille"] == pytest.approx(1000 * released["valeur"] / people)


def test_a_hidden_count_hides_its_rate_its_position_and_its_smoothed_rate(town: World):
    hidden = [
        row
        for category in ("B1", "D2")
        for row in rows(ask(town, avec="communes", categorie=category)).values()
        if row["faits"]["etat"] == "secret"
    ]
    assert hidden
    for row in hidden:
        names = ("taux_pour_mille", "taux_bas", "taux_haut", "taux_lisse", "attendu", "limites", "position")
        assert [row[name] for name in names] == [None] * len(names)
        assert "secret statistique" in row["motif"]
        assert "n.d. (secret statistique)" in row["phrase"]


def test_no_answer_tells_a_count_of_one_to_four(town: World):
    for asked in ({}, {"categorie": "B1"}, {"categorie": "D2"}, {"categorie": "D"}):
        for row in rows(ask(town, avec="communes,departement", **asked)).values():
            assert not 0 < (row["faits"]["valeur"] or 0) < 5
            assert not re.search(r"(?<![\d,\u00a0])[1-4] fait", row["phrase"])


def test_the_same_rows_are_non_comparable_for_everyone(town: World):
    found = rows(ask(town, territoire=TOULOUSE))
    assert found[EPCI]["comparable"]
    assert not found["departement:31"]["comparable"]
    assert "aucune autre commune" in found["departement:31"]["non_comparable"]


def test_the_answer_names_its_edition_and_its_method(town: World):
    proof = ask(town)["preuve"]
    assert proof["diffusion"]["audience"] == "public"
    assert proof["diffusion"]["edition"]
    assert proof["methode"]["nom"] == "comparaisons"
    assert proof["methode"]["parametres"]["denominateurs"] == ["habitants, territoires 2023, millésime 2023"]


@pytest.mark.parametrize(
    "asked",
    [
        {"debut": "2025-02-01"},
        {"debut": "2024-01-01"},
        {"categorie": "A101"},
        {"categorie": ["A", "B"]},
        {"source": "ville"},
    ],
)
def test_off_the_grid_is_closed(town: World, asked: dict[str, Any]):
    assert ask(town, 422, **asked)["type"].endswith("/hors_diffusion")
