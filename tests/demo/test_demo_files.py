"""The fictional exports: what the exporters' files look like, and that the truth accounts for each row."""

import csv
import hashlib
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import shapely

from demo.synthetic_epci import (
    COMMUNES,
    HEADERS,
    LANDLORD,
    POLICE,
    TRANSPORT,
    all_files,
    final_facts,
    hour_of,
    local_day,
    read,
    the_truth,
)
from observatoire.demo import (
    DEFAULT_FIRST_MONTH,
    DEFAULT_SEED,
    SOURCES,
    DemoTerritoryIncomplete,
    demo_plan,
    generate,
    truth,
    write,
)
from observatoire.demo.catalogue import KINDS, UNKNOWN_LABELS
from observatoire.domain.territory import TerritoryCode

TAXONOMY = Path(__file__).parents[2] / "data" / "taxonomie_pivot.csv"
LABEL_COLUMNS = {POLICE: 3, TRANSPORT: 5, LANDLORD: 5}
CODES = tuple(source.code for source in SOURCES)


def digest(seed: int) -> str:
    fingerprint = hashlib.sha256()
    for file in generate(COMMUNES, DEFAULT_FIRST_MONTH, seed):
        fingerprint.update(file.name.encode() + file.content)
    return fingerprint.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others():
    assert digest(7) == digest(7)
    assert digest(7) != digest(8)


def test_the_order_in_which_communes_come_does_not_matter():
    straight = [file.content for file in generate(COMMUNES)]
    assert straight == [file.content for file in generate(COMMUNES[::-1])]


def test_there_are_about_sixty_thousand_facts_and_the_truth_counts_them():
    counts = {code: len(final_facts(code)) for code in CODES}
    assert counts == the_truth()["faits"]["par_source"]
    assert sum(counts.values()) == the_truth()["faits"]["total"]
    assert abs(sum(counts.values()) - 60_000) < 1_800
    for source in SOURCES:
        assert abs(counts[source.code] - source.expected_facts) < 0.05 * source.expected_facts


@pytest.mark.parametrize("source", CODES)
def test_every_month_holds_as_many_facts_as_the_truth_says(source: str):
    months = Counter(f"{local_day(source, row):%Y-%m}" for row in final_facts(source).values())
    expected = the_truth()["faits"]["par_source_et_mois"][source]
    assert dict(months) == {month: count for month, count in expected.items() if count}


def test_every_file_is_written_as_its_exporter_writes():
    for each in all_files():
        assert each.header == HEADERS[each.file.source]
        has_bom = each.file.content.startswith(b"\xef\xbb\xbf")
        assert has_bom == (each.file.source == TRANSPORT)
        ends_in_crlf = each.file.content.endswith(b"\r\n")
        assert ends_in_crlf == (each.file.source != TRANSPORT)


def test_the_rows_of_every_file_are_all_in_one_counted_bucket():
    accounts = {file["nom"]: file for file in the_truth()["fichiers"]}
    assert len(accounts) == len(all_files())
    for each in all_files():
        account = accounts[each.file.name]
        buckets = dict(account["lignes"])
        assert len(each.rows) == buckets.pop("lues") == sum(buckets.values())
        assert account["octets"] == len(each.file.content)


def test_a_loader_that_keeps_the_last_version_finds_the_counts_of_each_bucket():
    known: dict[str, list[str]] = {}
    accounts = {file["nom"]: file["lignes"] for file in the_truth()["fichiers"]}
    for each in all_files():
        seen: dict[str, list[str]] = {}
        found: Counter[str] = Counter()
        for row in each.facts():
            if row[0] in seen:
                assert row == seen[row[0]]
                found["doublons"] += 1
                continue
            seen[row[0]] = row
            before = known.get(row[0])
            found["creees" if before is None else "inchangees" if before == row else "revisees"] += 1
        known |= seen
        expected = accounts[each.file.name]
        for bucket in ("creees", "inchangees", "revisees", "doublons"):
            assert found[bucket] == expected[bucket], (each.file.name, bucket)
        assert len(each.rows) - len(each.facts()) == expected["quarantaine"] + expected["ecartees"]


def kinds_of_dirt(source: str, row: list[str]) -> list[str]:
    """The dirt of a fact's row that can be seen without a map."""
    found = []
    if row[LABEL_COLUMNS[source]] in UNKNOWN_LABELS:
        found.append("libelle_inconnu")
    if source != TRANSPORT and row[2] == "24:00":
        found.append("heure_24_00")
    if row[2] == "12:75":
        found.append("heure_invalide")
    if source == POLICE and row[4] == "31000":
        found.append("code_insee_errone")
    if source == POLICE and row[6] == "0,0":
        found.append("coordonnees_zero")
    return found


