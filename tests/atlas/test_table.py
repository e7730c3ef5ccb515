"""The shipped table holds the France of 1 January 2026, and says what it does not know."""

import csv
import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from observatoire.atlas.errors import TableUnreadable
from observatoire.atlas.table import COLUMNS, read_atlas
from observatoire.domain.territory import CODE_PATTERNS, TerritoryLevel

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "data" / "territoires"
SHARED = ROOT.parent / "shared"
LEVEL = TerritoryLevel


@pytest.fixture(scope="module")
def atlas():
    return read_atlas(TABLE)


def territory(atlas, level, code):
    return atlas.territories.row(
        by_predicate=(pl.col("level") == level) & (pl.col("code") == code), named=True
    )


@pytest.mark.parametrize(
    ("level", "count"),
    [
        ("commune", 34_969),
        ("arrondissement", 45),
        ("epci", 1_255),
        ("ept", 11),
        ("departement", 109),
        ("region", 26),
        ("nation", 1),
    ],
)
def test_every_territory_of_2026_is_there(atlas, level, count):
    assert atlas.territories.filter(pl.col("level") == level).height == count


def test_101_departements_and_18_regions_stand_beside_8_overseas_collectivities(atlas):
    kinds = dict(
        atlas.territories.group_by("level", "kind")
        .len()
        .select(pl.concat_str("level", pl.lit(" "), "kind"), "len")
        .rows()
    )
    assert kinds["departement departement"] == 101
    assert kinds["region region"] == 18
    assert kinds["departement collectivite_outre_mer"] == kinds["region collectivite_outre_mer"] == 8


def test_a_code_names_one_territory_and_has_the_shape_of_its_level(atlas):
    keys = atlas.territories.select("level", "code")
    assert keys.n_unique() == keys.height
    for level, code in keys.rows():
        assert CODE_PATTERNS[LEVEL(level)].fullmatch(code), (level, code)


@pytest.mark.parametrize(("commune", "count"), [("75056", 20), ("69123", 9), ("13055", 16)])
def test_paris_lyon_and_marseille_have_their_arrondissements(atlas, commune, count):
    codes = atlas.children(LEVEL.COMMUNE, commune, LEVEL.ARRONDISSEMENT)
    assert len(codes) == count
    total = sum(territory(atlas, "arrondissement", code)["population"] for code in codes)
    assert total == territory(atlas, "commune", commune)["population"]


def test_an_arrondissement_is_not_one_more_commune(atlas):
    communes = atlas.children(LEVEL.DEPARTEMENT, "75", LEVEL.COMMUNE)
    assert communes == ["75056"]
    assert (
        territory(atlas, "departement", "75")["population"]
        == territory(atlas, "commune", "75056")["population"]
    )


def test_an_ept_is_not_an_epci(atlas):
    parents = {level.value: code for level, code in atlas.parents(LEVEL.COMMUNE, "93066")}
    assert parents == {
        "epci": "200054781",
        "ept": "200057867",
        "departement": "93",
        "region": "11",
        "nation": "FR",
    }
    epci = set(atlas.territories.filter(pl.col("level") == "epci")["code"])
    assert not epci & set(atlas.territories.filter(pl.col("level") == "ept")["code"])


def test_the_metropole_counts_its_communes_once(atlas):
    communes = atlas.children(LEVEL.EPCI, "200054781", LEVEL.COMMUNE)
    assert len(communes) == len(set(communes)) == 130
    of_ept = [
        code
        for ept in atlas.children(LEVEL.EPCI, "200054781", LEVEL.EPT)
        for code in atlas.children(LEVEL.EPT, ept, LEVEL.COMMUNE)
    ]
    assert len(of_ept) == len(set(of_ept)) == 129
    assert set(communes) - set(of_ept) == {"75056"}


def test_a_commune_has_one_departement_one_region_and_at_most_one_epci(atlas):
    links = atlas.memberships.filter(pl.col("child_level") == "commune")
    counts = dict(links.group_by("parent_level").agg(pl.col("child_code").n_unique()).rows())
    assert counts == {"departement": 34_969, "region": 34_969, "nation": 34_969, "epci": 34_871, "ept": 129}
    assert links.select("child_code", "parent_level").n_unique() == links.height


