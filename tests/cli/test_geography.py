"""The operator brings contours and zones: what became of them is told in French."""

from pathlib import Path

import polars as pl
import pytest
import shapely

from observatoire.atlas.overlaps import Overlap
from observatoire.atlas.replacing import Drawn, Replacement
from observatoire.cli.geography import told
from support.layers import feature, geojson, written
from support.scatter import CENTRE, scattered
from support.terminal import Terminal
from support.world import World

SQUARE = shapely.box(CENTRE[0] - 0.01, CENTRE[1] - 0.01, CENTRE[0] + 0.01, CENTRE[1] + 0.01)


def run(world: World, *words: str, code: int = 0) -> str:
    printed = Terminal(world).run(*words, code=code)
    return printed.stdout + printed.stderr


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm")
    shared_world.send(scattered(100, 1))
    return shared_world


def test_zones_are_loaded_listed_and_loaded_again_as_new_versions(town: World, tmp_path: Path) -> None:
    columns = {"NOM": ["Nord", "Sud"]}
    north, south = shapely.box(1.43, 43.605, 1.46, 43.62), shapely.box(1.43, 43.59, 1.46, 43.605)
    layer = str(written(tmp_path / "secteurs.gpkg", [north, south], columns))
    words = ["zones", "charger", layer, "--type", "secteur_patrouille", "--organisation", "Ville"]
    first = run(town, *words, "--valide-depuis", "2024-01-01")
    assert "2 zones lues dans secteurs.gpkg : 2 créées, 0 changées, 0 inchangées" in first
    assert "Rattachement des faits" in first
    assert "100 %" in first
    assert "0 créées, 0 changées, 2 inchangées" in run(town, *words)
    (tmp_path / "secteurs.gpkg").unlink()
    written(tmp_path / "secteurs.gpkg", [north, south.buffer(-0.001)], columns)
    assert "0 créées, 1 changées, 1 inchangées" in run(town, *words)
    listed = run(town, "zones", "lister")
    assert "secteur_patrouille  Ville  Sud" in listed
    assert "version 2 du " in listed
    assert "rattachement en cours" not in listed
    assert "Rien à rattacher" in run(town, "rattacher")


def test_iris_and_neighbourhoods_are_loaded_and_the_facts_follow(town: World, tmp_path: Path) -> None:
    layer = geojson(tmp_path / "iris.geojson", feature(SQUARE, CODE_IRIS="315550101"))
    said = run(town, "iris", "charger", str(layer))
    assert "1 IRIS chargés depuis iris.geojson" in said
    assert "Rattachement des faits" in said
    bow_tie = shapely.Polygon([(1.44, 43.60), (1.45, 43.61), (1.45, 43.60), (1.44, 43.61)])
    layer = geojson(tmp_path / "qpv.geojson", feature(bow_tie, code_qp="QN03101M"))
    said = run(town, "qpv", "charger", str(layer))
    assert "1 quartiers prioritaires chargés" in said
    assert "1 contours invalides, réparés" in said


def test_a_file_that_cannot_be_used_is_refused_with_its_reason(town: World, tmp_path: Path) -> None:
    layer = str(geojson(tmp_path / "a.geojson", feature(SQUARE, nom="x")))
    assert "aucun champ ne porte le code Insee" in run(town, "territoires", "charger", layer, code=2)
    nameless = str(geojson(tmp_path / "b.geojson", feature(SQUARE)))
    words = ["zones", "charger", nameless, "--type", "autre", "--organisation", "Ville"]
    assert "Zone n° 1 : nom absent" in run(town, *words, code=2)
    key = ["cle", "creer", "x", "--role", "agent", "--territoire", "iris:315550101"]
    assert "communes entières" in run(town, *key, code=2)


def test_what_became_of_a_file_of_contours_is_told_whole() -> None:
    drawn = Drawn({}, frozenset({"18001"}), ("18014",), ("99999",), ("18005",))
    kept = tuple(f"{18_010 + i}" for i in range(20))
    overlap = Overlap("18001", "18002", 43.21)
    lines = told(Replacement(pl.DataFrame(), 2, 0, kept, ("18006",), drawn, (overlap,), 1))
    text = "\n".join(lines)
    assert lines[0] == "Contour remplacé : 2 communes et 0 arrondissement."
    assert "20 gardent leur ancien contour" in text
    assert "et 8 autres" in text
    for part in ("18014", "99999", "18005", "18006", "18001 et 18002 (43,21 km²)", "1 trou "):
        assert part in text
