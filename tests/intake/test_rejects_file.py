"""The rows to mend: what their file holds, for how long, and that mended they come in as if never lost."""

import csv
import io
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import text

from intake.desk import Desk, codes
from intake.tables import dump
from observatoire.disclosure.policy import Role
from observatoire.intake import rejects
from observatoire.store import imports as import_store
from observatoire.web.api import rejects as rejects_page
from support.files import PM_HEADER, pm_file, pm_row
from support.world import TOULOUSE

OURS = ["ligne", "motif_code", "champ", "motif"]
MAPPED = ["N° fiche", "Date", "Heure", "Nature", "Code INSEE", "X", "Y"]


def answer(desk: Desk, report: dict[str, Any], **params: str) -> Any:
    path = f"/api/v1/imports/{report['id']}/rejets"
    return desk.world.client.get(path, params=params, headers=desk.world.admin)


def cells(desk: Desk, report: dict[str, Any]) -> list[list[str]]:
    found = answer(desk, report)
    assert found.status_code == 200, found.text
    return list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"), newline=""), delimiter=";"))


# ---- what the file holds -----------------------------------------------------------------------------------


def test_the_file_holds_our_columns_then_the_mapped_ones_under_their_own_names(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="31/02/2025"), pm_row("3"))
    header, *rows = cells(desk, report)
    assert header == OURS + MAPPED  # « Commune » is mapped by no profile: it never comes back
    (row,) = rows
    assert row[:3] == ["3", "DAT_INVALIDE", "date"]
    assert row[3].endswith(".")
    assert row[4:] == ["2", "31/02/2025", "22h45", "Tapage nocturne", "31555", "574357,3", "6279642,9"]


def test_the_file_is_one_that_a_french_spreadsheet_opens(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))
    found = answer(desk, report)
    assert found.content.startswith(b"\xef\xbb\xbf")
    assert found.content.endswith(b"\r\n")
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert found.headers["content-disposition"] == f'attachment; filename="rejets-{report["id"]}.csv"'
    assert found.headers["cache-control"] == "private, no-store"


def test_csv_champs_a_row_that_cannot_be_cut_has_its_line_and_no_cell(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), "2;court", pm_row("3", date="?"), "4;encore;plus;court")
    rows = cells(desk, report)[1:]
    assert [row[:3] for row in rows] == [
        ["3", "CSV_CHAMPS", "ligne"],
        ["4", "DAT_INVALIDE", "date"],
        ["5", "CSV_CHAMPS", "ligne"],
    ]
    assert rows[0][4:] == rows[2][4:] == [""] * len(MAPPED)


def test_totals_are_counted_and_not_given_to_mend(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), "TOTAL;1;;;;;;", pm_row("2", date="?"))
    assert report["lignes"]["ecartees"] == 1
    assert [row[1] for row in cells(desk, report)[1:]] == ["DAT_INVALIDE"]


def test_a_file_without_rejects_gives_the_header_alone(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"))
    assert cells(desk, report) == [OURS]
    assert answer(desk, report, f="json").json()["rejets"] == []


def test_as_json_the_cells_are_told_by_column_without_escapes(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("=2+2", date="?", point=("-1,0", "-1,0")))
    told = answer(desk, report, f="json").json()
    assert told["import"] == report["id"]
    (row,) = told["rejets"]
    assert (row["ligne"], row["motif_code"], row["champ"]) == (3, "DAT_INVALIDE", "date")
    assert row["cellules"]["N° fiche"] == "=2+2"
    assert row["cellules"]["X"] == "-1,0"


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("M. DUPONT", "Nature"),
        ("06 12 34 56 78", "N° fiche"),
        ("AB-123-CD", "N° fiche"),
        ("jean@free.fr", "Heure"),
    ],
)
def test_pii_libre_a_cell_that_looks_personal_is_masked_and_its_row_waits(
    desk: Desk, cell: str, column: str
) -> None:
    names = PM_HEADER.split(";")
    row = pm_row("2").split(";")
    row[names.index(column)] = cell
    report = desk.send_rows(pm_row("1"), ";".join(row))
    assert codes(report)["PII_LIBRE"] == 1
    found = cells(desk, report)
    assert found[1][found[0].index(column)] == "[masqué]"
    assert cell not in answer(desk, report).text
    assert cell not in answer(desk, report, f="json").text
    field = {"Nature": "categorie", "N° fiche": "reference", "Heure": "heure"}[column]
    assert found[1][1:3] == ["PII_LIBRE", field]


def test_another_faulty_row_is_masked_where_it_looks_personal_too(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="né le 01/02/1990", nature="Mme DURAND"))
    row = dict(zip(*cells(desk, report), strict=True))
    assert (row["Date"], row["Nature"], row["N° fiche"]) == ("[masqué]", "[masqué]", "2")