def test_four_islands_are_in_no_epci(atlas):
    grouped = set(atlas.memberships.filter(pl.col("parent_level") == "epci")["child_code"])
    mainland = atlas.children(LEVEL.NATION, "FR", LEVEL.COMMUNE)
    alone = [code for code in mainland if code not in grouped and code < "975"]
    assert alone == ["22016", "29083", "29155", "85113"]


def test_an_epci_is_inside_a_departement_only_when_all_of_it_is(atlas):
    home = dict(
        atlas.memberships.filter(
            (pl.col("child_level") == "commune") & (pl.col("parent_level") == "departement")
        )
        .select("child_code", "parent_code")
        .rows()
    )
    for epci in atlas.territories.filter(pl.col("level") == "epci")["code"].sample(60, seed=1):
        departements = {home[code] for code in atlas.children(LEVEL.EPCI, epci, LEVEL.COMMUNE)}
        stated = [code for level, code in atlas.parents(LEVEL.EPCI, epci) if level is LEVEL.DEPARTEMENT]
        assert stated == (sorted(departements) if len(departements) == 1 else [])


def test_every_parent_and_child_exists(atlas):
    known = atlas.territories.select("level", "code")
    for side in ("child", "parent"):
        missing = atlas.memberships.join(
            known, left_on=[f"{side}_level", f"{side}_code"], right_on=["level", "code"], how="anti"
        )
        assert missing.is_empty()


def test_nothing_contains_itself_and_all_is_in_the_nation(atlas):
    same = (pl.col("child_level") == pl.col("parent_level")) & (pl.col("child_code") == pl.col("parent_code"))
    assert atlas.memberships.filter(same).is_empty()
    inside = atlas.memberships.filter(pl.col("parent_level") == "nation").height
    assert inside == atlas.territories.height - 1


def test_a_population_bears_its_year(atlas):
    years = {
        ("commune", "31555"): 2023,
        ("departement", "976"): 2017,
        ("region", "988"): 2025,
        ("departement", "987"): 2022,
        ("nation", "FR"): 2023,
    }
    for key, year in years.items():
        assert territory(atlas, *key)["population_vintage"] == year
    assert territory(atlas, "nation", "FR")["population_mixed"]
    assert not territory(atlas, "region", "11")["population_mixed"]


def test_a_sum_of_communes_is_the_population_of_what_holds_them(atlas):
    for level, code in (("epci", "243100518"), ("departement", "31"), ("region", "76"), ("nation", "FR")):
        communes = atlas.children(LEVEL(level), code, LEVEL.COMMUNE)
        rows = atlas.territories.filter((pl.col("level") == "commune") & pl.col("code").is_in(communes))
        assert rows["population"].sum() == territory(atlas, level, code)["population"]


def test_an_unknown_population_is_unknown_and_a_dead_village_has_none(atlas):
    assert territory(atlas, "departement", "984")["population"] is None
    assert territory(atlas, "commune", "98901")["population"] is None
    assert territory(atlas, "commune", "55039")["population"] == 0


def test_the_vintage_of_ept_is_a_year_older(atlas):
    assert (
        territory(atlas, "commune", "31555")["vintage"]
        == territory(atlas, "epci", "243100518")["vintage"]
        == 2026
    )
    assert territory(atlas, "ept", "200057867")["vintage"] == 2025


def test_a_former_code_leads_to_a_commune_of_today_in_one_step(atlas):
    current = atlas.current_codes()
    communes = set(atlas.territories.filter(pl.col("level") == "commune")["code"])
    assert len(current) == 4_240
    assert set(current.values()) <= communes
    assert not current.keys() & communes


@pytest.mark.parametrize(
    ("former", "current"), [("93059", "93066"), ("01003", "01165"), ("55273", "55386"), ("60455", "60694")]
)
def test_a_merged_commune_is_found_by_its_old_code(atlas, former, current):
    assert atlas.current_codes()[former] == current


