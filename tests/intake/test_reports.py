"""What the sender reads back: the report, its period, its anomalies, a simulation, an undo."""

import hashlib
from collections.abc import Callable
from datetime import date

import pytest

from intake.desk import Desk, codes
from intake.tables import dump, row_counts
from observatoire.intake.faults import label_of
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World


def lines(**buckets: int) -> dict[str, int]:
    names = ("creees", "revisees", "inchangees", "doublons", "quarantaine", "ecartees", "effacees")
    return {"lues": sum(buckets.values())} | {name: buckets.get(name, 0) for name in names}


# ---- the report --------------------------------------------------------------------------------


def test_the_report_says_what_was_received_and_what_became_of_it(desk: Desk) -> None:
    content = pm_file([pm_row("1"), pm_row("2", hour=""), pm_row("2", hour="14h"), "TOTAL;2;;;;;;", "x"])
    report = desk.send(content, arrete_le="2025-04-02")
    assert (report["etat"], report["source"], report["simulation"]) == ("valide", desk.source, False)
    assert report["fichier"] == {
        "nom": "export.csv",
        "octets": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "encodage": "cp1252",
        "separateur": ";",
        "feuille": None,
    }
    assert report["profil"].startswith("police_municipale@")
    assert report["arrete_le"] == "2025-04-02"
    assert report["lignes"] == lines(creees=2, doublons=1, quarantaine=1, ecartees=1)
    assert codes(report) == {"CSV_CHAMPS": 1, "DED_FICHIER": 1, "LIG_TOTAL": 1}
    assert "5 lignes lues" in report["message"]
    assert "1 en quarantaine" in report["message"]


def test_the_import_can_be_read_again_at_its_address(desk: Desk) -> None:
    answer = desk.world.client.post(
        "/api/v1/imports",
        data={"source": desk.source},
        files={"fichier": ("mars.csv", pm_file([pm_row()]))},
        headers=desk.world.admin,
    )
    assert answer.status_code == 202
    address = answer.headers["location"]
    assert address == f"/api/v1/imports/{answer.json()['id']}"
    assert desk.world.client.get(address, headers=desk.world.admin).json() == answer.json()
    listed = desk.world.get("/imports", source=desk.source)
    assert (listed["total"], listed["imports"]) == (1, [answer.json()])


def test_each_anomaly_comes_with_its_french_sentence_most_frequent_first(desk: Desk) -> None:
    report = desk.send_rows(
        pm_row("1", hour=""), pm_row("2", hour=""), pm_row("3", hour="25:10"), pm_row("4", nature="xyzzy")
    )
    assert [(a["code"], a["nombre"]) for a in report["anomalies"]] == [
        ("DAT_AMBIGU", 4),
        ("HEU_VIDE", 2),
        ("CAT_A_CLASSER", 1),
        ("HEU_INVALIDE", 1),
    ]
    assert [a["libelle"] for a in report["anomalies"]] == [label_of(a["code"]) for a in report["anomalies"]]


def test_of_two_rows_with_one_reference_the_last_is_kept_and_the_other_counted(desk: Desk) -> None:
    report = desk.send_rows(pm_row("MC 1", hour="10:00"), pm_row("2"), pm_row("mc1", hour="11:00"))
    assert report["lignes"] == lines(creees=2, doublons=1)
    assert sorted(f["local_hour"] for f in desk.facts) == [11, 22]


def test_rows_without_a_reference_are_facts_of_their_own_even_when_alike(desk: Desk) -> None:
    report = desk.send_rows(pm_row(""), pm_row(""), pm_row(" "))
    assert report["lignes"] == lines(creees=3)
    assert desk.send_rows(pm_row(""), pm_row(""), pm_row(""))["lignes"] == lines(inchangees=3)
    assert desk.send_rows(*[pm_row("")] * 4)["lignes"] == lines(creees=1, inchangees=3)


def test_a_file_of_totals_alone_is_read_and_stores_nothing(desk: Desk) -> None:
    report = desk.send_rows("TOTAL;;;128;;;;")
    assert report["lignes"] == lines(ecartees=1)
    assert (report["periode"], desk.facts) == (None, [])


