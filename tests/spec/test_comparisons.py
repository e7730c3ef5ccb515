"""What may be said of a town beside others: rates of one definition, or « non comparable » and why."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats

from observatoire.disclosure.policy import Role
from support.files import pm_file, pm_row
from support.series import NEW_COMMUNES, load, new_row, table
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
COLOMIERS = "commune:31149"
POPULATIONS = "DEP;CODCOM;COM;PMUN;PCAP;PTOT"


def members(world: World) -> list[str]:
    found = world.get("/territoires", niveau="commune", dans=EPCI)["territoires"]
    return [commune["code"] for commune in found]


def planted(communes: list[str]) -> Counter[tuple[str, str]]:
    """Facts by (commune, leaf)."""
    rng = np.random.default_rng(18)
    facts: Counter[tuple[str, str]] = Counter()
    for rank, commune in enumerate(communes):
        facts[commune, "A101"] = int(rng.poisson(6 + rank))
    facts["31555", "D201"] = 30
    facts["31149", "D201"] = 12
    facts["31149", "E105"] = 4
    return facts


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    world = shared_world
    codes = members(world)
    world.source("pm")
    world.source("seule", territory=TOULOUSE)
    rows = [
        pm_row(f"{code}-{leaf}-{n}", f"{1 + n % 28:02d}/{1 + n % 12:02d}/2025", nature=leaf, code=code)
        for (code, leaf), number in planted(codes).items()
        for n in range(number)
    ]
    world.send(pm_file(rows), debut="2025-01-01", fin="2026-01-01")
    world.send(pm_file([pm_row("s1", "05/02/2025")]), "seule", debut="2025-01-01", fin="2025-07-01")
    burglaries = {"indicator": "Cambriolages de logement", "year": 2025}
    told = [new_row(c, 3, population=1000, dwellings=400, **burglaries) for c in codes if c != "31149"]
    told.append(new_row("31149", None, population=1000, dwellings=1200, **burglaries))
    load(world, table(NEW_COMMUNES, told))
    return world


def ask(world: World, status: int = 200, **asked: Any) -> Any:
    question = {"territoire": TOULOUSE, "source": "pm", **YEAR, **asked}
    return world.get("/analyses/comparaisons", status=status, **question)


def lines(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["territoire"]: row for row in answer["resultat"]["lignes"]}


def test_the_rate_of_a_town_and_of_its_epci_stand_on_their_own_residents(town: World):
    facts = planted(members(town))
    found = lines(ask(town, categorie="A101", avec="epci"))
    for place, own in ((TOULOUSE, ["31555"]), (EPCI, members(town))):
        row, number = found[place], sum(facts[c, "A101"] for c in own)
        people = 1000 * len(own)
        assert row["faits"]["valeur"] == number
        assert row["base_du_taux"]["valeur"] == row["population"]["valeur"] == people
        assert (row["base_du_taux"]["jeu"], row["base_du_taux"]["millesime"]) == ("ssmsi_communes", 2023)
        assert row["taux_pour_mille"] == pytest.approx(1000 * number / people)
        low, high = stats.chi2.ppf(0.025, 2 * number) / 2, stats.chi2.ppf(0.975, 2 * number + 2) / 2
        assert row["taux_bas"] == pytest.approx(1000 * low / people)
        assert row["taux_haut"] == pytest.approx(1000 * high / people)
        assert f"{number} faits du 01/01/2025 au 31/12/2025" in row["phrase"]
        assert "(2023)" in row["phrase"]
        assert "sur un an" in row["phrase"]


def test_a_source_that_adds_nothing_to_the_epci_does_not_speak_of_the_departement(town: World):
    found = lines(ask(town))
    for place in ("departement:31", "region:76", "nation:FR"):
        row = found[place]
        assert not row["comparable"]
        assert "« pm » n'y couvre aucune autre commune" in row["non_comparable"]
        assert row["faits"] == {"valeur": None, "etat": "absent"}
        assert row["taux_pour_mille"] is row["population"] is None
        assert "non comparable" in row["phrase"]


def test_a_source_of_one_town_compares_with_nothing(town: World):
    part = {"debut": "2025-01-01", "fin": "2025-07-01"}
    found = lines(ask(town, source="seule", **part))
    assert found[TOULOUSE]["taux_pour_mille"] == 1
    assert not any(row["comparable"] for place, row in found.items() if place != TOULOUSE)


def test_burglaries_alone_are_told_per_dwelling(town: World):
    answer = ask(town, categorie="D201", avec="epci")
    row = lines(answer)[TOULOUSE]
    assert answer["resultat"]["denominateur"] == "logements"
    assert row["base_du_taux"]["type"] == "logements"
    assert row["population"]["type"] == "population"
    assert row["taux_pour_mille"] == pytest.approx(1000 * 30 / 400)
    assert "400 logements" in row["phrase"]


def test_burglaries_among_other_facts_are_told_per_resident_and_the_reader_is_warned(town: World):
    answer = ask(town, categorie=["D201", "A101"], avec="epci")
    assert answer["resultat"]["denominateur"] == "population"
    assert any("Demandez D201 seule" in w for w in answer["preuve"]["avertissements"])


def test_the_figures_of_the_state_stand_beside_with_their_own_state_and_are_never_added(town: World):
    answer = ask(town, categorie="D201", territoire=COLOMIERS, avec="epci")
    found = lines(answer)
    (own,) = found[COLOMIERS]["chiffres_officiels"]
    assert own["indicateur"] == "cambriolages_de_logement"
    assert own["mesure"] == {"valeur": None, "etat": "secret", "mention": "non diffusé"}
    assert own["taux_officiel"] is None
    (whole,) = found[EPCI]["chiffres_officiels"]
    assert whole["mesure"]["etat"] == "secret", "a part that is hidden hides the sum"
    assert found[COLOMIERS]["faits"]["valeur"] == 12
    assert "77.7777" not in str(answer)
    assert any("ils ne s'y ajoutent pas" in w for w in answer["preuve"]["avertissements"])


def test_a_category_that_no_indicator_accompanies_has_none(town: World):
    answer = ask(town, categorie="A101", avec="epci")
    assert not any(row["chiffres_officiels"] for row in answer["resultat"]["lignes"])
    assert any("Aucun indicateur du SSMSI" in w for w in answer["preuve"]["avertissements"])


def test_more_dwellings_than_residents_is_told_beside_a_rate_per_resident(town: World):
    assert "surestimé" in lines(ask(town, territoire=COLOMIERS, avec="epci"))[COLOMIERS]["precaution"]
    assert lines(ask(town, avec="epci"))[TOULOUSE]["precaution"] is None


def test_the_communes_are_read_together_in_code_order_and_never_ranked(town: World):
    facts, codes = planted(members(town)), members(town)
    answer = ask(town, territoire=EPCI, categorie="A101", avec="communes")
    rows = [row for row in answer["resultat"]["lignes"] if row["role"] == "commune"]
    assert [row["territoire"] for row in rows] == [f"commune:{code}" for code in sorted(codes)]
    mean = sum(facts[c, "A101"] for c in codes) / (1000 * len(codes))
    assert answer["resultat"]["communes_ensemble"]["taux_commun"] == pytest.approx(1000 * mean)
    for row in rows:
        assert row["attendu"] == pytest.approx(1000 * mean)
        crude, number = row["taux_pour_mille"], row["faits"]["valeur"]
        low, high = sorted((crude, 1000 * mean))
        assert low - 1e-9 <= row["taux_lisse"] <= high + 1e-9
        limits = row["limites"]
        inside = limits["bas_95"] <= number <= limits["haut_95"]
        assert (row["position"] == "dans_les_limites") == inside
        assert not {"rang", "rank"} & set(row)


def test_a_month_that_never_came_is_left_out_on_both_sides_and_the_rate_is_not_annualised(town: World):
    part = {"debut": "2025-01-01", "fin": "2025-09-01"}
    answer = ask(town, source="seule", avec="epci", **part)
    result = answer["resultat"]
    assert result["mois_compares"] == [f"2025-{month:02d}" for month in range(1, 7)]
    assert not result["annee_entiere"]
    assert "(6 mois comptés sur 8)" in lines(answer)[TOULOUSE]["phrase"]
    assert "non annualisé" in lines(answer)[TOULOUSE]["phrase"]
    assert answer["preuve"]["methode"]["parametres"]["annualise"] is False
    nothing = ask(town, 422, source="seule", debut="2025-08-01", fin="2025-09-01")
    assert nothing["type"].endswith("/non_calculable")
    assert "« seule » 2025-08" in nothing["detail"]


def test_outside_the_grant_a_larger_territory_stays_closed_whatever_its_source_covers(town: World):
    headers = town.headers(town.key("toulousain", Role.ANALYSTE, grant=TOULOUSE))
    answer = town.get(
        "/analyses/comparaisons", headers, territoire=TOULOUSE, source="pm", avec="epci", **YEAR
    )
    row = lines(answer)[EPCI]
    assert "hors de votre périmètre" in row["non_comparable"]
    assert row["faits"]["valeur"] is row["taux_pour_mille"] is None


def test_similar_communes_are_listed_with_their_criteria_and_can_be_adjusted(town: World):
    answer = ask(town, avec="pairs", categorie="D201")
    group = answer["resultat"]["semblables"]
    assert [c["code"] for c in group["criteres"]] == ["population", "densite", "pauvrete"]
    assert group["criteres"][2]["ecarte"] == "aucune donnée chargée"
    assert len(group["communes_semblables"]) == 8
    distances = [peer["distance"] for peer in group["communes_semblables"]]
    assert distances == sorted(distances)
    assert ask(town, avec="pairs", categorie="D201")["resultat"]["semblables"] == group
    near = ask(town, avec="pairs", meme_departement="true", nombre=3, criteres="population", poids="2")
    found = near["resultat"]["semblables"]
    assert len(found["communes_semblables"]) == 3
    assert all(p["territoire"].startswith("commune:31") for p in found["communes_semblables"])
    roles = [row["role"] for row in near["resultat"]["lignes"]]
    assert roles.count("pair") == 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"avec": "voisins"}, "avec"),
        ({"avec": "communes"}, "avec"),
        ({"avec": "pairs", "territoire": EPCI}, "avec"),
        ({"avec": "pairs", "criteres": "faits"}, "criteres"),
        ({"avec": "pairs", "poids": "1,2"}, "poids"),
        ({"avec": "pairs", "poids": "1,-2,1"}, "poids"),
        ({"avec": "pairs", "poids": "0,0,0"}, "poids"),
    ],
)
def test_what_can_not_be_compared_says_which_parameter_to_change(
    town: World, asked: dict[str, str], field: str
):
    problem = ask(town, 422, **asked)
    assert [fault["champ"] for fault in problem["erreurs"]] == [field]


def test_two_groups_are_never_added(town: World):
    problem = town.get("/analyses/comparaisons", status=422, territoire=TOULOUSE, **YEAR)
    assert problem["type"].endswith("/sources_non_additionnables")


def test_the_proof_counts_the_facts_of_the_territory_and_names_what_divides(town: World):
    proof = ask(town, categorie="A101", avec="epci")["preuve"]
    number = planted(members(town))["31555", "A101"]
    excluded = [{"motif": "mois_incomplet", "nombre": 0}]
    assert proof["effectif"] == {"total": number, "retenus": number, "exclus": excluded}
    assert proof["methode"]["nom"] == "comparaisons"
    assert proof["methode"]["parametres"]["denominateurs"] == [
        "habitants, ssmsi_communes 2026, millésime 2023"
    ]
    assert any("Garwood" in reference for reference in proof["methode"]["references"])


def test_a_population_of_another_vintage_divides_no_row_alone(town: World):
    """It changes what divides, so it is taken back."""
    before = ask(town, categorie="A101", avec="epci")["preuve"]["provenance"]["empreinte"]
    outcome = load(town, table(POPULATIONS, ["31;555;31555;2000;9;2009"]), period="2024", geography=2026)
    answer = ask(town, categorie="A101", avec="epci")
    found = lines(answer)
    path = f"/api/v1/series-officielles/fichiers/{outcome.record.number}"
    assert town.client.delete(path, headers=town.admin).status_code == 200
    assert answer["preuve"]["provenance"]["empreinte"] == before, "one vintage for both rows: 2023 stands"
    assert found[TOULOUSE]["base_du_taux"]["millesime"] == found[EPCI]["base_du_taux"]["millesime"] == 2023