def test_populations_equal_the_file_of_insee(atlas):
    source = SHARED / "data" / "territoires" / "donnees_communes.csv"
    if not source.is_file():
        pytest.skip("the INSEE file of the shared folder is absent")
    with source.open(encoding="utf-8-sig", newline="") as file:
        stated = {row["COM"]: int(row["PMUN"]) for row in csv.DictReader(file, delimiter=";")}
    rows = atlas.territories.filter(pl.col("level").is_in(["commune", "arrondissement"]))
    ours = {row["code"]: row for row in rows.rows(named=True)}
    assert all(ours[code]["population"] == population for code, population in stated.items())
    assert {ours[code]["population_vintage"] for code in stated} == {2023}
    assert len(stated) == 34_900


def build(package, out):
    script = ROOT / "scripts" / "build_territories"
    command = [sys.executable, str(script), str(package), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_table_is_the_one_that_its_script_builds(tmp_path):
    package = os.environ.get("DECOUPAGE_ADMINISTRATIF")
    if not package:
        pytest.skip("DECOUPAGE_ADMINISTRATIF does not name the folder of the unpacked npm package")
    assert build(package, tmp_path).returncode == 0
    names = [f"{name}.csv" for name in COLUMNS]
    assert filecmp.cmpfiles(TABLE, tmp_path, names, shallow=False) == (names, [], [])


def test_a_delegated_commune_goes_where_it_sits_today_not_where_it_once_went(tmp_path):
    place = {"departement": "55", "region": "44", "zone": "metro"}
    communes = [
        {"code": "55386", "nom": "Nonsard-Lamarche", "type": "commune-actuelle", "population": 219, **place},
        {
            "code": "55245",
            "nom": "Heudicourt",
            "type": "commune-actuelle",
            "anciensCodes": ["55273"],
            **place,
        },
        {"code": "55273", "nom": "Lamarche", "type": "commune-associee", "chefLieu": "55386", **place},
    ]
    (tmp_path / "data").mkdir()
    identity = {"name": "@etalab/decoupage-administratif", "version": "6.0.0"}
    (tmp_path / "package.json").write_text(json.dumps(identity), encoding="utf-8")
    for name in ("communes", "epci", "ept", "departements", "regions"):
        rows = communes if name == "communes" else []
        (tmp_path / "data" / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    assert build(tmp_path, tmp_path / "out").returncode == 0
    former = (tmp_path / "out" / "anciens_codes.csv").read_text(encoding="utf-8")
    assert former == "ancien_code,code\n55273,55386\n"
    towns = (tmp_path / "out" / "communes.csv").read_text(encoding="utf-8").splitlines()
    assert towns[1:] == [
        "55245,Heudicourt,commune,,55,44,,,metro",
        "55386,Nonsard-Lamarche,commune,,55,44,219,2023,metro",
    ]


def test_the_script_refuses_another_package(tmp_path):
    done = build(tmp_path, tmp_path)
    assert done.returncode == 2
    assert "6.0.0" in done.stderr


def test_files_stay_small_enough_to_be_read_by_people():
    assert all(path.stat().st_size < 3_000_000 for path in TABLE.iterdir())


def test_a_missing_file_is_named(tmp_path):
    shutil.copytree(TABLE, tmp_path / "t")
    (tmp_path / "t" / "membres.csv").unlink()
    with pytest.raises(TableUnreadable) as caught:
        read_atlas(tmp_path / "t")
    assert "membres.csv" in str(caught.value)
    assert "build_territories" in str(caught.value)


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", '"'])
def test_a_file_with_other_columns_is_refused(tmp_path, content):
    shutil.copytree(TABLE, tmp_path / "t")
    (tmp_path / "t" / "regions.csv").write_text(content, encoding="utf-8")
    with pytest.raises(TableUnreadable, match=r"regions\.csv"):
        read_atlas(tmp_path / "t")
