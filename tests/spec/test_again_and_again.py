"""The same file, an overlapping one, a corrected one, rows alike, an undo: what the store then says."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from intake.desk import Desk, codes
from intake.tables import dump
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World, lines_law


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, world.source("pm", territory=TOULOUSE))


def row_of(month: int, **more: str) -> str:
    return pm_row(f"2025-{month:02}", f"15/{month:02}/2025", **more)


def january_to(last: int, first: int = 1) -> bytes:
    return pm_file(row_of(month) for month in range(first, last + 1))


def unnamed(hour: str = "22:45") -> str:
    """A row without a reference."""
    return pm_row("", "12/03/2025", hour)


def lines(report: dict[str, Any]) -> dict[str, int]:
    assert lines_law(report)
    return {bucket: number for bucket, number in report["lignes"].items() if number and bucket != "lues"}


def test_ded_idem_the_same_file_twice_and_files_that_overlap_add_only_what_is_new(desk: Desk) -> None:
    assert lines(desk.send(january_to(6))) == {"creees": 6}
    assert lines(desk.send(january_to(6))) == {"inchangees": 6}
    assert lines(desk.send(january_to(7, first=6))) == {"inchangees": 1, "creees": 1}
    assert len(desk.facts) == 7


def test_rev_corr_a_nature_corrected_two_months_later_is_a_new_version_and_the_old_one_is_archived(
    desk: Desk,
) -> None:
    desk.send(pm_file([row_of(1, nature="Tapage nocturne"), row_of(2)]), arrete_le="2025-03-01")
    report = desk.send(pm_file([row_of(1, nature="Rixe")]), arrete_le="2025-05-01")
    assert lines(report) == {"revisees": 1}
    assert codes(report) == {"REV_CORR": 1}
    assert [f["source_label"] for f in desk.facts] == ["Rixe", "Tapage nocturne"]
    assert len(dump(desk.world, desk.source)["fact_history"]) == 1
    assert report["arrete_le"] == "2025-05-01"


def test_two_contents_extracted_on_one_day_are_told_and_the_file_received_last_is_right(desk: Desk) -> None:
    desk.send(pm_file([row_of(1, hour="10:00")]), arrete_le="2025-03-01")
    report = desk.send(pm_file([row_of(1, hour="11:00")]), arrete_le="2025-03-01")
    assert codes(report) == {"REV_CORR": 1, "REV_EGALITE": 1}
    assert desk.fact["local_hour"] == 11


def test_rows_alike_without_a_reference_are_several_facts_and_the_file_says_so(desk: Desk) -> None:
    report = desk.send(pm_file([unnamed(), unnamed(), unnamed("23:00")]))
    assert lines(report) == {"creees": 3}
    assert codes(report) == {"DED_RANG": 2}
    assert lines(desk.send(pm_file([unnamed(), unnamed(), unnamed("23:00")]))) == {"inchangees": 3}


def test_rows_alike_are_one_fact_when_the_sender_says_so(desk: Desk) -> None:
    report = desk.send(pm_file([unnamed(), unnamed(), unnamed("23:00")]), doublons_internes="ignorer")
    assert lines(report) == {"creees": 2, "doublons": 1}
    assert lines(desk.send(pm_file([unnamed(), unnamed("23:00")]))) == {"inchangees": 2}


def test_a_file_cut_between_rows_alike_counts_fewer_facts_which_is_the_only_exception(desk: Desk) -> None:
    """Each half starts its ranks again; « DED_RANG » in the whole file warns of it."""
    assert lines(desk.send(pm_file([unnamed()]))) == {"creees": 1}
    assert lines(desk.send(pm_file([unnamed()]))) == {"inchangees": 1}
    assert lines(desk.send(pm_file([unnamed(), unnamed()]))) == {"inchangees": 1, "creees": 1}


def test_an_undo_restores_every_figure_also_when_later_files_revised_the_same_rows(desk: Desk) -> None:
    desk.send(january_to(3), arrete_le="2025-04-01")
    alone = dump(desk.world, desk.source)
    middle = desk.send(pm_file([row_of(2, hour="10:00"), row_of(4)]), arrete_le="2025-05-01")
    later = desk.send(pm_file([row_of(2, hour="11:00"), row_of(3, nature="Rixe")]), arrete_le="2025-06-01")
    for report in (middle, later):
        answer = desk.world.client.delete(f"/api/v1/imports/{report['id']}", headers=desk.world.admin)
        assert answer.json()["etat"] == "annule"
    assert dump(desk.world, desk.source) == alone


def test_of_two_undos_at_once_one_is_done_and_the_other_told(desk: Desk) -> None:
    desk.send(january_to(2), arrete_le="2025-04-01")
    before = dump(desk.world, desk.source)
    report = desk.send(pm_file([row_of(1, hour="10:00"), row_of(5)]), arrete_le="2025-06-01")

    def undo(_: int) -> int:
        return desk.world.client.delete(
            f"/api/v1/imports/{report['id']}", headers=desk.world.admin
        ).status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(undo, range(2))) == [200, 409]
    assert dump(desk.world, desk.source) == before


def test_a_fact_outside_the_declared_period_is_kept_and_said(desk: Desk) -> None:
    report = desk.send(january_to(3), debut="2025-02-01", fin="2025-04-01")
    assert lines(report) == {"creees": 3}
    assert codes(report) == {"PER_HORS": 1}


def test_too_many_rows_in_quarantine_wait_for_the_administration_and_nothing_is_written(desk: Desk) -> None:
    rows = [row_of(1), *(pm_row(str(n), "31/02/2025") for n in range(11))]
    held = desk.world.send(pm_file(rows), desk.source)
    assert (held["etat"], held["a_confirmer"], held["termine_le"]) == ("a_confirmer", ["quarantaine"], None)
    assert desk.facts == []
    report = desk.world.confirm(held)
    assert (report["etat"], lines(report)) == ("valide", {"creees": 1, "quarantaine": 11})
    assert len(desk.facts) == 1


def test_an_import_held_for_review_may_be_dropped(desk: Desk) -> None:
    held = desk.world.send(pm_file(pm_row(str(n), "31/02/2025") for n in range(11)), desk.source)
    path = f"/api/v1/imports/{held['id']}"
    assert desk.world.client.delete(path, headers=desk.world.admin).json()["etat"] == "annule"
    assert desk.world.client.post(f"{path}/validation", headers=desk.world.admin).status_code == 409
    assert dump(desk.world, desk.source)["fact_version"] == []


def test_accents_encoded_twice_wait_for_a_word_and_are_repaired_on_demand(desk: Desk) -> None:
    rows = (
        "id_evt,date_exploit,heure,ligne,arret,categorie,item,lat,lon\n1,2026-03-13,17:42,A,x,Dégradation,,,"
    )
    content = rows.encode().decode("cp1252").encode()
    held = desk.world.send(content, desk.source)
    assert held["a_confirmer"] == ["encodage"]
    answer = desk.world.client.post(
        f"/api/v1/imports/{held['id']}/validation", json={"reparer": True}, headers=desk.world.admin
    )
    assert answer.status_code == 202
    report = desk.world.done(held["id"])
    assert report["etat"] == "valide"
    assert desk.fact["source_label"] == "Dégradation"


def test_accents_encoded_twice_in_the_header_are_told_and_repaired_on_demand(desk: Desk) -> None:
    content = pm_file([row_of(1, nature="Dégradation de véhicule")], "utf-8").decode("cp1252").encode()
    problem = desk.world.send(content, desk.source, status=422)
    assert problem["type"].endswith("/encodage_double")
    report = desk.send(content, reparer="true")
    assert (report["etat"], desk.fact["source_label"]) == ("valide", "Dégradation de véhicule")


def test_a_quantity_above_fifty_waits_for_a_word(desk: Desk) -> None:
    profile = {
        "libelle": "avec quantité",
        "champs": {
            "reference": "Réf",
            "date": "Date",
            "categorie": "Nature",
            "commune": "INSEE",
            "quantite": "Nombre",
        },
    }
    path = f"/api/v1/sources/{desk.source}/profil"
    answer = desk.world.client.put(path, json=profile, headers=desk.world.admin)
    assert answer.status_code == 200, answer.text
    content = "Réf;Date;Nature;INSEE;Nombre\n1;13/03/2025;Rixe;31555;128\n".encode()
    held = desk.world.send(content, desk.source)
    assert held["a_confirmer"] == ["quantite"]
    assert desk.world.confirm(held)["etat"] == "valide"
    assert (desk.fact["quantity"], desk.fact["unit"]) == (128, "fait")
