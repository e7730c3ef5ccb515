"""``/series-officielles``: editions that live side by side, sums that are refused or exact, words beside."""

import csv
import io
from typing import Any

import pytest

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.policy import Role
from observatoire.domain.series import DATASETS, DEPARTEMENTS
from support.series import (
    DEPARTEMENTAL,
    NEW_COMMUNES,
    departement_row,
    load,
    national,
    new_row,
    points_of,
    series_of,
    table,
)
from support.world import EPCI, TOULOUSE, World

REGIONAL = DEPARTEMENTAL.replace("Code_departement", "Code_region")
GEO24 = NEW_COMMUNES.replace("2026", "2024")


def value(answer: dict[str, Any], code: str, period: str, dataset: str | None = None) -> Any:
    return points_of(answer, code, dataset)[period]["mesure"]["valeur"]


# ---- editions ---------------------------------------------------------------------------------------------


def test_a_newer_edition_is_shown_and_the_older_one_stays(world: World):
    load(world, table(GEO24, [new_row(TOULOUSE[8:], 8, year=2023)]))
    load(world, table(NEW_COMMUNES, [new_row(TOULOUSE[8:], 9, year=2023), new_row(TOULOUSE[8:], 11)]))
    latest = series_of(world, TOULOUSE, jeu="ssmsi_communes")
    assert value(latest, "vols_avec_armes", "2023") == 9
    older = series_of(world, TOULOUSE, jeu="ssmsi_communes", edition="2024")
    point = points_of(older, "vols_avec_armes")["2023"]
    assert (point["mesure"]["valeur"], point["edition"], point["geographie"]) == (8, "2024", 2024)
    assert list(points_of(older, "vols_avec_armes")) == ["2023"], "two editions are never spliced"
    assert any("édition plus récente (2026)" in said for said in older["preuve"]["avertissements"])
    assert latest["preuve"]["provenance"]["empreinte"] != older["preuve"]["provenance"]["empreinte"]


def test_the_same_edition_again_replaces_and_an_undo_puts_back_what_was(world: World):
    rows = [new_row("31555", 8), new_row("31149", None)]
    first = load(world, table(NEW_COMMUNES, rows)).record
    before = series_of(world, TOULOUSE)
    again = load(world, table(NEW_COMMUNES, rows))
    assert again.unchanged
    assert again.record.number == first.number
    corrected = load(world, table(NEW_COMMUNES, [new_row("31555", 12), *rows[1:]])).record
    assert value(series_of(world, TOULOUSE), "vols_avec_armes", "2025") == 12
    states = {
        f["numero"]: f["etat"] for f in world.get("/series-officielles/fichiers")["fichiers_producteur"]
    }
    assert states == {first.number: "remplace", corrected.number: "valide"}
    replaced = world.client.delete(f"/api/v1/series-officielles/fichiers/{first.number}", headers=world.admin)
    assert replaced.status_code == 409
    assert f"n° {corrected.number}" in replaced.json()["detail"]
    path = f"/api/v1/series-officielles/fichiers/{corrected.number}"
    assert world.client.delete(path, headers=world.admin).json()["etat"] == "annule"
    assert series_of(world, TOULOUSE) == before
    assert world.client.delete(path, headers=world.admin).status_code == 409
    assert world.client.delete(f"{path}9", headers=world.admin).status_code == 404
    last = f"/api/v1/series-officielles/fichiers/{first.number}"
    assert world.client.delete(last, headers=world.admin).status_code == 200
    assert series_of(world, TOULOUSE)["resultat"]["series"] == []


def test_two_extracts_of_one_edition_stand_together(world: World):
    load(world, table(NEW_COMMUNES, [new_row("31555", 8)]))
    load(world, table(NEW_COMMUNES, [new_row("33063", 9)]))
    assert value(series_of(world, TOULOUSE), "vols_avec_armes", "2025") == 8
    assert value(series_of(world, "commune:33063"), "vols_avec_armes", "2025") == 9


# ---- a world of two bases ---------------------------------------------------------------------------------


VIOLENCE = [("Violences physiques intrafamiliales", 20), ("Violences physiques hors cadre familial", 30)]


@pytest.fixture(scope="module")
def loaded(shared_world: World) -> World:
    members = [
        c["code"] for c in shared_world.get("/territoires", niveau="commune", dans=EPCI)["territoires"]
    ]
    communes = [new_row(code, 7) for code in members]
    communes += [
        new_row(code, None if code == "31149" else 7, indicator="Vols violents sans arme") for code in members
    ]
    communes += [new_row(code, 1, indicator="Trafic de stupéfiants", unit="Mis en cause") for code in members]
    communes += [new_row("31555", n, indicator=name, unit="Victime") for name, n in VIOLENCE]
    communes += [
        new_row("31555", 3, indicator="Escroqueries et fraudes aux moyens de paiement", unit="Victime"),
        new_row("31555", 5, indicator="Cambriolages de logement"),
    ]
    load(shared_world, table(NEW_COMMUNES, communes))
    rows = [
        *national(),
        *national(year=2023, numbers=[0] * 101),
        *national(indicator="Usage de stupéfiants", unit="Mis en cause"),
        *[departement_row(code, 4, year=2022) for code in sorted(DEPARTEMENTS - {"31"})],
        *[departement_row(code, 4 if code != "75" else "NA", year=2021) for code in sorted(DEPARTEMENTS)],
    ]
    load(shared_world, table(DEPARTEMENTAL, rows), "base-geographie2025.csv")
    load(
        shared_world,
        table(REGIONAL, [departement_row("76", 999, indicator="Usage de stupéfiants", unit="Mis en cause")]),
        geography=2025,
    )
    return shared_world


