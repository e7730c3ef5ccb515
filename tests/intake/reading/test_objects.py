"""JSON lists of objects and GeoJSON points: keys are columns, elements are rows."""

import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.errors import EmptyFile, FileTooLarge, RefusedFile, UnknownJson, UnreadableJson
from observatoire.intake.reading import encodings, json_stream, objects
from observatoire.intake.reading.document import Choices, Limits
from support.sheets import Sheet, column, faults, notices, read


def read_json(value: Any, **options: Any) -> Sheet:
    return read(json.dumps(value, ensure_ascii=False), **options)


def feature(geometry: Any, properties: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties or {"ref": "A"}, **more}


def point(*place: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(place)}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": list(features)}


# ---- lists of objects -----------------------------------------------------------------------------------


def test_columns_are_the_keys_of_all_objects_in_order_of_appearance() -> None:
    sheet = read_json([{"ref": "A", "date": "12/03/2026"}, {"nature": "Rixe", "ref": "B"}, {"date": None}])
    assert (sheet.layout.kind, sheet.header) == ("json", ("ref", "date", "nature"))
    assert sheet.rows.rows()[:2] == [("A", "12/03/2026", "", 1), ("B", "", "Rixe", 2)]
    assert faults(sheet) == [(3, "JSON_OBJET")]


def test_numbers_keep_the_text_in_which_they_were_written() -> None:
    sheet = read(
        '[{"a": 1001, "b": 4.50, "c": 1e999, "d": -0, "e": true, "f": false, "g": 12345678901234567890}]'
    )
    assert sheet.rows.row(0)[:-1] == ("1001", "4.50", "1e999", "-0", "VRAI", "FAUX", "12345678901234567890")


@pytest.mark.parametrize("value", [["a", "b"], [1, 2, 3], [], {}, {"a": 1}, [[1, 2]], {"lon": [1], "lat": 2}])
def test_a_nested_value_sets_its_row_aside(value: Any) -> None:
    sheet = read_json([{"ref": "A", "x": value}, {"ref": "B", "x": 1}])
    assert faults(sheet) == [(1, "JSON_IMBRIQUE")]
    assert column(sheet, "ref") == ["B"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"lon": 2.35, "lat": 48.85}, "48.85, 2.35"),
        ([48.85, 2.35], "48.85, 2.35"),
        (point(2.35, 48.85), '{"type":"Point","coordinates":[2.35,48.85]}'),
    ],
)
def test_a_place_among_the_values_is_written_as_exports_in_csv_do(value: Any, text: str) -> None:
    assert column(read_json([{"ref": "A", "geo": value}]), "geo") == [text]


@pytest.mark.parametrize("element", [1, "a", None, [1], True])
def test_an_element_that_is_no_object_is_set_aside(element: Any) -> None:
    assert faults(read_json([{"ref": "A"}, element])) == [(2, "JSON_OBJET")]


@pytest.mark.parametrize("text", ["\\u0000", "a\\ud800b", "\\udc00"])
def test_a_character_that_cannot_be_stored_sets_its_row_aside(text: str) -> None:
    sheet = read(f'[{{"ref": "{text}"}}, {{"ref": "\\ud83d\\ude00"}}]')
    assert faults(sheet) == [(1, "CEL_CARACTERE")]
    assert column(sheet, "ref") == ["😀"]
    assert read(f'[{{"r{text}": "A"}}]').rows.height == 1, "nor does a key break the file"


def test_the_same_key_twice_in_an_object_is_not_chosen_in_silence() -> None:
    sheet = read('[{"ref": "A", "date": "x", "date": "y"}, {"ref": "B"}]')
    assert faults(sheet) == [(1, "JSON_CLE_DOUBLE")]


def test_totals_of_a_list_are_set_aside_too() -> None:
    assert faults(read_json([{"ref": "A", "n": 1}, {"ref": "TOTAL", "n": 12}])) == [(2, "LIG_TOTAL")]