def kind_of_added_row(source: str, row: list[str]) -> str:
    """The kind of a row that is no fact."""
    if row[0] == "TOTAL":
        return "ligne_total"
    if row[0].startswith("Édité le"):
        return "pied_de_page"
    if row == HEADERS[source].split(";"):
        return "entete_repete"
    if len(row) != HEADERS[source].count("," if source == TRANSPORT else ";") + 1:
        return "nombre_de_champs"
    return "date_impossible" if re.search("31/02|02-31", row[1]) else "date_future"


def test_dirty_rows_are_counted_by_kind_in_the_account_of_their_file():
    accounts = {file["nom"]: file["anomalies"] for file in the_truth()["fichiers"]}
    for each in all_files():
        source = each.file.source
        facts = {row[0]: row for row in each.facts()}
        found = Counter(kind for row in facts.values() for kind in kinds_of_dirt(source, row))
        references = Counter(row[0] for row in each.facts())
        if len(facts) < len(each.facts()):
            found["doublon"] = sum(references.values()) - len(references)
        found.update(kind_of_added_row(source, row) for row in each.rows if row[0] not in facts)
        expected = dict(accounts[each.file.name])
        expected.pop("point_hors_commune", None)
        assert dict(found) == expected, each.file.name


def test_one_to_two_rows_in_a_hundred_are_dirty():
    lines = sum(len(each.rows) for each in all_files())
    dirty = sum(kind["lignes"] for kind in the_truth()["anomalies"].values())
    assert 0.01 < dirty / lines < 0.02
    assert all(kind["lignes"] for kind in the_truth()["anomalies"].values())


def test_future_dates_are_far_after_the_last_month_and_no_fact_is():
    end = demo_plan().end
    for source in CODES:
        days = [local_day(source, row) for row in final_facts(source).values()]
        assert DEFAULT_FIRST_MONTH <= min(days) <= max(days) < end
    later = [
        row[1] for each in all_files() for row in each.rows if re.search(r"20[3-9]\d", "".join(row[1:2]))
    ]
    assert later


def test_about_one_police_fact_in_eight_has_no_coordinates():
    rows = final_facts(POLICE).values()
    assert 0.10 < sum(not row[6] for row in rows) / len(rows) < 0.14


def test_landlord_hours_are_often_empty_or_named_by_a_slot():
    hours = Counter(row[2] for row in final_facts(LANDLORD).values())
    assert hours[""] > 0.35 * hours.total()
    assert hours["soirée"] > 0.02 * hours.total()
    assert hours["nuit"] > 0.02 * hours.total()


def test_transport_hours_run_to_ten_past_one_of_the_next_day_at_fictional_stops():
    rows = final_facts(TRANSPORT).values()
    hours = [row[2] for row in rows if hour_of(row[2]) is not None]
    assert max(hours) == "25:10"
    stops = {row[4]: (row[7], row[8]) for row in rows}
    assert 110 <= len(stops) <= 120
    assert all(stops[row[4]] == (row[7], row[8]) for row in rows)


def test_silent_and_nil_months_have_no_file_and_every_other_month_has_one():
    silent = the_truth()["mois_jamais_envoyes"]
    nil = the_truth()["mois_neant"]
    assert [len(months) for months in silent.values()] == [3]
    assert list(silent) == [LANDLORD]
    assert {source: len(months) for source, months in nil.items()} == {TRANSPORT: 1}
    for source in CODES:
        months = {f"{each.file.month:%Y-%m}" for each in all_files() if each.file.source == source}
        missing = {*silent.get(source, []), *nil.get(source, [])}
        assert not months & missing
        assert len(months | missing) == 48
        for month in missing:
            assert the_truth()["faits"]["par_source_et_mois"][source][month] == 0


def test_one_police_file_also_holds_the_month_before_and_one_month_is_sent_again_corrected():
    police = {each.file.name: each for each in all_files() if each.file.source == POLICE}
    overlapping = next(each for name, each in police.items() if name.endswith("_chevauchant.csv"))
    months = {row[1][3:] for row in overlapping.facts()}
    assert len(months) == 2
    name = next(name for name in police if name.endswith("_corrige.csv"))
    first = {row[0]: row for row in police[name.replace("_corrige", "")].facts()}
    again = {row[0]: row for row in police[name].facts()}
    assert first.keys() == again.keys()
    changed = [reference for reference in first if first[reference] != again[reference]]
    assert 10 < len(changed) < 60
    assert all(first[one][:3] + first[one][4:] == again[one][:3] + again[one][4:] for one in changed)


