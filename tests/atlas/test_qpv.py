"""Priority neighbourhoods: both generations, repaired, or refused with a reason."""

import json
from pathlib import Path

import pytest
import shapely

from observatoire.atlas.contours import locate_file
from observatoire.atlas.errors import InvalidQpvFeature, InvalidQpvFile
from observatoire.atlas.qpv import read_neighbourhoods
from observatoire.errors import InvalidRequest
from observatoire.space.crs import to_metric
from support.layers import feature as layer_feature
from support.layers import geojson, written

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "qpv" / "qp.geojson"
FICTIONAL = ROOT / "data" / "qpv" / "qpv_fictifs.geojson"
RING = [[1.40, 43.60], [1.41, 43.60], [1.41, 43.61], [1.40, 43.61], [1.40, 43.60]]
BOW_TIE = [[1.40, 43.60], [1.41, 43.61], [1.41, 43.60], [1.40, 43.61], [1.40, 43.60]]


def feature(ring=RING, kind="Polygon", **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": [ring]}}


def read(tmp_path, *features, **members):
    path = tmp_path / "qpv.geojson"
    content = {"type": "FeatureCollection", "features": list(features), **members}
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_neighbourhoods(path)


def test_the_real_layer_of_occitanie_is_read_and_its_32_bad_polygons_repaired():
    if not REAL.is_file():
        pytest.skip("the real QPV file of the shared folder is absent")
    found = read_neighbourhoods(REAL)
    assert len(found) == 105
    assert sum(qpv.repaired for qpv in found) == 32
    assert all(qpv.geometry.is_valid and qpv.generation == 2015 and not qpv.fictional for qpv in found)
    raw = json.loads(REAL.read_text(encoding="utf-8"))["features"]
    for qpv, source in zip(found, raw, strict=True):
        assert qpv.geometry.area == pytest.approx(shapely.geometry.shape(source["geometry"]).area, rel=0.01)


def test_the_fictional_layer_says_that_it_is_fictional():
    found = read_neighbourhoods(FICTIONAL)
    assert [qpv.code for qpv in found] == [f"QN0319{digit}Z" for digit in range(5)]
    assert all(qpv.fictional and qpv.name.endswith("(fictif)") and not qpv.repaired for qpv in found)
    assert any(len(qpv.communes) == 2 for qpv in found)


def test_the_fictional_layer_lies_in_the_communes_that_it_declares():
    import lzma

    import polars as pl

    columns = ["code", "type", "geometry"]
    with lzma.open(locate_file()) as file:
        rows = pl.read_csv(file.read(), columns=columns, null_values=["\\N"], infer_schema=False)
    for qpv in read_neighbourhoods(FICTIONAL):
        wanted = rows.filter((pl.col("type") == "COM") & pl.col("code").is_in(list(qpv.communes)))
        shapes = shapely.from_wkb(wanted["geometry"].to_numpy())
        assert all(shape.intersects(qpv.geometry) for shape in shapes)
        assert shapely.unary_union(shapes).buffer(1e-9).contains(qpv.geometry)


def test_the_fictional_layer_touches_no_real_neighbourhood():
    if not REAL.is_file():
        pytest.skip("the real QPV file of the shared folder is absent")
    real = shapely.unary_union([qpv.geometry for qpv in read_neighbourhoods(REAL)])
    assert not any(qpv.geometry.intersects(real) for qpv in read_neighbourhoods(FICTIONAL))


@pytest.mark.parametrize(
    ("properties", "code", "generation"),
    [
        ({"code_qp": "QP031012", "nom_qp": "Cépière"}, "QP031012", 2015),
        ({"CODE_QP": "QN07511M", "LIB_QP": "Goutte d'Or"}, "QN07511M", 2024),
        ({"Code_QP": " qn02a01m ", "Lib_QP": "Ajaccio"}, "QN02A01M", 2024),
    ],
)
def test_both_generations_are_read_whatever_the_case_of_their_fields(tmp_path, properties, code, generation):
    [found] = read(tmp_path, feature(**properties))
    assert (found.code, found.generation) == (code, generation)
    assert found.name in properties.values()
    assert isinstance(found.geometry, shapely.MultiPolygon)


@pytest.mark.parametrize(
    ("value", "communes"),
    [
        ("31555", ("31555",)),
        ("31555, 31069", ("31555", "31069")),
        ("2a004;2A004/31555", ("2A004", "31555")),
        (1004, ("01004",)),
        (["31555", "31069"], ("31555", "31069")),
        (None, ()),
        ("Toulouse", ()),
    ],
)
def test_a_neighbourhood_may_lie_in_several_communes(tmp_path, value, communes):
    [found] = read(tmp_path, feature(code_qp="QP031012", insee_com=value))
    assert found.communes == communes


def test_a_neighbourhood_without_name_bears_its_code(tmp_path):
    assert read(tmp_path, feature(code_qp="QP031012"))[0].name == "QP031012"


def test_a_bow_tie_becomes_two_triangles(tmp_path):
    [found] = read(tmp_path, feature(BOW_TIE, code_qp="QP031012"))
    assert found.repaired
    assert len(found.geometry.geoms) == 2


@pytest.mark.parametrize("code", [None, "", "  "])
def test_a_neighbourhood_without_code_is_refused_by_its_number(tmp_path, code):
    with pytest.raises(InvalidQpvFeature) as caught:
        read(tmp_path, feature(code_qp="QP031012"), feature(code_qp=code))
    assert "n° 2" in str(caught.value)
    assert "code absent" in str(caught.value)
    assert isinstance(caught.value, InvalidRequest)


@pytest.mark.parametrize("code", ["QP31012", "ZUS12345", "QN07511", "QP031012'; drop table"])
def test_a_code_of_neither_generation_is_refused(tmp_path, code):
    with pytest.raises(InvalidQpvFeature, match="forme inconnue"):
        read(tmp_path, feature(code_qp=code))


def test_a_code_given_twice_is_refused(tmp_path):
    with pytest.raises(InvalidQpvFeature, match=r"n° 2 .*déjà celui du quartier n° 1"):
        read(tmp_path, feature(code_qp="QP031012"), feature(code_qp="qp031012"))


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [1.4, 43.6]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[1.4, 43.6], [1.5, 43.6]]]},
        {"type": "Polygon", "coordinates": [[[1.4, 43.6], [1.5, 43.6], [1.6, 43.6], [1.4, 43.6]]]},
        {"type": "Nonsense"},
        "POLYGON",
    ],
)
def test_a_neighbourhood_without_polygon_is_refused(tmp_path, geometry):
    with pytest.raises(InvalidQpvFeature, match=r"n° 1 .*(polygone|géométrie)"):
        read(tmp_path, {**feature(code_qp="QP031012"), "geometry": geometry})