def test_reserved_and_empty_keys_get_a_name_of_their_own() -> None:
    sheet = read_json([{"line": "a", "": "b", "x": "c", " x ": "d"}])
    assert sheet.header == ("line (2)", "colonne 2", "x", "x (2)")
    assert sheet.layout.repeated == ("x",)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_json_is_read_in_every_encoding(encoding: str, named: str) -> None:
    sheet = read(' \n[{"nature": "Différend"}]', encoding)
    assert (sheet.encoding, column(sheet, "nature")) == (named, ["Différend"])


def test_enc_mojibake_is_mended_in_json_too() -> None:
    text = '[{"nature":\n"DiffÃ©rend"}]'
    assert notices(read(text)) == {"ENC_MOJIBAKE": 1}
    assert column(read(text, choices=Choices(repair_encoding=True)), "nature") == ["Différend"]


# ---- GeoJSON ------------------------------------------------------------------------------------------


def test_properties_are_columns_and_the_point_gives_longitude_and_latitude() -> None:
    sheet = read_json(
        collection(
            feature(point(1.41805, 43.56316), {"ref": "A", "heure": "16:45"}, id="E1"),
            feature(None, {"ref": "B", "com": "31555"}),
            feature(point(1.5, 43.5, 120.0), {"ref": "C"}, id=7),
            feature({"type": "MultiPoint", "coordinates": [[1.25, 43.25]]}, {"ref": "D"}),
            feature({"type": "Point", "coordinates": []}, {"ref": "E"}),
            name="faits",
        )
    )
    assert (sheet.layout.kind, sheet.header) == (
        "geojson",
        ("ref", "heure", "com", "longitude", "latitude", "id"),
    )
    assert sheet.rows.rows() == [
        ("A", "16:45", "", "1.41805", "43.56316", "E1", 1),
        ("B", "", "31555", "", "", "", 2),
        ("C", "", "", "1.5", "43.5", "7", 3),
        ("D", "", "", "1.25", "43.25", "", 4),
        ("E", "", "", "", "", "", 5),
    ]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": ["1", "2"]},
        {"type": "Point"},
        "POINT(1 2)",
    ],
    ids=str,
)
def test_a_geometry_that_is_no_point_sets_its_row_aside(geometry: Any) -> None:
    sheet = read_json(collection(feature(geometry), feature(point(1, 2))))
    assert faults(sheet) == [(1, "GEO_GEOMETRIE")]
    assert sheet.rows.height == 1


def test_a_member_that_is_no_feature_is_set_aside() -> None:
    sheet = read_json(collection(point(1, 2), feature(point(1, 2)), {"type": "Feature", "properties": [1]}))
    assert faults(sheet) == [(1, "JSON_OBJET"), (3, "JSON_OBJET")]


def test_columns_of_the_point_keep_their_names_before_properties_of_the_same_name() -> None:
    sheet = read_json(collection(feature(point(1.5, 43.5), {"latitude": "x", "ref": "A"})))
    assert sheet.header == ("latitude (2)", "ref", "longitude", "latitude")
    assert (column(sheet, "latitude"), sheet.layout.repeated) == (["43.5"], ("latitude",))


@pytest.mark.parametrize(
    ("crs", "names", "said"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", ("longitude", "latitude"), {}),
        ("urn:ogc:def:crs:EPSG::4326", ("longitude", "latitude"), {}),
        ("urn:ogc:def:crs:EPSG::2154", ("x", "y"), {"GEO_PROJETE": 2}),
        ("EPSG:3949", ("x", "y"), {"GEO_PROJETE": 2}),
    ],
)
def test_projected_points_are_not_called_degrees(
    crs: str, names: tuple[str, str], said: dict[str, int]
) -> None:
    member = {"type": "name", "properties": {"name": crs}}
    sheet = read_json(collection(feature(point(574357.3, 6279642.9)), crs=member))
    assert (sheet.header[-2:], notices(sheet)) == (names, said)


