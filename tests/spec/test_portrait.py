"""A territory in one call: facts, the State's series and their context stand side by side, never merged."""

from typing import Any

import pytest

from observatoire.analyses.catalogue import CATALOGUE
from observatoire.disclosure.policy import Audience, Role
from support.files import pm_file, pm_row
from support.series import NEW_COMMUNES, load, new_row, table
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}


def base(dwellings: int = 500) -> bytes:
    """Two series of Toulouse."""
    cells = [
        (41, 2024, "Vols avec armes"),
        (None, 2025, "Vols avec armes"),
        (70, 2025, "Cambriolages de logement"),
    ]
    rows = [
        new_row("31555", number, year=year, indicator=indicator, dwellings=dwellings)
        for number, year, indicator in cells
    ]
    return table(NEW_COMMUNES, rows)


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    """Two groups, an edition, the State's series and the context of Toulouse."""
    world = shared_world
    for code, number in (("pm", 60), ("bailleur", 20)):
        world.source(code, territory=TOULOUSE, visibilite="public", couvert_depuis="2023-01-01")
        rows = [
            pm_row(f"{code}{year}-{i}", f"{1 + i % 28:02d}/{1 + i % 12:02d}/{year}", nature=nature)
            for year in (2024, 2025)
            for nature, times in (("A101", number), ("D206", 9), ("B101", 3))
            for i in range(times)
        ]
        world.send(pm_file(dict.fromkeys(rows)), code, debut="2024-01-01", fin="2026-01-01")
    load(world, base())
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    return world