def test_everything_that_is_shown_says_that_the_data_are_fictional(tmp_path: Path):
    write(tmp_path, COMMUNES)
    names = [path.name for path in tmp_path.rglob("*.csv")]
    assert len(names) == len(all_files())
    assert all(name.startswith("donnees_fictives_") for name in names)
    assert all("(données fictives)" in source.label for source in SOURCES)
    assert all("(données fictives)" in source.organisation for source in SOURCES)
    assert all("(données fictives)" in spot["nom"] for spot in the_truth()["points_chauds"])
    assert "DONNÉES FICTIVES" in (tmp_path / "LISEZMOI.txt").read_text(encoding="utf-8")
    for name in ("plan.json", "verite.json"):
        assert (
            "Données fictives" in json.loads((tmp_path / name).read_text(encoding="utf-8"))["avertissement"]
        )


def test_the_folder_holds_what_generate_and_truth_give(tmp_path: Path):
    plan = write(tmp_path, COMMUNES)
    written = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert written == plan.as_json()
    assert json.loads((tmp_path / "verite.json").read_text(encoding="utf-8")) == the_truth()
    contents = [(tmp_path / file["chemin"]).read_bytes() for file in written["fichiers"]]
    assert contents == [each.file.content for each in all_files()]


def test_the_plan_tells_the_loader_everything_in_order_of_extraction():
    plan = demo_plan().as_json()
    wanted = {"code", "libelle", "type", "territoire", "organisation", "couvert_depuis", "fuseau"}
    wanted |= {"charte_signee_le", "calendrier", "conservation_annees"}
    assert all(source.keys() == wanted for source in plan["sources"])
    assert [str(TerritoryCode.parse(source["territoire"])) for source in plan["sources"]] == [
        "epci:243100518",
        "epci:243100518",
        "commune:31555",
    ]
    days = [file["arrete_le"] for file in plan["fichiers"]]
    assert days == sorted(days)
    for file in plan["fichiers"]:
        assert file["debut"] < file["fin"] <= file["arrete_le"]
    assert len(plan["mois_neant"]) == 1
    assert [(b["source"], b["jour"], b["type"]) for b in plan["ruptures"]] == [
        ("transport-metropole", "2023-08-01", "logiciel")
    ]
    assert plan["premier_mois"] == "2022-11"
    assert plan["fin"] == "2026-11-01"


def test_everything_is_relative_to_the_first_month():
    first = date(2019, 4, 1)
    files = [read(file) for file in generate(COMMUNES, first, DEFAULT_SEED)]
    assert min(each.file.month for each in files) == first
    assert max(each.file.month for each in files) == date(2023, 3, 1)
    assert truth(COMMUNES, first, DEFAULT_SEED)["mois_neant"] == {TRANSPORT: ["2022-01"]}


PERSONAL = re.compile(
    r"[\w.]+@[\w.]+|(?:\+33|\b0)\s?[1-9](?:[ .-]?\d{2}){4}\b|\b[A-Z]{2}-\d{3}-[A-Z]{2}\b|\b(?:M\.|Mme|Mlle)\s"
)


def test_no_cell_looks_like_a_phone_an_e_mail_a_plate_or_a_person():
    assert PERSONAL.search("06 12 34 56 78")
    assert PERSONAL.search("AB-123-CD")
    cells = {cell for each in all_files() for row in each.rows for cell in row}
    assert not [cell for cell in cells if PERSONAL.search(cell)]
    assert not [cell for cell in cells if "nan" in cell.lower().split()]


def test_every_label_is_a_label_or_synonym_of_its_leaf_or_is_meant_to_be_unknown():
    leaves: dict[str, set[str]] = {}
    with TAXONOMY.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            for label in (row["libelle"], *row["synonymes"].split("|")):
                leaves.setdefault(label.lower(), set()).add(row["code"])
    for kinds in KINDS.values():
        for kind in kinds:
            assert all(leaves[label.lower()] == {kind.leaf} for label in kind.labels), kind
    assert not [label for label in UNKNOWN_LABELS if label.lower() in leaves]
    for source, column in LABEL_COLUMNS.items():
        labels = {row[column].lower() for row in final_facts(source).values()}
        assert labels <= leaves.keys() | {label.lower() for label in UNKNOWN_LABELS}


def test_a_territory_without_the_planted_communes_is_refused_in_french():
    with pytest.raises(DemoTerritoryIncomplete, match="commune 31149"):
        list(generate(COMMUNES[:1]))


def test_a_hotspot_keeps_inside_a_commune_of_any_shape():
    moved = [
        type(one)(one.code, one.name, one.population, shapely.transform(one.contour, lambda xy: xy + 0.2))
        for one in COMMUNES
    ]
    for spot in truth(moved)["points_chauds"]:
        contour = next(one.contour for one in moved if one.code == spot["commune"])
        assert contour.contains(shapely.Point(spot["centre"]).buffer(0.002))
