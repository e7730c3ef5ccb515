"""What is not mapped leaves no byte; what looks personal is not stored; rejects tell no value."""

from pathlib import Path

import pytest

from intake.desk import Desk, codes
from intake.tables import facts_of, tables_that_hold
from support.files import LANDLORD_HEADER, PM_HEADER, TRANSPORT_HEADER, pm_file, pm_row
from support.world import World

MARKER = "ZORGLUB"
BAAC_HEADER = "Num_Acc,an,mois,jour,hrmn,lum,agg,int,atm,col,com,adr,gps,lat,long,dep"


def files_that_hold(folder: Path, marker: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and marker.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (PM_HEADER, f"1;12/03/2025;22h45;Tapage nocturne;31555;{MARKER};;"),
        (PM_HEADER + ";Requérant", f"1;12/03/2025;22h45;Tapage nocturne;31555;Toulouse;;;M. {MARKER} Jean"),
        (LANDLORD_HEADER, f"1;12/03/2025;22h;Les Lilas;31555;Vandalisme;chez {MARKER}"),
        (TRANSPORT_HEADER, f"1,12/03/2025,22:10,A,{MARKER},Agression,,43.6044,1.4439"),
        (BAAC_HEADER, f"1,13,2,19,1715,1,2,1,1,3,555,50 rue {MARKER},M,0,0,310"),
    ],
)
def test_a_column_that_no_profile_names_leaves_no_byte(world: World, header: str, row: str) -> None:
    source = world.source(kind="autre", territory="departement:31")
    report = world.send(f"{header}\n{row}\n".encode())
    assert report["lignes"]["creees"] == 1
    assert len(facts_of(world, source)) == 1
    assert tables_that_hold(world, MARKER) == []
    assert files_that_hold(world.settings.var, MARKER) == []


def test_the_search_itself_finds_what_is_there(world: World) -> None:
    world.source()
    world.send(pm_file([pm_row(nature=f"Tapage {MARKER.lower()}")]))
    assert tables_that_hold(world, MARKER) == ["confidential.fact"]


def test_the_reference_of_a_row_is_stored_only_as_a_keyed_hash(world: World) -> None:
    first, second = world.source("pm-un"), world.source("pm-deux")
    content = pm_file([pm_row(f"MC-{MARKER}-1")])
    world.send(content, first)
    world.send(content, second)
    assert tables_that_hold(world, MARKER) == []
    (one,), (two,) = facts_of(world, first), facts_of(world, second)
    assert one["key"] != two["key"]


@pytest.mark.parametrize(
    "cells",
    [
        {"date": "31/02/2025", "nature": f"Tapage {MARKER}"},
        {"date": f"le jour de {MARKER}"},
        {"code": MARKER, "point": ("", "")},
        {"nature": f"{MARKER} appeler le 06 12 34 56 78"},
        {"nature": f"différend avec M. {MARKER}"},
    ],
)
def test_a_row_set_aside_leaves_no_value_behind(world: World, cells: dict[str, str]) -> None:
    world.source()
    report = world.send(pm_file([pm_row(**cells)]))  # type: ignore[arg-type]
    assert report["lignes"]["quarantaine"] == 1
    assert tables_that_hold(world, MARKER) == []
    assert MARKER.lower() not in str(report).lower()
    assert [f for f in (world.settings.var / "rejets").rglob("*") if MARKER.encode() in f.read_bytes()] == []


def test_a_label_that_holds_a_person_waits_in_quarantine_masked(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1", nature="Différend M. DUPONT, 06 12 34 56 78"), pm_row("2"))
    assert report["lignes"]["quarantaine"] == 1
    assert codes(report) == {"PII_LIBRE": 1}
    (row,) = desk.rejects(report)[1:]
    assert row[:3] == ["2", "PII_LIBRE", "categorie"]
    assert "donnée personnelle" in row[3]
    assert row[7] == "[masqué]"


def test_the_rejects_file_names_line_code_field_and_reason_in_file_order(desk: Desk) -> None:
    report = desk.send_rows(
        pm_row("1"),
        pm_row("2", date="31/02/2025"),
        "TOTAL;;;128;;;;",
        "3;court",
        pm_row("4", code="99999", point=("", "")),
    )
    header, *rows = desk.rejects(report)
    assert header[:4] == ["ligne", "motif_code", "champ", "motif"]
    assert header[4:] == ["N° fiche", "Date", "Heure", "Nature", "Code INSEE", "X", "Y"]
    assert [row[:3] for row in rows] == [
        ["3", "DAT_INVALIDE", "date"],
        ["5", "CSV_CHAMPS", "ligne"],
        ["6", "COG_INCONNU", "commune"],
    ]
    assert rows[0][4:8] == ["2", "31/02/2025", "22h45", "Tapage nocturne"]
    assert all(row[3].endswith(".") for row in rows)


def test_a_spreadsheet_will_not_take_a_reject_for_a_formula(desk: Desk) -> None:
    report = desk.send_rows(
        pm_row("1", date="=HYPERLINK(1)"), pm_row("2", date="+33"), pm_row("3", date="@SUM")
    )
    dates = [row[5] for row in desk.rejects(report)[1:]]
    assert dates == ["'=HYPERLINK(1)", "+33", "'@SUM"]  # a number stays a number


@pytest.mark.parametrize(
    "label", ['=HYPERLINK("http://x")', "@SUM(A1)", "<script>alert(1)</script>", "{a,b}", "\\N", '"', "a\\b"]
)
def test_a_label_that_is_code_elsewhere_is_text_here(desk: Desk, label: str) -> None:
    cell = '"' + label.replace('"', '""') + '"'
    assert codes(desk.send_row(nature=cell)) == {"CAT_A_CLASSER": 1}
    assert (desk.fact["source_label"], desk.fact["category"]) == (label, "Z999")