def test_the_nation_is_the_sum_of_the_departements_of_its_producer(loaded: World):
    answer = series_of(loaded, "nation:FR")
    points = points_of(answer, "vols_avec_armes")
    assert points["2024"]["mesure"] == {"valeur": sum(range(1, 102)), "etat": "publie", "mention": None}
    assert points["2024"]["taux_pour_mille"] == {
        "valeur": pytest.approx(1000 * sum(range(1, 102)) / (101 * 100_000)),
        "denominateur": "population",
        "denominateur_valeur": 101 * 100_000,
        "denominateur_millesimes": [2022],
        "calcule": True,
    }
    assert points["2023"]["mesure"]["etat"] == "zero"


def test_a_departement_that_is_missing_or_has_no_value_leaves_the_nation_unknown(loaded: World):
    points = points_of(series_of(loaded, "nation:FR"), "vols_avec_armes")
    for year in ("2021", "2022"):
        assert points[year]["mesure"] == {"valeur": None, "etat": "absent", "mention": "somme non faite"}
        assert "1 département sur 101 sans valeur" in points[year]["motif"]
        assert points[year]["taux_pour_mille"] is None


def test_the_region_is_that_of_the_regional_base_else_the_sum_of_its_departements(loaded: World):
    answer = series_of(loaded, "region:76")
    accused = [s for s in answer["resultat"]["series"] if s["code"] == "usage_de_stupefiants"]
    assert [(s["jeu"], s["somme_de"]) for s in accused] == [("ssmsi_regions", None)]
    assert accused[0]["points"][0]["mesure"]["valeur"] == 999
    ranks = {code: rank for rank, code in enumerate(sorted(DEPARTEMENTS), 1)}
    mine = loaded.get("/territoires", niveau="departement", dans="region:76")["territoires"]
    assert value(answer, "vols_avec_armes", "2024") == sum(ranks[d["code"]] for d in mine)


def test_persons_accused_are_never_summed_but_a_region_of_one_departement_is_that_departement(loaded: World):
    breton = points_of(series_of(loaded, "region:53"), "usage_de_stupefiants")["2024"]
    assert breton["mesure"]["valeur"] is None
    assert "plusieurs fois la même personne" in breton["motif"]
    rank = sorted(DEPARTEMENTS).index("974") + 1
    assert value(series_of(loaded, "region:04"), "usage_de_stupefiants", "2024") == rank


def test_an_epci_is_summed_when_every_commune_is_told_and_unknown_when_one_is_hidden(loaded: World):
    answer = series_of(loaded, EPCI)
    weapons = points_of(answer, "vols_avec_armes")["2025"]
    assert weapons["mesure"]["valeur"] == 7 * 37
    assert weapons["taux_pour_mille"]["valeur"] == pytest.approx(7)
    violent = points_of(answer, "vols_violents_sans_arme")["2025"]
    assert violent["mesure"] == {"valeur": None, "etat": "secret", "mention": "non diffusé"}
    assert "1 commune sur 37" in violent["motif"]
    assert points_of(answer, "trafic_de_stupefiants")["2025"]["mesure"]["valeur"] is None


def test_nothing_is_added_across_indicators_and_overlaps_are_told(loaded: World):
    answer = series_of(loaded, TOULOUSE)
    assert set(answer["resultat"]) == {"series"}
    assert value(answer, "violences_physiques_intrafamiliales", "2025") == 20
    said = " ".join(answer["preuve"]["avertissements"])
    assert "« Violences physiques hors cadre familial », « Violences physiques intrafamiliales »" in said
    assert "à ne jamais additionner" in said
    assert "Unités de compte différentes" in said
    assert "mis en cause sont comptés une fois par zone" in said
    assert "domicile de la victime" in said
    assert "se rapportent aux logements" in said
    assert "géographie au 1er janvier 2026" in said
    shown = {p["mesure"]["valeur"] for s in answer["resultat"]["series"] for p in s["points"]}
    assert {20, 30} <= shown
    assert 50 not in shown


def test_a_former_code_keeps_its_series_and_is_said_to_be_former(loaded: World):
    unknown = loaded.get("/series-officielles", {}, 422, territoire="commune:01003")
    assert unknown["erreurs"][0]["valeur_attendue"] == "commune:01165"
    load(loaded, table(NEW_COMMUNES.replace("2026", "2017"), [new_row("01003", 5, year=2016)]))
    told = series_of(loaded, "commune:01003")
    assert value(told, "vols_avec_armes", "2016") == 5
    assert told["preuve"]["avertissements"][0].startswith(
        "« commune:01003 » est un code d'une géographie ancienne"
    )
    assert "commune:01165" in told["preuve"]["avertissements"][0]
    assert series_of(loaded, "commune:01165")["resultat"]["series"] == [], "no silent merge"


