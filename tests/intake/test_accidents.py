"""The State's road-accident export of 2013, whole, against an independent count of the file.

The count below uses the csv module and the rules of the data's own notes, written out again; it
imports nothing of the observatory. Codes of communes, old and new, come from the shipped table.
"""

import csv
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from intake.desk import codes
from support.world import World, lines_law

TABLES = Path(__file__).resolve().parents[2] / "data" / "territoires"
YEAR = {"debut": "2013-01-01", "fin": "2014-01-01"}
OVERSEAS = ("971", "972", "973", "974", "976")
CORSICA = {"201": "2A", "202": "2B"}
COMPLETE = os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1"
SOME = ("01", "13", "2A", "2B", "31", "52", "69", "75", "92", "971", "974", "976")
METROPOLE = (*(f"{n:02}" for n in range(1, 96) if n != 20), "2A", "2B")
ASKED = (*METROPOLE, "971", "972", "973", "974", "976") if COMPLETE else SOME


@dataclass(frozen=True)
class Accident:
    """One row, read by hand."""

    code: str
    departement: str | None
    month: str
    hour: int
    former: bool
    pointed: bool


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def commune_code(row: dict[str, str]) -> str:
    """``dep`` is the département × 10, overseas as it is, 201/202 in Corsica."""
    dep, com = row["dep"].strip(), row["com"].strip().zfill(3)
    if dep in OVERSEAS:
        return dep + com[-2:]
    if dep in CORSICA:
        return CORSICA[dep] + com
    assert dep.endswith("0")
    return dep[:-1].zfill(2) + com


def hour_of(row: dict[str, str]) -> int:
    """``hrmn`` without its zeros; the hour that did not exist on 31 March in Paris is read an hour later."""
    hour = int(row["hrmn"].strip().zfill(4)[:2])
    skipped = (row["mois"].strip(), row["jour"].strip(), hour) == ("3", "31", 2)
    return 3 if skipped and row["dep"].strip() not in OVERSEAS else hour


@pytest.fixture(scope="module")
def export(shared_data: Path) -> Path:
    return shared_data / "data" / "incidents" / "baac_caracteristiques_2013.csv"


@pytest.fixture(scope="module")
def accidents(export: Path) -> list[Accident]:
    """The file, counted without us."""
    departements = {row["code"]: row["departement"] for row in table("communes.csv")}
    former = {row["ancien_code"]: row["code"] for row in table("anciens_codes.csv")}
    counted = []
    with export.open(encoding="cp1252", newline="") as file:
        for row in csv.DictReader(file):
            code = commune_code(row)
            counted.append(
                Accident(
                    code=code,
                    departement=departements.get(former.get(code, code)),
                    month=f"20{row['an']}-{int(row['mois']):02}",
                    hour=hour_of(row),
                    former=code not in departements and code in former,
                    pointed=row["lat"].strip("0 ") != "" and row["long"].strip("0 ") != "",
                )
            )
    return counted


@pytest.fixture(scope="module")
def observatory(shared_world: World, export: Path) -> tuple[World, dict[str, Any]]:
    """The observatory after the import, with its report."""
    shared_world.source("baac", kind="autre", territory="nation:FR")
    report = shared_world.send(export.read_bytes(), "baac", arrete_le="2014-07-01")
    return shared_world, report


def stored(accidents: list[Accident]) -> list[Accident]:
    """Rows that must be facts: all but those whose commune nobody knows and that have no point."""
    return [a for a in accidents if a.departement or a.pointed]


def departement(accident: Accident) -> str:
    """52914 is no commune: its only row has a point, which lies in the Haute-Marne."""
    return accident.departement or accident.code[:2]