@pytest.mark.parametrize("broken", [None, 3, {"type": "Feature"}, {"properties": []}])
def test_a_feature_without_attributes_is_refused(tmp_path, broken):
    with pytest.raises(InvalidQpvFeature, match="attributs absents"):
        read(tmp_path, broken)


@pytest.mark.parametrize("epsg", [2154, 3857, 3943])
@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::{}", "EPSG:{}"])
def test_a_local_copy_in_metres_is_brought_to_degrees(tmp_path, epsg, name):
    x, y = to_metric([p[0] for p in RING], [p[1] for p in RING], epsg)
    crs = {"type": "name", "properties": {"name": name.format(epsg)}}
    [found] = read(tmp_path, feature(list(zip(x, y, strict=True)), code_qp="QP031012"), crs=crs)
    assert found.geometry.symmetric_difference(shapely.Polygon(RING)).area < 1e-10


def test_metres_without_their_system_are_refused(tmp_path):
    ring = [[573_000, 6_279_000], [574_000, 6_279_000], [574_000, 6_280_000], [573_000, 6_279_000]]
    with pytest.raises(InvalidQpvFeature, match="WGS 84"):
        read(tmp_path, feature(ring, code_qp="QP031012"))


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::999999", "Lambert de mon cousin"])
def test_an_unknown_system_is_refused(tmp_path, name):
    crs = {"type": "name", "properties": {"name": name}}
    with pytest.raises(InvalidQpvFile, match="système de coordonnées"):
        read(tmp_path, feature(code_qp="QP031012"), crs=crs)


def test_altitudes_are_dropped(tmp_path):
    [found] = read(tmp_path, feature([[*point, 150.0] for point in RING], code_qp="QP031012"))
    assert not found.geometry.has_z


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"code;nom\n",
        b"[]",
        b"{}",
        b'{"features": 3}',
        b'{"features": []}',
        b"[" * 100_000,
        b"null",
    ],
)
def test_what_is_not_a_layer_is_refused(tmp_path, content):
    path = tmp_path / "qpv.geojson"
    path.write_bytes(content)
    with pytest.raises(InvalidQpvFile, match="quartiers prioritaires"):
        read_neighbourhoods(path)


def test_a_file_that_does_not_exist_is_said_so(tmp_path):
    with pytest.raises(InvalidQpvFile, match="inaccessible"):
        read_neighbourhoods(tmp_path / "none.geojson")


@pytest.mark.parametrize("name", ["qpv.gpkg", "qpv.shp", "qpv.zip", "qpv.geojson.gz"])
def test_any_format_of_a_gis_is_read(tmp_path, name):
    shape, columns = (
        shapely.Polygon(RING),
        {"CODE_QP": ["QN03101M"], "LIB_QP": ["Cité"], "INSEE_COM": ["31555"]},
    )
    path = tmp_path / name
    if name.endswith(".gz"):
        geojson(path, layer_feature(shape, **{field: values[0] for field, values in columns.items()}))
    else:
        written(path, [shape], columns)
    [found] = read_neighbourhoods(path)
    assert (found.code, found.name, found.communes) == ("QN03101M", "Cité", ("31555",))
    assert found.geometry.symmetric_difference(shape).area < 1e-12