def test_everyone_reads_the_same_figures(loaded: World):
    loaded.get("/series-officielles", territoire=TOULOUSE)  # kept: everyone is told where it is traced
    told = series_of(loaded, TOULOUSE)
    for role in Role:
        headers = loaded.headers(loaded.key(f"lit {role}", role, "x", "commune:13055"))
        assert loaded.get("/series-officielles", headers, territoire=TOULOUSE) == told
    assert told["preuve"]["diffusion"]["audience"] == "public"
    answer = loaded.client.get("/api/v1/series-officielles", params={"territoire": TOULOUSE})
    assert answer.headers["cache-control"].startswith("public")


def test_the_proof_names_producer_edition_geography_licence_and_states(loaded: World):
    proof = series_of(loaded, "commune:31149", indicateur="vols_violents_sans_arme")["preuve"]
    file = proof["fichiers_producteur"][0]
    assert file["producteur"] == DATASETS["ssmsi_communes"].producer
    assert (file["edition"], file["geographie"], file["licence"]) == ("2026", 2026, "Licence Ouverte 2.0")
    assert len(file["sha256"]) == 64
    assert proof["etats"] == {"secret": 1}
    assert any("Ce n'est ni 0, ni « 5 au plus »" in said for said in proof["avertissements"])


def test_a_place_of_which_nothing_is_told_is_not_zero(loaded: World):
    answer = series_of(loaded, "commune:2A004")
    assert answer["resultat"]["series"] == []
    assert any("ce n'est pas un zéro" in said for said in answer["preuve"]["avertissements"])


def test_the_table_is_flat_with_a_state_beside_each_value(loaded: World):
    for asked in ({"params": {"f": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        params = {"territoire": "commune:31149", **asked.get("params", {})}
        answer = loaded.client.get(
            "/api/v1/series-officielles", params=params, headers=asked.get("headers", {})
        )
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        by_code = {row["indicateur"]: row for row in rows if row["periode"] == "2025"}
        hidden = by_code["vols_violents_sans_arme"]
        assert (hidden["valeur"], hidden["valeur_etat"], hidden["mention"]) == ("", "secret", "non diffusé")
        assert by_code["vols_avec_armes"]["valeur"] == "7"
        assert by_code["vols_avec_armes"]["taux_pour_mille"] == "7,0"
        assert by_code["vols_avec_armes"]["licence"] == "Licence Ouverte 2.0"


def test_the_catalogue_tells_words_units_and_editions(loaded: World):
    rows = loaded.get("/series-officielles/indicateurs", {})["indicateurs"]
    burglary = next(
        r for r in rows if (r["jeu"], r["code"]) == ("ssmsi_communes", "cambriolages_de_logement")
    )
    assert burglary["unite_de_compte"] == "infraction"
    assert burglary["denominateur"] == "logements"
    assert "2026" in burglary["editions"]
    accused = next(r for r in rows if r["code"] == "usage_de_stupefiants")
    assert accused["additif"] is False


def test_an_unknown_code_is_answered_with_the_nearest(loaded: World):
    asked = {"territoire": TOULOUSE, "indicateur": "vols_avec_arme"}
    problem = loaded.get("/series-officielles", {}, 422, **asked)
    assert "vols_avec_armes" in problem["erreurs"][0]["valeur_attendue"]


def test_the_administration_loads_a_file_by_the_api(loaded: World):
    content = table(NEW_COMMUNES.replace("2026", "2022"), [new_row("31555", 8, year=2021)])
    answer = loaded.client.post(
        "/api/v1/series-officielles", files={"fichier": ("base.csv", content)}, headers=loaded.admin
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["lignes"] == {"lues": 1, "retenues": 1, "doublons": 0, "ecartees": 0}
    bad = loaded.client.post(
        "/api/v1/series-officielles", files={"fichier": ("x.csv", b"a;b\r\n1;2\r\n")}, headers=loaded.admin
    )
    assert bad.status_code == 422
    assert bad.json()["type"].endswith("/serie_non_reconnue")


def test_the_side_door_of_published_figures_is_closed_to_the_box():
    with pytest.raises(TypeError, match="not been published"):
        gate.relay(Confidential(3))


def test_an_import_of_facts_points_to_the_series(loaded: World):
    loaded.source("pm")
    problem = loaded.send(table(NEW_COMMUNES, [new_row("31555", 8)]), status=422)
    assert problem["type"].endswith("/serie_officielle")
    assert "observatoire series importer" in problem["detail"]
    assert "POST /series-officielles" in problem["detail"]
    older = "classe;annee;Code.département;Code.région;unité.de.compte;faits\r\nVols;16;1;84;victime;3\r\n"
    assert loaded.send(older.encode(), status=422)["type"].endswith("/serie_officielle")