def test_labels_are_classed_by_the_profile_the_taxonomy_then_the_synonyms(desk: Desk) -> None:
    labels = ["STAT. GENANT", "tapage nocturne", "Attroupement devant le collège", "A101", "Chose inconnue"]
    desk.send_rows(*(pm_row(str(n), nature=label, hour=f"1{n}:00") for n, label in enumerate(labels)))
    assert [(f["category"], f["category_mode"]) for f in desk.facts] == [
        ("C101", "table"),
        ("A101", "table"),
        ("A201", "synonyme"),
        ("A101", "table"),
        ("Z999", "defaut"),
    ]


# ---- periods -----------------------------------------------------------------------------------


def test_a_period_that_is_not_declared_is_deduced_from_whole_months_and_says_so(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1", date="12/03/2025"), pm_row("2", date="02/05/2025"))
    assert report["periode"] == {"debut": "2025-03-01", "fin": "2025-06-01", "deduite": True}


def test_a_declared_period_stands_and_its_empty_months_are_zero_not_missing(desk: Desk) -> None:
    report = desk.send(pm_file([pm_row()]), debut="2025-02-01", fin="2025-05-01")
    assert report["periode"] == {"debut": "2025-02-01", "fin": "2025-05-01", "deduite": False}
    assert months(desk) == {
        "2025-01": "absent",
        "2025-02": "recu",
        "2025-03": "recu",
        "2025-04": "recu",
        "2025-05": "absent",
    }


def test_a_partial_file_is_a_partial_month(desk: Desk) -> None:
    report = desk.send(pm_file([pm_row()]), debut="2025-03-01", fin="2025-04-01", couverture="partielle")
    assert report["couverture"] == "partielle"
    assert months(desk)["2025-03"] == "partiel"


def test_a_simulated_or_undone_import_covers_nothing(desk: Desk) -> None:
    desk.send(pm_file([pm_row()]), simulation="true")
    undone = desk.send(pm_file([pm_row()]))
    undo(desk.world, undone)
    assert set(months(desk).values()) == {"absent"}


def months(desk: Desk) -> dict[str, str]:
    answer = desk.world.get(
        "/analyses/couverture", territoire=TOULOUSE, source=desk.source, debut="2025-01-01", fin="2025-06-01"
    )
    (matrix,) = answer["resultat"]["sources"]
    return {month["periode"]: month["etat"] for month in matrix["mois"]}


# ---- nothing to report -------------------------------------------------------------------------


def nil(desk: Desk, status: int = 201, **body: str) -> dict[str, object]:
    answer = desk.world.client.post(
        f"/api/v1/sources/{desk.source}/neant", json=body, headers=desk.world.admin
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def test_nothing_to_report_is_a_zero_not_a_silence_and_can_be_taken_back(desk: Desk) -> None:
    report = nil(desk, debut="2025-03-01", fin="2025-04-01", arrete_le="2025-04-02")
    assert (report["etat"], report["neant"], report["lignes"]) == ("valide", True, lines())
    assert report["arrete_le"] == "2025-04-02"
    assert months(desk)["2025-03"] == "neant"
    undo(desk.world, report)
    assert months(desk)["2025-03"] == "absent"


def test_a_reversed_nil_period_is_refused(desk: Desk) -> None:
    problem = nil(desk, 422, debut="2025-04-01", fin="2025-03-01")
    assert problem["type"].endswith("/periode_inversee")


# ---- simulation ---------------------------------------------------------------------------------


def test_a_simulation_tells_everything_and_writes_only_its_report(world: World) -> None:
    source = world.source()
    world.send(pm_file([pm_row("1"), pm_row("2")]))
    before, facts = row_counts(world), dump(world, source)
    content = pm_file([pm_row("1"), pm_row("2", hour="10:00"), pm_row("3"), pm_row("4", date="?"), "TOTAL"])
    report = world.send(content, simulation="true")
    assert (report["etat"], report["simulation"]) == ("simule", True)
    assert "rien n'a été écrit" in report["message"]
    assert report["lignes"] == lines(creees=1, revisees=1, inchangees=1, quarantaine=1, ecartees=1)
    after = row_counts(world)
    report_tables = {"collection.import", "collection.reject"}
    assert {name for name in after if after[name] != before[name]} <= report_tables
    assert after["collection.import"] == before["collection.import"] + 1
    assert dump(world, source) == facts
    real = world.send(content)
    assert {k: real[k] for k in ("lignes", "anomalies", "periode", "localisation")} == {
        k: report[k] for k in ("lignes", "anomalies", "periode", "localisation")
    }


def test_a_simulation_cannot_be_undone(desk: Desk) -> None:
    report = desk.send(pm_file([pm_row()]), simulation="true")
    problem = undo(desk.world, report, 409)
    assert "simule" in problem["detail"]


# ---- revisions and undo ---------------------------------------------------------------------------


def undo(world: World, report: dict[str, object], status: int = 200) -> dict[str, str]:
    answer = world.client.delete(f"/api/v1/imports/{report['id']}", headers=world.admin)
    assert answer.status_code == status, answer.text
    body: dict[str, str] = answer.json()
    return body


def test_the_same_file_again_brings_nothing_new(desk: Desk) -> None:
    content = pm_file([pm_row(str(n)) for n in range(5)])
    assert desk.send(content)["lignes"] == lines(creees=5)
    facts = [{**f, "import_number": None, "as_of": None} for f in desk.facts]
    assert desk.send(content)["lignes"] == lines(inchangees=5)
    assert [{**f, "import_number": None, "as_of": None} for f in desk.facts] == facts


def test_of_an_overlapping_file_only_what_is_new_comes_in(desk: Desk) -> None:
    desk.send_rows(*(pm_row(str(n)) for n in range(0, 6)))
    report = desk.send_rows(*(pm_row(str(n)) for n in range(4, 9)))
    assert report["lignes"] == lines(creees=3, inchangees=2)
    assert len(desk.facts) == 9


@pytest.mark.parametrize(
    "correction",
    [
        {"nature": "Rassemblement"},
        {"date": "13/03/2025"},
        {"hour": "10h00"},
        {"hour": ""},
        {"code": "31069"},
        {"point": ("", "")},
        {"point": ("574400,0", "6279600,0")},
    ],
    ids=str,
)
def test_a_corrected_row_revises_its_fact(desk: Desk, correction: dict[str, str]) -> None:
    desk.send_row()
    first = desk.fact
    report = desk.send_row(**correction)
    assert report["lignes"] == lines(revisees=1)
    assert desk.fact["key"] == first["key"]
    assert desk.fact["content"] != first["content"]
    undo(desk.world, report)
    assert desk.fact == first


def test_an_older_extraction_stays_in_the_history_and_the_message_says_so(desk: Desk) -> None:
    desk.send(pm_file([pm_row(hour="11:00")]), arrete_le="2025-05-01")
    report = desk.send(pm_file([pm_row(hour="10:00")]), arrete_le="2025-04-01")
    assert desk.fact["local_hour"] == 11
    assert "1 plus ancienne" in report["message"]


def test_an_undone_import_stays_listed_without_its_rejects_and_is_undone_once(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))
    done = undo(desk.world, report)
    assert done["etat"] == "annule"
    assert desk.facts == []
    assert desk.rejects(report) == [desk.rejects(report)[0]]
    assert "annule" in undo(desk.world, report, 409)["detail"]


def test_an_undo_touches_no_other_source(new_desk: Callable[..., Desk]) -> None:
    here, there = new_desk(), new_desk()
    there.send_row()
    before = there.facts
    undo(here.world, here.send_row())
    assert (here.facts, there.facts) == ([], before)


def test_figures_are_after_an_undo_what_they_were_before(desk: Desk) -> None:
    asked = {"territoire": TOULOUSE, "source": desk.source, "debut": "2025-03-01", "fin": "2025-04-01"}
    desk.send(pm_file([pm_row("1"), pm_row("2")]), arrete_le=date(2025, 4, 1))
    paths = ("/analyses/synthese", "/analyses/creneaux-horaires")
    before = [desk.world.get(path, **asked) for path in paths]
    report = desk.send_rows(pm_row("1", hour="10:00"), pm_row("3"))
    assert [desk.world.get(path, **asked) for path in paths] != before
    undo(desk.world, report)
    assert [desk.world.get(path, **asked) for path in paths] == before


def test_a_simulation_tells_which_rows_would_be_set_aside(desk: Desk) -> None:
    report = desk.send(pm_file([pm_row("1"), pm_row("2", date="31/02/2025")]), simulation="true")

    assert [row[1] for row in desk.rejects(report)[1:]] == ["DAT_INVALIDE"]


def test_a_file_extracted_in_the_future_is_refused_since_it_would_win_over_all_others(desk: Desk) -> None:
    problem = desk.world.send(pm_file([pm_row()]), desk.source, status=422, arrete_le="2199-01-01")

    assert problem["erreurs"][0]["champ"] == "arrete_le"
    assert "futur" in problem["erreurs"][0]["message"]
