"""What may be said of two periods, and what may not, in the words that a council reads."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from observatoire.disclosure.policy import Role
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

YEARS = range(2020, 2026)
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
RISE, FEW, STABLE, NEW, ROUGH, RARE = "A101", "B101", "D206", "C101", "E102", "A201"
Months = dict[tuple[str, int, int], int]


def rows_of(months: Months) -> list[str]:
    return [
        pm_row(f"{leaf}-{year}-{month}-{n}", f"{1 + n % 28:02d}/{month:02d}/{year}", nature=leaf)
        for (leaf, year, month), number in months.items()
        for n in range(number)
    ]


def spread(leaf: str, year: int, number: int) -> Months:
    """So many facts over the twelve months of a year, as evenly as can be."""
    return {(leaf, year, m + 1): number // 12 + (m < number % 12) for m in range(12)}


def planted() -> Months:
    """Six years of one town."""
    rng = np.random.default_rng(20261128)
    months: Months = {}
    for year in YEARS:
        mean = 40 if year == 2025 else 20
        months |= {(RISE, year, m): int(rng.poisson(mean)) for m in range(1, 13)}
        months |= spread(STABLE, year, 1104)
    for year, number in zip(YEARS, (10, 8, 11, 9, 9, 13), strict=True):
        months |= spread(FEW, year, number)
    months |= spread(NEW, 2025, 13)
    # Clumps of 24 facts, now and then: 2025 happens to have two more of them than 2024.
    for year, clumps in zip(YEARS, (7, 5, 6, 7, 6, 8), strict=True):
        months |= {(ROUGH, year, int(m) + 1): 24 for m in rng.choice(12, clumps, replace=False)}
    for year, number in zip(YEARS, (40, 36, 44, 38, 42, 20), strict=True):
        months |= spread(RARE, year, number)
    return months


PLANTED = planted()


def total(leaf: str, years: Iterable[int]) -> int:
    return sum(n for (code, year, _), n in PLANTED.items() if code == leaf and year in years)


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", territory=TOULOUSE)
    report = shared_world.send(pm_file(rows_of(PLANTED)), debut="2020-01-01", fin="2026-01-01")
    assert report["lignes"]["creees"] == sum(PLANTED.values())
    return shared_world


def ask(world: World, status: int = 200, **asked: Any) -> Any:
    return world.get("/analyses/evolution", status=status, **{"territoire": TOULOUSE, **YEAR, **asked})


def told(world: World, leaf: str, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(world, categorie=leaf, **asked)["resultat"]["ensemble"]
    return found


def test_nine_then_thirteen_facts_are_no_rise(town: World):
    found = told(town, FEW)
    assert (found["faits"]["valeur"], found["faits_reference"]["valeur"]) == (13, 9)
    assert found["verdict"] == "non_concluant"
    assert found["ecart"] == 4
    assert found["pourcentage"] is None
    assert found["phrase"] == (
        "Évolution non concluante : 13 faits du 01/01/2025 au 31/12/2025, contre 9 faits un an plus tôt ; "
        "+ 4 faits, effectif faible, aucun pourcentage (rapport 1,45 ; intervalle à 95 % : de 0,57 à 3,84)."
    )


def test_twice_as_many_facts_are_a_rise_and_the_sentence_holds_both_counts_and_the_interval(town: World):
    found = told(town, RISE)
    now, before = total(RISE, [2025]), total(RISE, [2024])
    assert found["verdict"] == "hausse"
    assert found["rapport"] == pytest.approx(now / before * 366 / 365)
    assert 1 < found["rapport_bas"] < found["rapport"] < found["rapport_haut"]
    assert found["phrase"].startswith(
        f"Hausse : {now} faits du 01/01/2025 au 31/12/2025, contre {before} faits un an plus tôt ; + "
    )
    low, high = (f"{(found[k] - 1) * 100:.1f}".replace(".", ",") for k in ("rapport_bas", "rapport_haut"))
    assert f"(intervalle à 95 % : de + {low} % à + {high} %)." in found["phrase"]


def test_half_as_many_facts_are_a_fall_though_too_few_for_a_percentage(town: World):
    found = told(town, RARE, reference="moyenne_3_ans")
    assert found["verdict"] == "baisse"
    assert found["pourcentage"] is None
    assert found["phrase"].startswith("Baisse : 20 faits")
    assert "− 21,3 faits" in found["phrase"]


def test_the_same_number_of_facts_is_stable_only_where_they_are_many(town: World):
    found = told(town, STABLE)
    assert found["verdict"] == "stable"
    assert 0.9 <= found["rapport_bas"] < found["rapport_haut"] <= 1.1
    assert found["phrase"].startswith("Évolution stable : 1104 faits")
    assert told(town, STABLE, debut="2025-01-01", fin="2025-02-01")["verdict"] == "non_concluant"


def test_a_town_whose_counts_jump_about_has_not_risen_when_they_jump_again(town: World):
    """192 facts against 144: by chance alone that would be a rise. Here it is an ordinary year."""
    found = told(town, ROUGH)
    assert (found["faits"]["valeur"], found["faits_reference"]["valeur"]) == (192, 144)
    assert found["dispersion"] > 5
    assert found["facteur_variance"] > 5
    assert found["p"] > 0.05
    assert found["verdict"] == "non_concluant"


def test_from_nothing_there_is_no_percentage(town: World):
    rows = {row["code"]: row for row in ask(town, par="famille")["resultat"]["lignes"]}
    new = rows[NEW[:2]]
    assert new["faits_reference"] == {"valeur": 0, "etat": "zero"}
    assert (new["rapport"], new["rapport_haut"], new["pourcentage"]) == (None, None, None)
    assert new["rapport_bas"] > 0
    assert "13 faits" in new["phrase"]
    assert "contre aucun fait un an plus tôt ; + 13 faits" in new["phrase"]


def test_what_has_no_past_at_all_says_so_and_gives_its_counts_without_a_ratio(town: World):
    found = told(town, NEW)
    assert (found["faits"]["valeur"], found["faits_reference"]["valeur"]) == (13, 0)
    assert found["verdict"] == "non_concluant"
    assert found["rapport"] is found["rapport_bas"] is found["p"] is None
    assert found["motif"].startswith("non calculable : trop peu de faits dans le passé")


def test_three_years_are_summed_never_averaged(town: World):
    found = ask(town, categorie=FEW, reference="moyenne_3_ans")
    row, before = found["resultat"]["ensemble"], total(FEW, [2022, 2023, 2024])
    assert row["faits_reference"]["valeur"] == before == 29
    assert found["resultat"]["jours_reference"] == 365 + 365 + 366
    assert row["rapport"] == pytest.approx(13 / before * (365 + 365 + 366) / 365)
    assert row["ecart"] == round(13 - 29 * 365 / 1096, 1)
    assert "contre 29 faits en tout les trois années précédentes" in row["phrase"]
    assert [p["debut"] for p in found["resultat"]["periodes_reference"]] == [
        "2024-01-01",
        "2023-01-01",
        "2022-01-01",
    ]


def test_a_leap_day_is_not_a_rise(town: World):
    """The same facts a day: 29 days of February against 28."""
    found = ask(town, categorie=STABLE, debut="2024-02-01", fin="2024-03-01")["resultat"]
    assert (found["jours"], found["jours_reference"]) == (29, 28)
    assert found["ensemble"]["rapport"] == pytest.approx(28 / 29)


@pytest.mark.parametrize(("by", "codes"), [("domaine", list("ABCDE")), ("famille", ["A1", "A2", "B1"])])
def test_shown_together_rows_are_corrected_together(town: World, by: str, codes: list[str]):
    answer = ask(town, par=by)
    rows = answer["resultat"]["lignes"]
    assert [row["code"] for row in rows][: len(codes)] == codes
    assert {row["niveau"] for row in rows} == {by}
    p = np.array([row["p"] for row in rows])
    stats = pytest.importorskip("scipy.stats")
    assert [row["q"] for row in rows] == pytest.approx(stats.false_discovery_control(p))
    assert answer["preuve"]["methode"]["parametres"]["tests_corriges"] == len(rows)
    assert sum(row["faits"]["valeur"] for row in rows) == answer["resultat"]["ensemble"]["faits"]["valeur"]
    for row in rows:
        assert (row["verdict"] in ("hausse", "baisse")) == (row["q"] <= 0.05)


def test_without_rows_the_test_of_the_whole_stands_alone(town: World):
    answer = ask(town)
    assert answer["resultat"]["lignes"] == []
    assert answer["resultat"]["ensemble"]["q"] == answer["resultat"]["ensemble"]["p"]
    assert answer["resultat"]["ensemble"] == ask(town, par="famille")["resultat"]["ensemble"]


def test_the_proof_counts_the_facts_of_both_sides_and_names_the_past(town: World):
    proof = ask(town, categorie=RISE)["preuve"]
    both = total(RISE, [2024, 2025])
    assert proof["effectif"] == {
        "total": both,
        "retenus": both,
        "exclus": [{"motif": "mois_incomplet", "nombre": 0}],
    }
    assert proof["methode"]["nom"] == "evolution"
    assert proof["methode"]["parametres"]["passe"] == {
        "premier_mois": "2020-01",
        "dernier_mois": "2024-12",
        "mois": 60,
    }
    assert "debut=2020-01-01&fin=2026-01-01" in proof["provenance"]["lien"]


def test_no_fact_on_either_side_is_refused_and_says_what_to_widen(town: World):
    problem = ask(town, 422, categorie="D1")
    assert problem["type"].endswith("/non_calculable")
    assert "aucun fait dans l'une ni l'autre période" in problem["detail"]
    assert "Élargissez" in problem["detail"]


def test_more_than_a_year_would_be_compared_with_a_part_of_itself(town: World):
    problem = ask(town, 422, debut="2024-12-01")
    assert problem["type"].endswith("/non_calculable")
    assert "/analyses/tendances" in problem["detail"]
    assert ask(town, debut="2025-01-01")["resultat"]["jours"] == 365


def test_a_period_before_everything_received_is_refused_and_says_what_is_missing(town: World):
    problem = ask(town, 422, debut="2020-03-01", fin="2020-06-01")
    assert problem["type"].endswith("/non_calculable")
    assert "Manquent : « pm » 2019-03, « pm » 2019-04, « pm » 2019-05." in problem["detail"]


def test_outside_the_grant_exact_counts_are_closed_alike(town: World):
    elsewhere = town.headers(town.key("ailleurs", Role.ANALYSTE, grant="commune:13055"))
    for headers in ({}, elsewhere):
        part = {"debut": "2025-01-01", "fin": "2025-07-01"}
        problem = town.get("/analyses/evolution", headers, 422, territoire=TOULOUSE, **part)
        assert problem["type"].endswith("/hors_diffusion")


def test_an_import_into_the_past_or_the_reference_changes_the_digest(town: World):
    """The roughness comes from the past: what rests on it must be seen to move."""
    before = ask(town, categorie=FEW)["preuve"]["provenance"]["empreinte"]
    sent = town.send(
        pm_file([pm_row("tard", "05/05/2021", nature=FEW)]), debut="2021-05-01", fin="2021-06-01"
    )
    after = ask(town, categorie=FEW)["preuve"]["provenance"]["empreinte"]
    town.client.delete(f"/api/v1/imports/{sent['id']}", headers=town.admin)
    assert before != after
    assert ask(town, categorie=FEW)["preuve"]["provenance"]["empreinte"] == before