def draw(world: World, headers: dict[str, str] | None = None, **asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.get(
        "/analyses/portrait", headers, **{"territoire": TOULOUSE, **YEAR, **asked}
    )
    return answer


def test_local_facts_are_those_of_the_summary_by_group_and_domain(town: World):
    groups = draw(town)["resultat"]["faits_locaux"]["groupes"]
    summary = town.get("/analyses/synthese", territoire=TOULOUSE, **YEAR)["resultat"]["groupes"]
    assert [g["groupe"] for g in groups] == ["bailleur", "pm"]
    for own, whole in zip(groups, summary, strict=True):
        assert own["faits"] == whole["faits"]
        assert own["categories"] == [c for c in whole["categories"] if c["niveau"] == "domaine"]
        assert len(own["categories"]) == 3


def test_the_series_of_the_state_stand_beside_as_published(town: World):
    beside = draw(town)["resultat"]["series_officielles"]
    told = town.get("/series-officielles", territoire=TOULOUSE, jeu="ssmsi_communes")["resultat"]["series"]
    by_code = {s["code"]: s for s in told}
    assert len(beside["series"]) == 2
    for row in beside["series"]:
        assert row == by_code[row["code"]]
    (arms,) = [s for s in beside["series"] if s["libelle"] == "Vols avec armes"]
    assert [(p["periode"], p["mesure"]["valeur"], p["mesure"]["etat"]) for p in arms["points"]] == [
        ("2024", 41, "publie"),
        ("2025", None, "secret"),
    ]
    assert [f["jeu"] for f in beside["fichiers_producteur"]] == ["ssmsi_communes"]
    assert beside["provenance"]["empreinte"]
    assert any("ne s'additionnent jamais" in w for w in beside["avertissements"])


def test_context_is_dated_and_what_is_not_loaded_says_so(town: World):
    context = draw(town)["resultat"]["contexte"]
    assert (context["code"], context["libelle"]) == ("31555", "Toulouse")
    assert (context["population"]["etat"], context["population"]["millesime"]) == ("publie", 2023)
    assert (context["logements"]["valeur"], context["logements"]["millesime"]) == (500, 2022)
    assert context["taux_pauvrete"]["valeur"] is None
    assert context["taux_pauvrete"]["etat"] == "absent"


def test_context_is_traced_to_its_files_and_moves_with_them(town: World):
    """The vintage is that of the context, and another file of its producer is another digest."""
    told = draw(town)["resultat"]
    behind = told["series_contexte"]
    assert {told["contexte"][name]["jeu"] for name in ("population", "logements")} == {
        file["jeu"] for file in behind["fichiers_producteur"]
    }
    traced = town.get(behind["provenance"]["trace"].removeprefix("/api/v1"))
    assert traced["fichiers_producteur"] == behind["fichiers_producteur"]
    assert traced["a_jour"] is True
    assert traced["question"]["indicateur"] == ["logements", "population"]
    load(town, base(dwellings=510))
    after = draw(town)["resultat"]
    load(town, base())
    assert after["contexte"]["logements"]["valeur"] == 510
    assert after["series_contexte"]["provenance"]["empreinte"] != behind["provenance"]["empreinte"]
    assert town.get(behind["provenance"]["trace"].removeprefix("/api/v1"))["a_jour"] is False


def test_nothing_adds_groups_or_merges_them_with_the_state(town: World):
    """No number of the answer is the sum of two groups, nor of facts and of a series."""
    answer = draw(town)
    pm, landlord = (
        next(g for g in answer["resultat"]["faits_locaux"]["groupes"] if g["groupe"] == name)["faits"][
            "valeur"
        ]
        for name in ("pm", "bailleur")
    )
    forbidden = {pm + landlord, pm + landlord + 70, pm + 70, landlord + 70}
    assert not forbidden & set(numbers(answer["resultat"]))
    words = str(answer["resultat"]).lower()
    assert "indice" not in words
    assert "rang" not in words
    told = answer["preuve"]["avertissements"]
    assert any("côte à côte" in w for w in told)
    assert any("erreur écologique" in w for w in told)
    assert answer["preuve"]["methode"]["nom"] == "portrait"


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for inner in value.values() for n in numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in numbers(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_outside_the_grant_local_facts_come_from_the_edition_alone(town: World):
    partner = town.headers(town.key("voisin", Role.PARTENAIRE, "ailleurs", "commune:13055"))
    within = draw(town)["resultat"]["series_officielles"]
    for headers, audience in (({}, "public"), (partner, "partenaires")):
        answer = draw(town, headers)
        assert answer["preuve"]["diffusion"]["audience"] == audience
        assert answer["preuve"]["diffusion"]["edition"]
        summary = town.get("/analyses/synthese", headers, territoire=TOULOUSE, **YEAR)["resultat"]["groupes"]
        groups = answer["resultat"]["faits_locaux"]["groupes"]
        assert [g["groupe"] for g in groups] == [g["groupe"] for g in summary] == ["bailleur", "pm"]
        for own, whole in zip(groups, summary, strict=True):
            (year,), (same,) = own["annees"], whole["annees"]
            assert year["faits"] == same["faits"]
            assert year["categories"] == [c for c in same["categories"] if c["niveau"] == "domaine"]
            small = next(c for c in year["categories"] if c["code"] == "B")
            assert small["faits"] == {"valeur": None, "etat": "secret"}
        assert answer["resultat"]["series_officielles"] == within
        assert answer["resultat"]["contexte"] == draw(town)["resultat"]["contexte"]


def test_a_portrait_off_the_grid_is_refused_outside_the_grant(town: World):
    problem = town.get(
        "/analyses/portrait", {}, 422, territoire=TOULOUSE, debut="2025-02-01", fin="2025-08-01"
    )
    assert problem["type"].endswith("/hors_diffusion")
    assert "/analyses/portrait" in problem["detail"]


def test_a_priority_neighbourhood_has_a_portrait_without_series_of_the_state(town: World):
    answer = draw(town, territoire="qpv:QN03190Z")["resultat"]
    assert answer["series_officielles"]["series"] == []
    assert any("ce n'est pas un zéro" in w for w in answer["series_officielles"]["avertissements"])
    assert answer["contexte"]["population"]["etat"] == "absent"


# ---- the catalogue ----------------------------------------------------------------------------------


def test_every_named_analysis_answers_with_a_territory_and_a_period_alone(town: World):
    listed = town.get("/analyses/catalogue", {})["analyses"]
    assert [(e["code"], e["version"]) for e in listed] == [(e.code, e.version) for e in CATALOGUE]
    assert len({(e["code"], e["version"]) for e in listed}) == len(listed)
    for entry in listed:
        place = TOULOUSE if "commune" in entry["niveaux"] else EPCI
        group = {"source": "pm"} if entry["groupe_unique"] else {}
        question = {"territoire": place, **YEAR, **group}
        url = entry["lien"].removeprefix("/api/v1")
        answer = town.client.get(
            f"/api/v1{url}", params={**entry["parametres"], **question}, headers=town.admin
        )
        known = answer.status_code == 200 or answer.json()["type"].endswith("/non_calculable")
        assert known, (entry["code"], answer.text)
        if entry["analyse"] != "points-chauds":
            assert answer.status_code == 200, (entry["code"], answer.text)


def test_the_catalogue_tells_the_public_what_it_may_ask(town: World):
    for entry in town.get("/analyses/catalogue", {})["analyses"]:
        question = {"territoire": TOULOUSE, **YEAR, **entry["parametres"]}
        answer = town.client.get(f"/api/v1/analyses/{entry['analyse']}", params=question)
        assert (answer.status_code == 200) == (Audience.PUBLIC in entry["audiences"]), entry["code"]
