"""What a resident may be told of two years: the released counts, and nothing that they do not hold."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

YEARS = range(2019, 2026)
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
FACTS = {
    "A101": (300, 310, 290, 305, 295, 300, 600),
    "B101": (10, 9, 12, 8, 11, 9, 13),
    "C101": (12, 14, 11, 13, 12, 3, 12),
    "D206": (40, 44, 41, 43, 39, 42, 2),
}
GROUPS = ("ville", "loin", "rompue")


def rows_of(year: int) -> Iterator[str]:
    for leaf, numbers in FACTS.items():
        for n in range(numbers[year - YEARS[0]]):
            yield pm_row(f"{leaf}-{year}-{n}", f"{1 + n % 28:02d}/{1 + n % 10:02d}/{year}", nature=leaf)


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    """Three groups with the same facts: whole; without the end of 2024; with a break in 2025."""
    world = shared_world
    rows = [row for year in YEARS for row in rows_of(year)]
    for group in GROUPS:
        world.source(group, territory=TOULOUSE, visibilite="public", couvert_depuis="2019-01-01")
        if group == "loin":
            early = [row for row in rows if not row.split(";")[1].endswith("2025")]
            world.send(pm_file(early), group, debut="2019-01-01", fin="2024-12-01")
            world.send(pm_file(rows_of(2025)), group, debut="2025-01-01", fin="2026-01-01")
        else:
            world.send(pm_file(rows), group, debut="2019-01-01", fin="2026-01-01")
    body = {"jour": "2025-03-01", "type": "logiciel", "motif": "Nouveau logiciel"}
    assert (
        world.client.post("/api/v1/sources/rompue/ruptures", json=body, headers=world.admin).status_code
        == 201
    )
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    return world


def ask(world: World, **asked: Any) -> dict[str, Any]:
    answer = world.get("/analyses/evolution", {}, territoire=TOULOUSE, **{**YEAR, **asked})
    found: dict[str, Any] = {"preuve": answer["preuve"], "resultat": answer["resultat"]}
    found |= {group["groupe"]: group for group in answer["resultat"]["groupes"]}
    return found


def lines(group: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in group["lignes"]}


NUMBERS = ("ecart", "rapport", "rapport_bas", "rapport_haut", "p", "q", "pourcentage", "dispersion")


def test_each_group_stands_alone_and_says_which_edition_it_comes_from(town: World):
    answer = ask(town)
    assert set(GROUPS) <= set(answer)
    assert answer["preuve"]["diffusion"]["audience"] == "public"
    assert answer["preuve"]["diffusion"]["edition"]
    assert answer["preuve"]["methode"]["nom"] == "evolution"


def test_the_counts_are_those_of_the_released_summary(town: World):
    told = lines(ask(town, par="famille")["ville"])
    for side, year in (("faits", 2025), ("faits_reference", 2024)):
        asked = {"territoire": TOULOUSE, "debut": f"{year}-01-01", "fin": f"{year + 1}-01-01"}
        groups = town.get("/analyses/synthese", {}, **asked)["resultat"]["groupes"]
        (group,) = [g for g in groups if g["groupe"] == "ville"]
        released = {c["code"]: c["faits"] for c in group["annees"][0]["categories"]}
        assert {code: row[side] for code, row in told.items()} == {code: released[code] for code in told}


def test_a_rise_in_public_rests_on_released_years(town: World):
    row = lines(ask(town, par="famille")["ville"])["A1"]
    assert row["verdict"] == "hausse"
    assert row["rapport"] == pytest.approx(600 / 300 * 366 / 365)
    assert row["phrase"].startswith("Hausse : 600 faits du 01/01/2025 au 31/12/2025, contre 300 faits")


def test_a_hidden_count_hides_its_ratio_its_verdict_and_its_sentence(town: World):
    rows = lines(ask(town, par="famille")["ville"])
    hidden = [
        row for row in rows.values() if "secret" in (row["faits"]["etat"], row["faits_reference"]["etat"])
    ]
    assert {"C1", "D2"} <= {row["code"] for row in hidden}
    for row in hidden:
        assert [row[name] for name in NUMBERS] == [None] * len(NUMBERS)
        assert row["verdict"] == "non_concluant"
        assert "secret statistique" in row["motif"]
        assert "n.d. (secret statistique)" in row["phrase"]


def test_a_year_hidden_among_three_hides_their_sum(town: World):
    row = lines(ask(town, par="famille", reference="moyenne_3_ans")["ville"])["C1"]
    assert row["faits_reference"] == {"valeur": None, "etat": "secret"}
    assert row["rapport"] is None
    assert lines(ask(town, par="famille", reference="moyenne_3_ans")["ville"])["A1"]["faits_reference"][
        "valeur"
    ] == sum(FACTS["A101"][3:6])


@pytest.mark.parametrize(
    ("group", "why"), [("loin", "entièrement reçue"), ("rompue", "rupture de série est déclarée")]
)
def test_an_incomplete_year_and_a_break_are_told_and_nothing_is_computed(town: World, group: str, why: str):
    row = ask(town)[group]["ensemble"]
    assert why in row["motif"]
    assert row["rapport"] is row["p"] is row["pourcentage"] is None
    assert row["verdict"] == "non_concluant"


def test_the_first_years_of_an_edition_have_no_past_and_say_so(town: World):
    row = ask(town, debut="2021-01-01", fin="2022-01-01")["ville"]["ensemble"]
    assert "moins de trois années comparables diffusées" in row["motif"]
    assert (
        "ne contient pas toutes les années"
        in ask(town, debut="2019-01-01", fin="2020-01-01")["ville"]["ensemble"]["motif"]
    )


def test_no_answer_tells_a_count_of_one_to_four(town: World):
    for asked in ({}, {"par": "famille"}, {"par": "domaine"}, {"categorie": "C1"}, {"categorie": "D"}):
        for reference in ("annee_precedente", "moyenne_3_ans"):
            answer = ask(town, reference=reference, **asked)
            for name in GROUPS:
                for row in [answer[name]["ensemble"], *answer[name]["lignes"]]:
                    for side in ("faits", "faits_reference"):
                        assert not 0 < (row[side]["valeur"] or 0) < 5
                    if row["rapport"] is None:
                        assert not re.search(r"(?<![\d,])[1-4] fait", row["phrase"])


@pytest.mark.parametrize("asked", [{"debut": "2024-01-01"}, {"categorie": ["A", "B"]}, {"categorie": "A101"}])
def test_more_than_one_year_or_category_is_off_the_grid(town: World, asked: dict[str, Any]):
    question = {"territoire": TOULOUSE, **YEAR, **asked}
    problem = town.get("/analyses/evolution", {}, 422, **question)
    assert problem["type"].endswith("/hors_diffusion")