def test_every_row_ends_in_one_counted_bucket(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    _, report = observatory
    assert lines_law(report)
    assert report["profil"].startswith("baac_caracteristiques@")
    assert (report["periode"]["debut"], report["periode"]["fin"]) == ("2013-01-01", "2014-01-01")
    assert len(accidents) == 58_397
    assert report["lignes"] == {
        "lues": 58_397,
        "creees": len(stored(accidents)),
        "revisees": 0,
        "inchangees": 0,
        "doublons": 0,
        "quarantaine": 12,
        "ecartees": 0,
        "effacees": 0,
    }


def test_former_and_unknown_codes_are_those_of_the_file(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    world, report = observatory
    assert sum(a.former for a in accidents) == 592
    unknown = [a for a in accidents if a.departement is None]
    assert (len(unknown), sum(a.pointed for a in unknown)) == (13, 1)
    found = codes(report)
    assert (found["COG_FUSION"], found["COG_INCONNU"], found["COG_POINT"]) == (592, 12, 1)
    rejects = world.client.get(f"/api/v1/imports/{report['id']}/rejets", headers=world.admin).text
    assert rejects.count(";COG_INCONNU;commune;") == 12


def test_of_the_points_of_the_file_most_are_kept_and_the_others_counted(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    _, report = observatory
    pointed = sum(a.pointed for a in accidents)
    assert pointed == 20_045
    place, found = report["localisation"], codes(report)
    assert place["faits"] == len(stored(accidents))
    aside = ("GEO_HORS", "GEO_MER", "GEO_MONDE", "GEO_ILLISIBLE", "GEO_AIMANT")
    assert place["localises"] + sum(found.get(code, 0) for code in aside) == pointed
    assert found["GEO_ABSENT"] == len(stored(accidents)) - pointed
    assert place["localises"] > 0.9 * pointed


def test_the_same_export_again_brings_nothing_new(
    observatory: tuple[World, dict[str, Any]], export: Path
) -> None:
    world, report = observatory
    again = world.send(export.read_bytes(), "baac", arrete_le="2014-07-01", simulation="true")
    assert again["lignes"] == report["lignes"] | {"creees": 0, "inchangees": report["lignes"]["creees"]}


def test_totals_by_departement_equal_the_independent_count(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    world, _ = observatory
    expected = Counter(departement(a) for a in stored(accidents))
    assert len(expected) == 101
    query = text("select departement, count(*) from confidential.fact group by 1")
    with world.database.owning() as connection:
        assert {row[0]: row[1] for row in connection.execute(query)} == expected


@pytest.mark.parametrize("code", ASKED)
def test_the_summary_of_a_departement_says_the_independent_count(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident], code: str
) -> None:
    world, _ = observatory
    answer = world.get("/analyses/synthese", territoire=f"departement:{code}", **YEAR)
    (group,) = answer["resultat"]["groupes"]
    assert group["faits"]["valeur"] == sum(departement(a) == code for a in stored(accidents))


def test_totals_by_hour_equal_the_independent_count(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    world, _ = observatory
    result = world.get("/analyses/creneaux-horaires", territoire="nation:FR", **YEAR)["resultat"]
    expected = Counter(a.hour for a in stored(accidents))
    assert [slot["valeur"] for slot in result["par_creneau"]] == [expected[hour] for hour in range(24)]
    assert result["heure_inconnue"]["valeur"] == 0


def test_totals_by_month_equal_the_independent_count(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    world, _ = observatory
    series = world.get("/analyses/tendances", territoire="nation:FR", **YEAR)["resultat"]["series"]
    expected = Counter(a.month for a in stored(accidents))
    assert {month["periode"]: month["faits"]["valeur"] for month in series} == expected


def test_the_national_hotspot_map_names_the_places_that_it_cannot_speak_of(
    observatory: tuple[World, dict[str, Any]], accidents: list[Accident]
) -> None:
    world, _ = observatory
    answer = world.get("/analyses/points-chauds", territoire="nation:FR", **YEAR)
    silent = {place["territoire"]: place for place in answer["resultat"]["masque"]["hors_masque"]}
    facts, points = Counter(), Counter()
    for accident in stored(accidents):
        facts[departement(accident)] += 1
        points[departement(accident)] += accident.pointed
    poor = {f"departement:{code}" for code, total in facts.items() if points[code] < 0.7 * total}
    assert poor <= set(silent)
    for territory, place in silent.items():
        code = territory.partition(":")[2]
        assert place["faits"] == facts[code]
        assert place["faits_localises"] <= points[code]
        assert place["faits_localises"] < 0.7 * place["faits"]
    assert (silent["departement:75"]["nom"], silent["departement:75"]["faits"]) == ("Paris", 6_670)
    assert (silent["departement:92"]["faits"], silent["departement:92"]["faits_localises"]) == (2_622, 0)
    assert any("Paris" in warning for warning in answer["preuve"]["avertissements"])
    total = answer["preuve"]["effectif"]
    assert total["total"] == len(stored(accidents))
    assert total["total"] == total["retenus"] + sum(gone["nombre"] for gone in total["exclus"])
    assert len(silent) < 101
    assert answer["resultat"]["features"]
