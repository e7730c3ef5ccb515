"""The demonstration, loaded through the real API: everything planted is found, and nothing else is told."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import h3
import psycopg
import pytest

from observatoire.cli.demo import EPCI as DEMO_EPCI
from observatoire.demo import DemoCommune, write
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.reference import territories
from support.world import World, lines_law

FIRST_MONTH = date(2022, 11, 1)
POLICE, TRANSPORT, LANDLORD = "pm-toulouse-metropole", "transport-metropole", "bailleur-garonne"
EPCI, TOULOUSE, COLOMIERS = str(DEMO_EPCI), "commune:31555", "commune:31149"
WHOLE = {"debut": "2022-11-01", "fin": "2026-11-01"}
LAST_YEAR = {"debut": "2025-11-01", "fin": "2026-11-01"}


class Demonstration:
    """The loaded observatory, what was planted, and the report of each file sent."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        with world.database.reading() as connection:
            records = territories.communes_of(connection, DEMO_EPCI)
            shapes = territories.contours(connection, TerritoryLevel.COMMUNE, [r.code for r in records])
        communes = [DemoCommune(r.code, r.name, r.population or 0, shapes[r.code]) for r in records]
        write(folder, communes, FIRST_MONTH)
        self.folder = folder
        self.plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        self.truth = json.loads((folder / "verite.json").read_text(encoding="utf-8"))
        for source in self.plan["sources"]:
            body = {**source, "visibilite": "public"}
            answer = world.client.post("/api/v1/sources", json=body, headers=world.admin)
            assert answer.status_code == 201, answer.text
        self.reports = [self.send(file) for file in self.plan["fichiers"]]
        for nil in self.plan["mois_neant"]:
            body = {key: nil[key] for key in ("debut", "fin", "arrete_le")}
            path = f"/api/v1/sources/{nil['source']}/neant"
            assert world.client.post(path, json=body, headers=world.admin).status_code == 201
        for planned in self.plan["ruptures"]:
            body = {key: planned[key] for key in ("jour", "type", "motif")}
            path = f"/api/v1/sources/{planned['source']}/ruptures"
            assert world.client.post(path, json=body, headers=world.admin).status_code == 201

    def send(self, file: dict[str, Any]) -> dict[str, Any]:
        content = (self.folder / file["chemin"]).read_bytes()
        return self.world.send(content, **{k: file[k] for k in ("source", "debut", "fin", "arrete_le")})

    def ask(self, analysis: str, status: int = 200, **params: Any) -> Any:
        return self.world.get(f"/analyses/{analysis}", status=status, **params)


