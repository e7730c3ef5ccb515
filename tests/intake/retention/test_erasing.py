"""A fact is erased by the reference that its source knows: nothing is left, nothing brings it back."""

from typing import Any

import polars as pl
import pytest
from sqlalchemy import text

from intake.tables import tables_that_hold
from observatoire.disclosure.policy import Role
from observatoire.intake import rejects
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding.placing import Placing
from observatoire.intake.keys import key_of
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World, lines_law

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", territory=TOULOUSE)
    shared_world.source("csu", territory=TOULOUSE)
    return shared_world


def send(town: World, *rows: str, source: str = "pm", **more: Any) -> dict[str, Any]:
    report = town.send(pm_file(rows), source, debut="2025-01-01", fin="2026-01-01", **more)
    assert lines_law(report)
    return report


def erase(town: World, reference: str, status: int = 201, source: str = "pm", **more: Any) -> Any:
    body = {"reference": reference, "motif": "droit_a_l_effacement", **more}
    answer = town.client.post(f"/api/v1/sources/{source}/effacements", json=body, headers=town.admin)
    assert answer.status_code == status, answer.text
    return answer.json()


def facts(town: World) -> int:
    answer = town.get("/analyses/synthese", territoire=TOULOUSE, source="pm", **YEAR)
    groups = answer["resultat"]["groupes"]
    return int(groups[0]["faits"]["valeur"] or 0) if groups else 0


def key(town: World, reference: str, source: str = "pm") -> str:
    found = key_of(reference, source, town.settings.pseudonymisation_key())
    assert found is not None
    return found.hex()


def holding(town: World, marker: str) -> set[str]:
    """Tables with a row in which a key stands."""
    with town.database.owning() as connection:
        names = [n for n in tables_that_hold(town, "pm") if not n.startswith("reference.")]
        found = {
            name
            for name in names
            if connection.execute(
                text(f"select exists (select from {name} t where t::text like :key)"), {"key": f"%{marker}%"}
            ).scalar_one()
        }
        versions = text("select exists (select from confidential.fact_version t where t::text like :key)")
        zones = text("select exists (select from confidential.fact_zone t where t::text like :key)")
        for name, found_in in (("confidential.fact_version", versions), ("confidential.fact_zone", zones)):
            if connection.execute(found_in, {"key": f"%{marker}%"}).scalar_one():
                found.add(name)
    return found


def test_every_version_of_the_fact_goes_and_its_key_alone_stays(town: World) -> None:
    send(town, pm_row("E-1", hour="20h00"), pm_row("E-2", "13/03/2025"), arrete_le="2025-05-01")
    send(town, pm_row("E-1", hour="21h00"), arrete_le="2025-06-01")
    before = facts(town)
    assert holding(town, key(town, "E-1")) >= {"confidential.fact", "confidential.fact_history"}
    done = erase(town, "e 1".replace(" ", "-"))
    assert (done["versions"], done["motif"]) == (2, "droit_a_l_effacement")
    assert facts(town) == before - 1
    assert holding(town, key(town, "E-1")) == {"confidential.erasure"}


def test_the_same_file_again_does_not_bring_it_back_and_counts_the_row(town: World) -> None:
    rows = pm_row("F-1", "14/03/2025"), pm_row("F-2", "15/03/2025")
    send(town, *rows)
    erase(town, "F-1")
    before = facts(town)
    report = send(town, *rows)
    assert (report["lignes"]["effacees"], report["lignes"]["inchangees"]) == (1, 1)
    assert {"EFF_DEMANDE"} <= {anomaly["code"] for anomaly in report["anomalies"]}
    assert "effacée à la demande" in report["message"]
    assert facts(town) == before


def test_a_correction_of_it_does_not_bring_it_back_either(town: World) -> None:
    send(town, pm_row("G-1", "16/03/2025"))
    erase(town, "G-1")
    report = send(town, pm_row("G-1", "17/03/2025", nature="Tag"), pm_row("g-1", "99/99/2025"))
    assert (report["lignes"]["effacees"], report["lignes"]["quarantaine"]) == (2, 0)


def test_a_fact_can_be_erased_before_it_comes(town: World) -> None:
    assert erase(town, "H-1")["versions"] == 0
    assert send(town, pm_row("H-1", "18/03/2025"))["lignes"]["effacees"] == 1


def test_the_same_reference_of_another_source_is_another_fact(town: World) -> None:
    send(town, pm_row("I-1", "19/03/2025"))
    send(town, pm_row("I-1", "19/03/2025"), source="csu")
    erase(town, "I-1", source="csu")
    assert "confidential.fact" in holding(town, key(town, "I-1"))
    assert holding(town, key(town, "I-1", "csu")) == {"confidential.erasure"}


