"""Layers of polygons: four formats, any system, any encoding; or refused with a reason in French."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from observatoire.atlas import layers as room
from observatoire.atlas.errors import InvalidFeature, InvalidLayer, LayerToChoose
from observatoire.atlas.layers import read_layers, repaired, text_of
from observatoire.space.crs import to_metric
from support.layers import feature, geojson, without, written

TOULOUSE = shapely.box(1.40, 43.55, 1.48, 43.65)
COLOMIERS = shapely.box(1.30, 43.58, 1.36, 43.64)
NAMES = ["Fenouillet-Évêché", "Lespinasse"]


def metric(shape, epsg):
    return shapely.transform(shape, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], epsg)))


def same(shape, other) -> bool:
    return shapely.symmetric_difference(shape, other).area < 1e-9


@pytest.mark.parametrize("name", ["a.geojson", "a.geojson.gz", "a.json", "a.gpkg", "a.shp", "a.zip"])
def test_four_formats_give_the_same_layer(tmp_path: Path, name: str) -> None:
    path, shapes = tmp_path / name, [TOULOUSE, COLOMIERS]
    if "json" in name:
        geojson(path, *(feature(s, CODE=c, Nom=n) for s, c, n in zip(shapes, "12", NAMES, strict=True)))
    else:
        written(path, shapes, {"CODE": ["1", "2"], "Nom": NAMES})
    (layer,) = read_layers(path)
    assert layer.rows == [{"code": "1", "nom": NAMES[0]}, {"code": "2", "nom": NAMES[1]}]
    assert all(map(same, layer.geometries, shapes))


@pytest.mark.parametrize("epsg", [2154, 3943, 3857])
@pytest.mark.parametrize("name", ["a.gpkg", "a.zip", "a.geojson"])
def test_any_system_is_brought_to_degrees(tmp_path: Path, epsg: int, name: str) -> None:
    path, shape = tmp_path / name, metric(TOULOUSE, epsg)
    if name.endswith("json"):
        crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
        geojson(path, feature(shape, code="1"), crs=crs)
    else:
        written(path, [shape], {"code": ["1"]}, crs=f"EPSG:{epsg}")
    (layer,) = read_layers(path)
    assert same(layer.geometries[0], TOULOUSE)


def test_coordinates_without_a_system_are_never_guessed(tmp_path: Path) -> None:
    path = without(
        written(tmp_path / "a.shp", [metric(TOULOUSE, 2154)], {"code": ["1"]}, crs="EPSG:2154"), ".prj"
    )
    with pytest.raises(InvalidLayer, match=r"« \.prj » manque.*--epsg.*2154"):
        read_layers(path)
    assert same(read_layers(path, epsg=2154)[0].geometries[0], TOULOUSE)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_the_accents_of_a_table_are_read_even_when_nothing_says_how(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "a.shp", [TOULOUSE], {"nom": [NAMES[0]]}, encoding=encoding)
    for file in (path, without(path, ".cpg")):
        assert read_layers(file)[0].rows == [{"nom": NAMES[0]}]


def test_a_table_that_says_utf_8_and_is_not_is_read_all_the_same(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", [TOULOUSE], {"nom": [NAMES[0]]}, encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("UTF-8")
    assert read_layers(path)[0].rows == [{"nom": NAMES[0]}]


def test_among_several_layers_the_one_that_is_meant_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for layer, shape in (("departement", TOULOUSE), ("COMMUNE", COLOMIERS)):
        written(path, [shape], {"code": [layer]}, layer=layer, append=path.exists())
    (found,) = read_layers(path, ("commune",))
    assert (found.name, found.rows) == ("COMMUNE", [{"code": "COMMUNE"}])
    assert read_layers(path, name="departement")[0].name == "departement"
    with pytest.raises(LayerToChoose, match="« departement », « COMMUNE »"):
        read_layers(path, ("iris",))
    with pytest.raises(InvalidLayer, match="pas de couche « region »"):
        read_layers(path, name="region")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"com_code": ["31555"]}, "31555"),
        ({"com_code": 31555.0}, "31555"),
        ({"com_code": 1001}, "1001"),
        ({"com_code": ["31555", "31069"]}, ""),
        ({"com_code": None, "code": " 2A004 "}, "2A004"),
        ({}, ""),
    ],
)
def test_a_code_is_text_wherever_it_comes_from(row: dict[str, object], told: str) -> None:
    assert text_of(row, ("com_code", "code")) == told


def test_what_cannot_be_used_is_refused_by_its_number(tmp_path: Path) -> None:
    line = shapely.LineString([(1, 43), (2, 44)])
    for bad, reason in ((line, "pas un polygone"), (metric(TOULOUSE, 2154), "hors du globe")):
        path = geojson(tmp_path / "a.geojson", feature(TOULOUSE, code="1"), feature(bad, code="2"))
        with pytest.raises(InvalidFeature, match=rf"n° 2 .*{reason}"):
            read_layers(path)


def test_a_contour_of_two_million_vertices_is_refused(tmp_path: Path) -> None:
    angles = np.linspace(0, 2 * np.pi, 2_000_000)
    huge = shapely.Polygon(np.column_stack([1.4 + np.cos(angles) / 9, 43.6 + np.sin(angles) / 9]))
    path = written(tmp_path / "a.gpkg", [huge], {"code": ["1"]})
    with pytest.raises(InvalidFeature, match="plus de 200 000 sommets"):
        read_layers(path)
    assert shapely.get_num_coordinates(huge) > room.MOST_VERTICES


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.zip", "a.geojson.gz", "a.txt"])
def test_what_is_no_layer_is_refused_in_french(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for content in (b"", b"code;nom\n", b"\x1f\x8b\x08\x00abc", b"PK\x03\x04"):
        path.write_bytes(content)
        with pytest.raises(InvalidLayer, match="Rien n'a été chargé"):
            read_layers(path)
    path.unlink()
    with pytest.raises(InvalidLayer, match="inaccessible"):
        read_layers(path)


def test_a_polygon_that_crosses_itself_is_repaired_and_said_so() -> None:
    bow_tie = shapely.Polygon([(1, 43), (1.1, 43.1), (1.1, 43), (1, 43.1)])
    found, broken = repaired(np.array([TOULOUSE, bow_tie, None], dtype=object))
    assert broken.tolist() == [False, True, False]
    assert [None if shape is None else len(shape.geoms) for shape in found] == [1, 2, None]
    assert all(shape is None or shape.is_valid for shape in found)


def test_gdal_is_not_loaded_until_a_file_asks_for_it() -> None:
    import subprocess
    import sys

    code = "import sys, observatoire.bootstrap; assert 'pyogrio' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