@pytest.fixture(scope="module")
def demonstration(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return Demonstration(shared_world, tmp_path_factory.mktemp("exports"))


def test_every_row_of_every_file_ends_in_the_bucket_that_the_truth_says(demonstration: Demonstration):
    assert len(demonstration.reports) == len(demonstration.truth["fichiers"]) > 130
    for report, told in zip(demonstration.reports, demonstration.truth["fichiers"], strict=True):
        assert report["etat"] == "valide"
        assert lines_law(report)
        assert report["lignes"] == told["lignes"], told["nom"]
        assert report["periode"] == {"debut": told["debut"], "fin": told["fin"], "deduite": False}


def test_every_source_holds_the_facts_that_the_truth_says(demonstration: Demonstration):
    groups = demonstration.ask("synthese", territoire=EPCI, **WHOLE)["resultat"]["groupes"]
    counted = {s["source"]: s["faits"]["valeur"] for group in groups for s in group["sources"]}
    assert counted == demonstration.truth["faits"]["par_source"]


@pytest.mark.parametrize("source", [POLICE, TRANSPORT, LANDLORD])
def test_every_month_of_the_series_is_the_one_that_the_truth_says(demonstration: Demonstration, source: str):
    truth = demonstration.truth
    silent = truth["mois_jamais_envoyes"].get(source, [])
    nil = truth["mois_neant"].get(source, [])
    series = demonstration.ask("tendances", territoire=EPCI, source=source, **WHOLE)["resultat"]["series"]
    assert len(series) == 48
    for point in series:
        month, facts = point["periode"], point["faits"]
        if month in silent:
            assert facts == {"valeur": None, "etat": "absent"}
            assert not point["complet"]
        elif month in nil:
            assert facts == {"valeur": 0, "etat": "zero"}
            assert point["complet"]
        else:
            assert facts["valeur"] == truth["faits"]["par_source_et_mois"][source][month], month


def test_the_silence_the_nil_month_and_the_break_are_visible_in_the_matrix(demonstration: Demonstration):
    sources = demonstration.ask("couverture", territoire=EPCI, **WHOLE)["resultat"]["sources"]
    words = ("recu", "neant", "en_retard", "a_venir", "absent", "partiel")
    states = {s["source"]: {state: [] for state in words} for s in sources}
    for source in sources:
        for month in source["mois"]:
            states[source["source"]][month["etat"]].append(month["periode"])
    silent = demonstration.truth["mois_jamais_envoyes"]
    assert len(silent[LANDLORD]) == 3
    for source, months in states.items():
        assert months["en_retard"] == silent.get(source, [])
        assert months["neant"] == demonstration.truth["mois_neant"].get(source, [])
        assert months["partiel"] == months["absent"] == months["a_venir"] == []
        assert sum(map(len, months.values())) == 48
    assert [b for s in sources for b in s["ruptures"]] == demonstration.truth["ruptures"]
    assert [b["source"] for b in demonstration.truth["ruptures"]] == [TRANSPORT]
    (june,) = [m for s in sources if s["source"] == LANDLORD for m in s["mois"] if m["periode"] == "2024-06"]
    assert june == {"periode": "2024-06", "etat": "en_retard", "provisoire": False, "echeance": "2024-07-11"}


def test_the_trend_of_the_source_that_changed_its_software_stands_on_one_side(demonstration: Demonstration):
    (planted,) = demonstration.truth["ruptures"]
    answer = demonstration.ask("tendances", territoire=EPCI, source=TRANSPORT, **WHOLE)
    assert answer["resultat"]["ruptures"] == answer["preuve"]["couverture"]["ruptures"] == [planted]
    assert answer["preuve"]["methode"]["parametres"]["debut"] == planted["jour"]
    before = [p for p in answer["resultat"]["series"] if p["periode"] < planted["jour"][:7]]
    assert len(before) == 9
    assert all(point["attendu"] is None and point["complet"] for point in before)
    (left_out,) = [e for e in answer["preuve"]["effectif"]["exclus"] if e["motif"] != "mois_incomplet"]
    assert left_out["motif"] == "autre_cote_d_une_rupture"
    assert left_out["nombre"] == sum(point["faits"]["valeur"] for point in before)
    assert any("Rupture de série" in text for text in answer["preuve"]["avertissements"])


def test_silent_months_are_named_in_the_proof_and_told_in_words(demonstration: Demonstration):
    proof = demonstration.ask("tendances", territoire=TOULOUSE, source=LANDLORD, **WHOLE)["preuve"]
    assert proof["couverture"]["sources"][0]["mois_absents"] == ["2024-06", "2024-07", "2026-04"]
    assert any("2024-06, 2024-07, 2026-04" in text and "non nuls" in text for text in proof["avertissements"])


SPOTS = [(0, TOULOUSE, 9), (1, COLOMIERS, 9), (0, EPCI, 8), (1, EPCI, 8)]


@pytest.mark.parametrize(("rank", "territory", "resolution"), SPOTS)
def test_the_planted_hotspot_is_a_strong_concentration(
    demonstration: Demonstration, rank: int, territory: str, resolution: int
):
    spot = demonstration.truth["points_chauds"][rank]
    answer = demonstration.ask("points-chauds", territoire=territory, source=POLICE, **LAST_YEAR)["resultat"]
    assert answer["masque"]["maille"] == resolution
    cells = {f["properties"]["maille"]: f["properties"] for f in answer["features"]}
    planted = cells[spot["mailles"][str(resolution)]]
    assert planted["classe"] == "concentration_forte"
    assert planted["identifiant"] == f"pc{resolution}-{planted['maille']}"
    assert planted["faits"] >= spot["faits_dans_le_disque_12_derniers_mois"] / 3


def test_the_strongest_cells_of_the_whole_map_are_those_of_the_planted_disks(demonstration: Demonstration):
    answer = demonstration.ask("points-chauds", territoire=EPCI, source=POLICE, maille=9, **LAST_YEAR)
    cells = [f["properties"] for f in answer["resultat"]["features"]]
    near = [set(h3.grid_disk(spot["mailles"]["9"], 1)) for spot in demonstration.truth["points_chauds"]]
    strongest = [cell["maille"] for cell in sorted(cells, key=lambda cell: -cell["z"])[:4]]
    assert set(strongest) <= near[0] | near[1]
    assert all(disk & set(strongest) for disk in near)


@pytest.mark.parametrize("territory", [EPCI, TOULOUSE])
def test_facts_of_a_hotspot_map_are_all_accounted_for(demonstration: Demonstration, territory: str):
    answer = demonstration.ask("points-chauds", territoire=territory, source=POLICE, **LAST_YEAR)
    headcount = answer["preuve"]["effectif"]
    on_cells = sum(f["properties"]["faits"] for f in answer["resultat"]["features"])
    assert headcount["retenus"] == on_cells
    assert headcount["total"] == on_cells + sum(e["nombre"] for e in headcount["exclus"])
    whole = demonstration.ask("synthese", territoire=territory, source=POLICE, **LAST_YEAR)
    assert headcount["total"] == whole["resultat"]["groupes"][0]["faits"]["valeur"]


def test_a_map_over_a_silent_month_is_refused_and_names_it(demonstration: Demonstration):
    problem = demonstration.ask("points-chauds", 422, territoire=TOULOUSE, source=LANDLORD, **WHOLE)
    assert problem["type"].endswith("/non_calculable")
    for month in ("2024-06", "2024-07", "2026-04"):
        assert f"« {LANDLORD} » {month}" in problem["detail"]


def test_facts_that_have_no_point_make_no_map_and_the_answer_says_why(demonstration: Demonstration):
    period = {"debut": "2025-01-01", "fin": "2026-01-01"}
    problem = demonstration.ask("points-chauds", 422, territoire=TOULOUSE, source=LANDLORD, **period)
    assert problem["type"].endswith("/non_calculable")
    assert "moins de 70 % des faits ont un point (Toulouse)" in problem["detail"]
    group = demonstration.ask("synthese", territoire=TOULOUSE, source=LANDLORD, **period)
    assert group["resultat"]["groupes"][0]["part_localisee"] == 0
    assert group["preuve"]["localisation"]["point"] == 0
    assert group["preuve"]["localisation"]["commune"] == 1


def test_friday_night_stands_out_among_the_hours_of_the_week(demonstration: Demonstration):
    planted = demonstration.truth["creneau"]
    answer = demonstration.ask(
        "creneaux-horaires", territoire=EPCI, source=POLICE, categorie=planted["categorie"], **WHOLE
    )
    result, headcount = answer["resultat"], answer["preuve"]["effectif"]
    week = [count["valeur"] for day in result["matrice"] for count in day]
    assert len(week) == 168
    assert headcount["total"] == planted["faits_de_la_categorie"]
    assert headcount["retenus"] == sum(week) == planted["faits_a_heure_connue"]
    assert result["heure_inconnue"]["valeur"] == headcount["total"] - headcount["retenus"] > 0
    assert sum(week[hour] for hour in planted["heures_de_la_semaine"]) == planted["faits_dans_le_creneau"]
    busiest = sorted(range(168), key=lambda hour: -week[hour])[:4]
    assert sorted(busiest) == planted["heures_de_la_semaine"]
    strongest = sorted(result["tests"], key=lambda t: -t["residu"])[:4]
    assert {(t["jour"], t["creneau"][:2]) for t in strongest} == {
        ("vendredi", "22"),
        ("vendredi", "23"),
        ("samedi", "00"),
        ("samedi", "01"),
    }
    assert all(t["q"] < 0.01 for t in strongest)


def test_friday_night_stands_out_of_no_other_category(demonstration: Demonstration):
    """The pattern was planted on one leaf: street parking must not show it."""
    answer = demonstration.ask("creneaux-horaires", territoire=EPCI, source=POLICE, categorie="C101", **WHOLE)
    week = [count["valeur"] for day in answer["resultat"]["matrice"] for count in day]
    friday = sum(week[hour] for hour in demonstration.truth["creneau"]["heures_de_la_semaine"])
    assert friday / sum(week) < 4 / 168


def verdict(demonstration: Demonstration, family: str) -> dict[str, Any]:
    answer = demonstration.ask("tendances", territoire=EPCI, source=POLICE, categorie=family, **WHOLE)
    change: dict[str, Any] = answer["resultat"]["evolution_annuelle"]
    return change


def test_the_real_rise_is_told_a_rise(demonstration: Demonstration):
    planted = demonstration.truth["hausse"]
    change = verdict(demonstration, planted["famille"])
    assert change["verdict"] == "hausse"
    assert change["rapport_bas"] < 1 + planted["hausse_par_an"] < change["rapport_haut"]
    first, *_, last = planted["faits_par_annee_glissante"]
    assert (
        f"{first} faits sur les douze premiers mois reçus, {last} sur les douze derniers" in change["phrase"]
    )


def test_no_other_family_is_told_to_rise_or_to_fall(demonstration: Demonstration):
    families = sorted(demonstration.truth["familles_stables"])
    assert len(families) > 12
    told = {family: verdict(demonstration, family)["verdict"] for family in families}
    assert set(told.values()) <= {"stable", "non_concluant"}, told


def test_the_real_rise_is_told_against_three_years_and_no_other_family_is(demonstration: Demonstration):
    planted = demonstration.truth["hausse"]
    answer = demonstration.ask("evolution", territoire=EPCI, source=POLICE, par="famille", **LAST_YEAR)
    rows = answer["resultat"]["lignes"]
    assert len(rows) > 12
    moved = {row["code"] for row in rows if row["verdict"] in ("hausse", "baisse")}
    assert moved <= {planted["famille"]}
    alone = {"territoire": EPCI, "source": POLICE, "categorie": planted["famille"], **LAST_YEAR}
    told = demonstration.ask("evolution", reference="moyenne_3_ans", **alone)["resultat"]["ensemble"]
    assert told["verdict"] == "hausse"
    rise = demonstration.ask("evolution", **alone)["resultat"]["ensemble"]
    # Its level lasts from month to month: against one year the interval holds the truth, and 1 too.
    assert rise["autocorrelation"] > 0.3
    before, now = planted["faits_par_annee_glissante"][-2:]
    assert (rise["faits"]["valeur"], rise["faits_reference"]["valeur"]) == (now, before)
    assert rise["rapport_bas"] < 1 + planted["hausse_par_an"] < rise["rapport_haut"]


def test_families_add_up_to_domains_and_domains_to_the_total(demonstration: Demonstration):
    groups = demonstration.ask("synthese", territoire=EPCI, **WHOLE)["resultat"]["groupes"]
    assert len(groups) == 3
    for group in groups:
        levels: dict[str, Counter[str]] = {"domaine": Counter(), "famille": Counter(), "categorie": Counter()}
        for row in group["categories"]:
            levels[row["niveau"]][row["code"]] = row["faits"]["valeur"]
        for length, above, below in ((1, "domaine", "famille"), (2, "famille", "categorie")):
            sums: Counter[str] = Counter()
            for code, facts in levels[below].items():
                sums[code[:length]] += facts
            assert sums == levels[above]
        assert levels["domaine"].total() == group["faits"]["valeur"]


def police_summary(demonstration: Demonstration, period: dict[str, str]) -> dict[str, Any]:
    answer = demonstration.ask("synthese", territoire=EPCI, source=POLICE, **period)
    (group,) = answer["resultat"]["groupes"]
    found: dict[str, Any] = group
    return found


def test_families_count_what_the_truth_says_year_by_year(demonstration: Demonstration):
    planted = demonstration.truth["familles_stables"]
    for rank in range(4):
        period = {"debut": f"{2022 + rank}-11-01", "fin": f"{2023 + rank}-11-01"}
        group = demonstration.ask("synthese", territoire=EPCI, source=POLICE, **period)["resultat"][
            "groupes"
        ][0]
        counted = {row["code"]: row["faits"]["valeur"] for row in group["categories"]}
        assert {family: counted.get(family, 0) for family in planted} == {
            family: years[rank] for family, years in planted.items()
        }


def test_the_year_before_is_the_same_question_a_year_earlier(demonstration: Demonstration):
    now = demonstration.ask("synthese", territoire=EPCI, source=POLICE, **LAST_YEAR)["resultat"]["groupes"][0]
    earlier = {"debut": "2024-11-01", "fin": "2025-11-01"}
    before = demonstration.ask("synthese", territoire=EPCI, source=POLICE, **earlier)["resultat"]["groupes"][
        0
    ]
    assert now["faits_annee_precedente"] == before["faits"]
    past = {row["code"]: row["faits"]["valeur"] for row in before["categories"]}
    told = {row["code"]: row["faits_annee_precedente"]["valeur"] or 0 for row in now["categories"]}
    assert {code: number for code, number in told.items() if number} == {c: n for c, n in past.items() if n}


def every_figure(demonstration: Demonstration) -> dict[str, Any]:
    """A wide sample of answers, without what says when and from which imports they were made."""
    questions = [
        ("synthese", {"territoire": EPCI, **WHOLE}),
        ("synthese", {"territoire": TOULOUSE, **LAST_YEAR}),
        ("tendances", {"territoire": EPCI, "source": POLICE, **WHOLE}),
        ("tendances", {"territoire": EPCI, "source": LANDLORD, **WHOLE}),
        ("creneaux-horaires", {"territoire": EPCI, "source": POLICE, **WHOLE}),
        ("evolution", {"territoire": EPCI, "source": POLICE, "par": "famille", **LAST_YEAR}),
        ("points-chauds", {"territoire": TOULOUSE, "source": POLICE, **LAST_YEAR}),
        ("couverture", {"territoire": EPCI, **WHOLE}),
    ]
    return {json.dumps(q): demonstration.ask(q[0], **q[1]) for q in questions}


def facts_stored(world: World) -> list[tuple[Any, ...]]:
    """Every current fact, but for the import that last confirmed it."""
    columns = "key, content, category, local_day, hour_of_week, commune, cell, qpv_2024, as_of"
    with psycopg.connect(world.database.url) as connection:
        return connection.execute(f"select {columns} from confidential.fact order by key").fetchall()


@pytest.mark.parametrize("sending", ["mensuel", "corrige", "chevauchant"])
def test_undoing_an_import_puts_every_figure_back(demonstration: Demonstration, sending: str):
    """A month sent again as another file, then taken back: nothing has moved, to the bit."""
    world = demonstration.world
    file = next(f for f in demonstration.plan["fichiers"] if f["envoi"] == sending and f["source"] == POLICE)
    before, stored = every_figure(demonstration), facts_stored(world)
    content = (
        (demonstration.folder / file["chemin"]).read_bytes().replace(b"Tapage nocturne", b"Rassemblement")
    )
    more = content.replace(b"\r\n20", b"\r\n30", 5)  # five references that nobody has seen
    fields = {**{k: file[k] for k in ("source", "debut", "fin")}, "arrete_le": "2026-11-15"}
    report = world.send(more, **fields)
    assert report["lignes"]["creees"] > 0
    assert report["lignes"]["revisees"] > 0
    assert every_figure(demonstration) != before
    answer = world.client.delete(f"/api/v1/imports/{report['id']}", headers=world.admin)
    assert answer.json()["etat"] == "annule"
    assert facts_stored(world) == stored
    assert every_figure(demonstration) == before


def test_the_same_file_again_changes_nothing(demonstration: Demonstration):
    file = demonstration.plan["fichiers"][40]
    before, stored = every_figure(demonstration), facts_stored(demonstration.world)
    report = demonstration.send(file)
    told = demonstration.truth["fichiers"][40]["lignes"]
    assert report["lignes"]["creees"] == report["lignes"]["revisees"] == 0
    assert report["lignes"]["inchangees"] == told["creees"] + told["inchangees"] + told["revisees"]
    assert facts_stored(demonstration.world) == stored
    demonstration.world.client.delete(f"/api/v1/imports/{report['id']}", headers=demonstration.world.admin)
    assert every_figure(demonstration) == before