def test_the_undo_of_an_import_that_brought_it_puts_nothing_back(town: World) -> None:
    send(town, pm_row("J-1", "20/03/2025"), arrete_le="2025-05-01")
    later = send(town, pm_row("J-1", "20/03/2025", nature="Tag"), arrete_le="2025-06-01")
    erase(town, "J-1")
    before = facts(town)
    town.client.delete(f"/api/v1/imports/{later['id']}", headers=town.admin)
    assert facts(town) == before
    assert holding(town, key(town, "J-1")) == {"confidential.erasure"}


def test_its_rows_leave_the_file_to_be_mended_and_the_others_stay(town: World) -> None:
    report = send(town, pm_row("K-1", "31/02/2025"), pm_row("K-2", "31/02/2025"), pm_row("K-3", "21/03/2025"))
    assert erase(town, "K-1")["lignes_a_corriger"] == 1
    desk = Desk.of(town.database, town.settings)
    with desk.rejects.read(report["id"]) as stream:
        left = stream.read().decode("utf-8-sig")
    assert "K-1" not in left
    assert "K-2" in left


def test_a_reference_is_looked_for_in_its_own_column_as_the_profile_reads_it(town: World) -> None:
    """« 31555 » is also a commune of every row; « -PV12 » is written « '-PV12 » for a spreadsheet."""
    report = send(
        town,
        pm_row("31555", "31/02/2025"),
        pm_row("-PV12", "31/02/2025"),
        pm_row("N-3", "31/02/2025"),
        pm_row("N-4", "21/03/2025"),
    )
    desk = Desk.of(town.database, town.settings)

    def left() -> list[str]:
        with desk.rejects.read(report["id"]) as stream:
            return [row.cells["N° fiche"] for row in rejects.rows_of(stream.read())]

    assert left() == ["31555", "-PV12", "N-3"]
    assert erase(town, "31555")["lignes_a_corriger"] == 1
    assert left() == ["-PV12", "N-3"]
    assert erase(town, "-PV12")["lignes_a_corriger"] == 1
    assert left() == ["N-3"]


def test_the_address_of_an_erased_fact_is_looked_for_no_more(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    placed = Placing.__call__

    def heard(self: Placing, rows: pl.DataFrame, *more: Any) -> pl.DataFrame:
        asked.extend(rows["lieu"])
        return placed(self, rows, *more)

    monkeypatch.setattr(Placing, "__call__", heard)
    rows = "N° fiche;Date;Heure;Nature;N°;Voie;Commune\r\n" + "".join(
        f"{name};14/03/2025;10h00;Tapage nocturne;{number};{street};Toulouse\r\n"
        for name, number, street in (("A-1", "3", "rue du Taur"), ("A-2", "5", "rue Pargaminières"))
    )
    erase(town, "A-1")
    report = town.send(
        rows.encode("cp1252"), "pm", debut="2025-03-01", fin="2025-04-01", couverture="partielle"
    )
    assert report["lignes"]["effacees"] == 1, report
    assert "5 rue Pargaminières" in asked
    assert "3 rue du Taur" not in asked


def test_an_administrator_with_bounds_erases_and_deletes_nothing_beyond_them(town: World) -> None:
    town.source("large")
    bounded = town.headers(town.key("bornée", Role.ADMINISTRATION, "", TOULOUSE))
    assert town.get("/sources/large", bounded)["code"] == "large"
    body = {"reference": "X-1", "motif": "opposition"}
    for method, path, more in (
        ("POST", "/sources/large/effacements", {"json": body}),
        ("DELETE", "/sources/large?confirmation=large", {}),
    ):
        answer = town.client.request(method, f"/api/v1{path}", headers=bounded, **more)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "interdit")


def test_erased_twice_is_erased_once(town: World) -> None:
    send(town, pm_row("L-1", "22/03/2025"))
    assert erase(town, "L-1")["versions"] == 1
    before = town.get("/sources/pm/effacements")["total"]
    assert erase(town, "L-1")["versions"] == 0
    assert town.get("/sources/pm/effacements")["total"] == before


def test_the_reference_stands_nowhere_and_the_trail_says_who_and_which_source(town: World) -> None:
    send(town, pm_row("ZQX-77123", "23/03/2025"))
    erase(town, "ZQX-77123", motif="saisie_par_erreur")
    assert tables_that_hold(town, "ZQX-77123") == []
    entry = town.get("/audit")["entrees"][0]
    assert (entry["objet"], entry["sources"]) == ("sources/pm/effacements", ["pm"])
    assert town.get("/sources/pm/effacements")["effacements"][0]["motif"] == "saisie_par_erreur"


@pytest.mark.parametrize(
    "wrong", [{"motif": "parce que M. Dupont"}, {"reference": "   "}, {"reference": ""}, {"nom": "Dupont"}]
)
def test_a_reason_comes_from_a_closed_list_and_a_reference_says_something(
    town: World, wrong: dict[str, str]
) -> None:
    problem = erase(town, **{"reference": "M-1", **wrong}, status=422)
    assert "Dupont" not in str(problem)
