"""IRIS: names of fields in any case, codes whole; or refused with a reason."""

from pathlib import Path

import pytest
import shapely

from observatoire.atlas import parts
from observatoire.atlas.errors import InvalidIrisFeature, InvalidIrisFile
from observatoire.atlas.iris import read_iris
from observatoire.domain.territory import TerritoryCode
from observatoire.store.reference import territories
from support.layers import feature, geojson, written
from support.world import World

SQUARE = shapely.box(1.43, 43.60, 1.44, 43.61)


@pytest.mark.parametrize(
    ("properties", "code", "name", "kind"),
    [
        (
            {"CODE_IRIS": "315550101", "NOM_IRIS": "Capitole 1", "TYP_IRIS": "H"},
            "315550101",
            "Capitole 1",
            "H",
        ),
        ({"code_iris": "2A0040101", "nom_iris": "Citadelle"}, "2A0040101", "Citadelle", ""),
        ({"INSEE_COM": "31555", "IRIS": "0101"}, "315550101", "315550101", ""),
        ({"INSEE_COM": "1001", "IRIS": "0"}, "010010000", "010010000", ""),
        ({"iris_code": ["315550101"], "iris_name": ["Capitole"]}, "315550101", "Capitole", ""),
        ({"DCOMIRIS": 10040101}, "010040101", "010040101", ""),
    ],
)
def test_an_iris_is_read_whatever_its_producer_calls_its_code(
    tmp_path: Path, properties: dict[str, object], code: str, name: str, kind: str
) -> None:
    (found,) = read_iris(geojson(tmp_path / "a.geojson", feature(SQUARE, **properties)))
    assert (found.code, found.name, found.kind, found.commune) == (code, name, kind, code[:5])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (None, "code absent"),
        ("1,31E+08", "abîmé par le tableur"),
        ("1.31E+08", "abîmé"),
        ("TOULOUSE1", "forme inconnue"),
    ],
)
def test_a_damaged_code_is_named_for_what_it_is(tmp_path: Path, code: str | None, reason: str) -> None:
    good = feature(SQUARE, code_iris="315550101")
    with pytest.raises(InvalidIrisFeature, match=rf"IRIS n° 2 .*{reason}"):
        read_iris(geojson(tmp_path / "a.geojson", good, feature(SQUARE, code_iris=code)))


def test_an_iris_given_twice_or_without_polygon_is_refused(tmp_path: Path) -> None:
    good = feature(SQUARE, code_iris="315550101")
    for bad, reason in (
        (good, "déjà celui de l'IRIS n° 1"),
        (feature(None, code_iris="315550102"), "polygone"),
    ):
        with pytest.raises(InvalidIrisFeature, match=reason):
            read_iris(geojson(tmp_path / "a.geojson", good, bad))


def load(world: World, path: Path) -> parts.Loaded:
    return parts.load_iris(world.database, path, lambda _: None)


def codes(world: World, prefix: str) -> list[str]:
    listed = world.get("/territoires", {}, niveau="iris", dans=f"commune:{prefix}")["territoires"]
    return [found["code"] for found in listed]


def test_iris_stand_beside_the_communes_that_hold_them(shared_world: World, tmp_path: Path) -> None:
    columns = {"CODE_IRIS": ["315550101", "751010101"], "NOM_IRIS": ["Capitole", "Halles"]}
    paris = shapely.box(2.33, 48.85, 2.34, 48.86)
    loaded = load(shared_world, written(tmp_path / "iris.gpkg", [SQUARE, paris], columns))
    assert (loaded.number, loaded.assignment) == (2, None), "no fact, nothing to look at"
    assert codes(shared_world, "31555") == ["315550101"]
    assert codes(shared_world, "75056") == ["751010101"]
    detail = shared_world.get("/territoires/iris:315550101", {})
    assert (detail["nom"], detail["contour_source"]) == ("Capitole", "iris.gpkg")
    load(shared_world, geojson(tmp_path / "b.geojson", feature(SQUARE, code_iris="315550102")))
    assert codes(shared_world, "31555") == ["315550102"], (
        "another division of Toulouse takes the place of the first"
    )
    assert codes(shared_world, "75056") == ["751010101"]
    shared_world.source("pm")
    answer = shared_world.get("/analyses/synthese", territoire="iris:315550102")
    assert answer["preuve"]["diffusion"]["audience"] == "interne"
    problem = shared_world.get("/analyses/synthese", {}, 422, territoire="iris:315550102")
    assert problem["type"].endswith("/hors_diffusion")


def test_iris_that_fall_elsewhere_or_of_no_commune_are_refused_and_what_stood_stands(
    shared_world: World, tmp_path: Path
) -> None:
    load(shared_world, geojson(tmp_path / "a.geojson", feature(SQUARE, code_iris="315550101")))
    away = geojson(tmp_path / "b.geojson", feature(shapely.box(5, 47, 5.1, 47.1), code_iris="315550102"))
    with pytest.raises(InvalidIrisFile, match=r"1 IRIS sur 1 .*--epsg"):
        load(shared_world, away)
    nowhere = geojson(tmp_path / "c.geojson", feature(SQUARE, code_iris="319990101"))
    with pytest.raises(InvalidIrisFeature, match="commune 31999 est inconnue"):
        load(shared_world, nowhere)
    with shared_world.database.reading() as connection:
        assert territories.get(connection, TerritoryCode.parse("iris:315550101"))


def test_a_neighbourhood_outside_france_is_refused(shared_world: World, tmp_path: Path) -> None:
    from observatoire.atlas.errors import InvalidQpvFeature

    layer = geojson(tmp_path / "q.geojson", feature(shapely.box(10, 50, 10.1, 50.1), code_qp="QN03101M"))
    with pytest.raises(InvalidQpvFeature, match="aucune commune de France"):
        parts.load_neighbourhoods(shared_world.database, layer)
    assert shared_world.get("/territoires", {}, niveau="qpv", q="QN03101M")["total"] == 0
