"""Movements of communes since 1943 to today's codes: followed where they lead to one commune, else said."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from observatoire.atlas.errors import InvalidMovements
from observatoire.atlas.movements import Division, follow_all, read_movements

TABLES = Path(__file__).resolve().parents[2] / "data" / "territoires"
HEADER = "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,TYPECOM_AP,COM_AP"


def rows(*movements: tuple[str, str, str]) -> pl.DataFrame:
    found = [(before, date.fromisoformat(day), after) for before, day, after in movements]
    return pl.DataFrame(found, schema=["before", "day", "after"], orient="row")


def test_mergers_are_followed_through_later_ones() -> None:
    found = follow_all(rows(("01001", "1970-01-01", "01002"), ("01002", "2019-01-01", "01003")), {"01003"})
    assert dict(found.former) == {"01001": "01003", "01002": "01003"}
    assert found.divisions == ()


def test_a_merger_that_was_undone_leads_nowhere() -> None:
    found = follow_all(
        rows(
            ("01001", "1970-01-01", "01002"),
            ("01002", "1980-01-01", "01001"),
            ("01002", "1980-01-01", "01002"),
            ("01001", "2016-01-01", "01003"),
        ),
        {"01002", "01003"},
    )
    assert dict(found.former) == {"01001": "01003"}


def test_circles_end_at_the_current_list() -> None:
    circle = rows(("01001", "2000-01-01", "01002"), ("01002", "2000-01-01", "01001"))
    assert dict(follow_all(circle, {"01002"}).former) == {"01001": "01002"}
    assert dict(follow_all(circle, set()).former) == {}


@pytest.mark.parametrize(("hops", "known"), [(6, True), (7, False)])
def test_six_movements_in_a_row_are_followed(hops: int, known: bool) -> None:
    chain = [(f"0100{n}", f"20{n:02}-01-01", f"0100{n + 1}") for n in range(hops)]
    assert ("01000" in follow_all(rows(*chain), {f"0100{hops}"}).former) is known


def test_a_commune_that_was_divided_is_never_brought_to_one_of_its_parts() -> None:
    found = follow_all(
        rows(("45117", "1988-01-01", "45093"), ("45117", "1988-01-01", "45313")), {"45093", "45313"}
    )
    assert dict(found.former) == {}
    assert found.divisions == (Division("45117", date(1988, 1, 1), frozenset({"45093", "45313"})),)


def test_a_commune_that_gave_a_part_back_is_divided_before_that_day() -> None:
    found = follow_all(
        rows(("85084", "2024-01-01", "85084"), ("85084", "2024-01-01", "85165")), {"85084", "85165"}
    )
    assert found.divisions == (Division("85084", date(2024, 1, 1), frozenset({"85084", "85165"})),)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("A,B\n1,2\n", "colonne absente : MOD"),
        (f"{HEADER}\n", "aucune ligne de commune"),
        (f"{HEADER}\n32,2019-01-01,COMD,01001,0,COM,01002\n", "aucune ligne de commune"),
        (f"{HEADER}\n32,2019-13-01,COM,01001,0,COM,01002\n", "ligne 2"),
        (f"{HEADER}\n32,2019-01-01,COM,01001,0,COM,01002\n32,2019-01-01,COM,1001,0,COM,01002\n", "ligne 3"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(tmp_path: Path, lines: str, reason: str) -> None:
    path = tmp_path / "mouvements.csv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(InvalidMovements) as refusal:
        read_movements(path)
    assert reason in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidMovements):
        read_movements(tmp_path / "absent.csv")


def test_the_real_file_agrees_with_the_table_that_ships(shared_data: Path) -> None:
    """4,240 codes are no more: six were divided, two have their way back argued in PROVENANCE.md."""

    def table(name: str) -> list[dict[str, str]]:
        with (TABLES / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    shipped = {row["ancien_code"]: row["code"] for row in table("anciens_codes.csv")}
    movements = read_movements(shared_data / "data" / "territoires" / "mouvements-communes.csv")
    found = follow_all(movements, [row["code"] for row in table("communes.csv")])
    gone = {division.code for division in found.divisions} - {row["code"] for row in table("communes.csv")}
    assert gone == {"51606", "08227", "77362", "60606", "51385", "45117"}
    assert found.former.keys() | gone == shipped.keys()
    assert {code for code, now in found.former.items() if shipped[code] != now} == {"55273", "60455"}
    parts = {division.code: division.parts for division in found.divisions if division.until.year == 2024}
    assert parts["85084"] == {"85084", "85165", "85212"}