@pytest.mark.parametrize("label", ['=HYPERLINK("http://x")', "@SUM(A1)", "+A1", "-A1", "'=1", "\t=1"])
def test_sec_injection_a_spreadsheet_will_not_take_a_cell_for_a_formula(desk: Desk, label: str) -> None:
    quoted = '"' + label.replace('"', '""') + '"'
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?", nature=quoted))
    row = dict(zip(*cells(desk, report), strict=True))
    assert row["Nature"] == "'" + label


def test_the_names_of_our_columns_give_way_to_those_of_the_file() -> None:
    assert rejects._own_columns(["Motif", "Date"])[3] == "rejet_motif"
    assert rejects._own_columns(["Motif appel", "Date"]) == tuple(OURS)


# ---- who reads it, for how long --------------------------------------------------------------------------


def test_the_file_lies_encrypted_and_nothing_of_it_in_clear(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?", nature="Tapage ZORGLUB"))
    vault = desk.world.settings.var / "rejets"
    assert report["id"] in os.listdir(vault)
    assert "ZORGLUB" in answer(desk, report).text
    kept = [path for path in desk.world.settings.var.rglob("*") if path.is_file()]
    assert all(b"ZORGLUB" not in path.read_bytes() for path in kept)


def test_another_organisation_s_rejects_do_not_exist(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))
    for role in (Role.AGENT, Role.PARTENAIRE):
        headers = desk.world.headers(desk.world.key(f"voisin {role}", role, "ailleurs"))
        found = desk.world.client.get(f"/api/v1/imports/{report['id']}/rejets", headers=headers)
        assert found.status_code == 404
        assert "DAT_INVALIDE" not in found.text


def test_reading_the_rejects_is_written_in_the_journal(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))
    cells(desk, report)
    with desk.world.database.owning() as connection:
        rows = connection.execute(
            text("select caller, role, action from accounts.journal where question like :id"),
            {"id": f"%{report['id']}%"},
        ).all()
    assert [tuple(row) for row in rows] == [("administration", "administrateur", "rejets")]


def test_after_thirty_days_the_file_is_gone_and_the_problem_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))

    class Later(datetime):
        days = 29

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=cls.days)

    monkeypatch.setattr(rejects_page, "datetime", Later)
    assert answer(desk, report).status_code == 200
    Later.days = 31
    found = answer(desk, report)
    assert found.status_code == 410
    problem = found.json()
    assert problem["type"].endswith("/rejets_expires")
    assert "30 jours" in problem["detail"]


def test_once_purged_the_file_is_gone_too(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))
    (desk.world.settings.var / "rejets" / report["id"]).unlink()
    assert answer(desk, report).status_code == 410