def test_members_after_the_features_are_read_too() -> None:
    sheet = read(
        '{"features": [{"type": "Feature", "geometry": null, "properties": {"a": 1}}], '
        '"type": "FeatureCollection"}'
    )
    assert sheet.rows.rows() == [("1", "", "", 1)]


# ---- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "Feature", "geometry": null}',
        '{"type": "Topology", "features": []}',
        '{"a": 1}',
        '{"results": [{"a": 1}]}',
        '["a"]',
        "[[1]]",
        "{}",
    ],
)
def test_json_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(UnknownJson):
        read(text)


@pytest.mark.parametrize("text", ["[]", "[ ]", '{"type": "FeatureCollection", "features": []}', "[{}]"])
def test_fic_vide_a_list_without_rows_is_empty(text: str) -> None:
    with pytest.raises(EmptyFile):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1}',
        '[{"a": 1},',
        '[{"a": 1},]',
        '[{"a": 1} {"a": 2}]',
        '[{"a": 1}]x',
        '[{"a": NaN}]',
        '[{"a": 1}, {"b": "jamais fermé]',
        "[" * 100_000,
        '[{"a":' * 50_000,
        '{"features": [{"type": "Feature"}',
        '{"a" 1}',
        '{"a": 1}\n{"a": 2}',
        '[{"a": 1}, {"a": 1' + " " * 5_000 + "x}]",
    ],
    ids=lambda text: text[:20],
)
def test_json_that_is_cut_or_malformed_is_refused_whole(text: str) -> None:
    with pytest.raises(RefusedFile) as refusal:
        read(text, limits=Limits(1_000_000, 1_000, 20, 200))
    assert isinstance(refusal.value, UnreadableJson | UnknownJson)


def test_the_refusal_tells_the_rank_of_the_element() -> None:
    with pytest.raises(UnreadableJson, match="élément 3"):
        read('[{"a": 1}, {"a": 2}, {"a": }]')


def test_the_limits_hold_for_json() -> None:
    with pytest.raises(FileTooLarge, match="20 colonnes"):
        read_json([{f"c{n}": 1 for n in range(21)}])
    with pytest.raises(FileTooLarge, match="20 colonnes"):
        read_json(collection(feature(None, {f"c{n}": 1 for n in range(19)})))
    with pytest.raises(FileTooLarge, match="1000 lignes"):
        read_json([{"a": 1}] * 1_001)
    assert faults(read_json([{"a": "x" * 201}, {"a": 1}])) == [(1, "CEL_LONGUE")]
    with (
        mock.patch.object(json_stream, "LONGEST_ELEMENT", 1_000),
        mock.patch.object(encodings, "BLOCK", 100),
        pytest.raises(FileTooLarge, match="par élément"),
    ):
        read_json([{"a": "x" * 2_000}])


# ---- laws ---------------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just([1]), st.just({"a": 1})
)
ELEMENTS = st.one_of(
    st.dictionaries(st.sampled_from(["a", "b", "line", "é"]), SCALARS, max_size=4), st.integers()
)


@given(st.lists(ELEMENTS, max_size=12), st.integers(1, 20), st.integers(1, 5), st.sampled_from([None, 1]))
def test_each_element_ends_once_in_the_rows_or_set_aside(
    elements: list[Any], block: int, at_once: int, indent: int | None
) -> None:
    elements = [{"a": 1}, *elements]
    text = json.dumps(elements, indent=indent)
    with mock.patch.object(encodings, "BLOCK", block), mock.patch.object(objects, "ROWS_AT_ONCE", at_once):
        sheet = read(text)
    lines = [*sheet.rows["line"].to_list(), *(row.line for row in sheet.set_aside)]
    assert sorted(lines) == list(range(1, len(elements) + 1))