def test_an_undone_import_has_nothing_left_to_mend(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"), pm_row("2", date="?"))
    done = desk.world.client.delete(f"/api/v1/imports/{report['id']}", headers=desk.world.admin)
    assert done.status_code == 200
    assert report["id"] not in os.listdir(desk.world.settings.var / "rejets")
    assert cells(desk, report) == [OURS]


def test_a_running_import_says_to_wait(desk: Desk) -> None:
    report = desk.send_rows(pm_row("1"))
    with desk.world.database.importing() as connection:
        record = import_store.get(connection, UUID(report["id"]))
        assert record is not None
        import_store.move(connection, record.id, {"valide"}, "en_cours")
    assert answer(desk, report).status_code == 409
    with desk.world.database.importing() as connection:
        import_store.move(connection, record.id, {"en_cours"}, "valide")


def test_a_simulation_tells_its_rejects_in_the_same_file(desk: Desk) -> None:
    content = pm_file([pm_row("1"), pm_row("2", date="31/02/2025")])
    simulated = cells(desk, desk.send(content, simulation="true"))
    assert cells(desk, desk.send(content)) == simulated


def test_mending_removes_the_file_of_the_same_source_once_valid(
    desk: Desk, new_desk: Callable[..., Desk]
) -> None:
    mended = record(desk, desk.send_rows(pm_row("1"), pm_row("2", date="?")))
    vault = rejects_vault(desk)
    stranger = record(new_desk(), new_desk().send_rows(pm_row("2")))
    rejects.settle(vault, stranger, mended)
    simulated = record(desk, desk.send(pm_file([pm_row("2")]), simulation="true"))
    rejects.settle(vault, simulated, mended)
    assert vault.holds(str(mended.id))
    rejects.settle(vault, record(desk, desk.send_rows(pm_row("2"))), mended)
    assert not vault.holds(str(mended.id))


def record(desk: Desk, report: dict[str, Any]) -> Any:
    with desk.world.database.reading() as connection:
        return import_store.get(connection, UUID(report["id"]))


def rejects_vault(desk: Desk) -> Any:
    return desk.world.client.app.state.services.desk.rejects  # type: ignore[attr-defined]


# ---- mended and sent again ---------------------------------------------------------------------------------

GOOD = [
    pm_row(
        f"2025-{n:03}",
        date=f"{1 + n % 28:02}/03/2025",
        hour=f"{n % 24}h10",
        point=(f"{574357 + n},3", "6279642,9"),
    )
    for n in range(60)
]
BAD = [
    {"date": "31/02/2025"},
    {"date": ""},
    {"date": "12/13/2025"},
    {"date": "12/03/2199"},
    {"date": "00/00/0000"},
    {"code": "99999", "point": ("", "")},
    {"code": "", "point": ("", "")},
    {"code": "1,31E+08", "point": ("-1,0", "-1,0")},
    {"nature": "Tapage chez M. DUPONT"},
    {"nature": "voir 06 12 34 56 78"},
    {"date": "?", "nature": '"=A1"'},
    {"date": "?", "nature": '"Tapage;\nbruit"', "point": ("-574357,3", "6279642,9")},
]
TRUE = {
    "date": "13/03/2025",
    "code": "31555",
    "nature": "Tapage nocturne",
    "point": ("574357,3", "6279642,9"),
}


def faulty() -> list[str]:
    return [pm_row(f"2025-{60 + n:03}", **cells) for n, cells in enumerate(BAD)]  # type: ignore[arg-type]


def mended() -> list[str]:
    """The same rows had they been right at once."""
    right = []
    for n, wrong in enumerate(BAD):
        cells = {**wrong, **{name: TRUE[name] for name in wrong if name != "point"}}
        if n in (10, 11):
            cells["nature"] = BAD[n]["nature"]  # only their date is wrong
        if "code" in wrong:
            cells["point"] = TRUE["point"]
        right.append(pm_row(f"2025-{60 + n:03}", **cells))  # type: ignore[arg-type]
    return right


def correct(table: list[list[str]]) -> list[list[str]]:
    """What an agent does in a spreadsheet: only the cells that the reason speaks of."""
    header, *rows = table
    place = {name: position for position, name in enumerate(header)}
    for row in rows:
        if row[place["champ"]] == "date":
            row[place["Date"]] = TRUE["date"]
        if row[place["champ"]] == "commune":
            row[place["Code INSEE"]] = TRUE["code"]
            row[place["X"]], row[place["Y"]] = TRUE["point"]
        if row[place["champ"]] == "categorie":
            assert row[place["Nature"]] == "[masqué]"
            row[place["Nature"]] = TRUE["nature"]
    return [header, *rows]


def by_a_text_editor(content: bytes) -> bytes:
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(correct(table))
    return text.getvalue().encode("cp1252")


def by_a_spreadsheet(content: bytes) -> bytes:
    """Opened as text columns, saved as a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    for line, row in enumerate(correct(table), start=1):
        for column, cell in enumerate(row, start=1):
            written = sheet.cell(line, column)
            written.value = cell
            written.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("tool", [by_a_text_editor, by_a_spreadsheet])
def test_twelve_bad_rows_mended_in_their_file_come_in_and_nothing_else_changes(
    new_desk: Callable[..., Desk], tool: Callable[[bytes], bytes]
) -> None:
    desk, model = new_desk(), new_desk()
    first = desk.send_rows(*GOOD[:30], *faulty(), *GOOD[30:])
    assert first["lignes"]["quarantaine"] == len(BAD) == 12
    before = dump(desk.world, desk.source)
    second = desk.send(tool(answer(desk, first).content))
    assert second["lignes"] == {**dict.fromkeys(second["lignes"], 0), "lues": 12, "creees": 12}
    after = dump(desk.world, desk.source)
    assert set(before["fact"]) <= set(after["fact"])
    assert len(after["fact"]) == len(before["fact"]) + 12
    model.send_rows(*GOOD[:30], *mended(), *GOOD[30:])
    assert [told(fact) for fact in desk.facts] == [told(fact) for fact in model.facts]
    asked = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-04-01"}
    totals = [
        desk.world.get("/analyses/synthese", source=d.source, **asked)["resultat"]["groupes"][0]["faits"]
        for d in (desk, model)
    ]
    assert totals[0] == totals[1]
    whole = desk.send_rows(*GOOD[:30], *mended(), *GOOD[30:])
    assert whole["lignes"]["inchangees"] == 72, "the export itself, put right later, brings nothing new"


def told(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact but for what its source and its import make of it."""
    return {
        name: value for name, value in fact.items() if name not in {"key", "source", "import_number", "as_of"}
    }


def test_in_a_file_that_is_not_ours_an_apostrophe_is_an_apostrophe(desk: Desk) -> None:
    desk.send_row(nature='"\'=x"')
    assert desk.fact["source_label"] == "'=x"
