"""Contours come as an operator has them; the facts of the next import are counted in them."""

import random
from pathlib import Path

import numpy as np
import pytest
import shapely

from conftest import COMPLETE
from observatoire.atlas import service
from observatoire.space.crs import to_metric
from support.files import pm_file, pm_row
from support.layers import feature, geojson, written
from support.scatter import comma
from support.world import World

CENTRE = (1.40, 43.625)
"""Between Toulouse and Blagnac."""
WEST, EAST = "31069", "31555"
LOW, HIGH = CENTRE[1] - 0.02, CENTRE[1] + 0.02
FORMATS = {"communes.gpkg": 0.004, "communes.zip": -0.006, "communes.geojson.gz": 0.011}
"""File to the longitude, east of the centre, at which it cuts the town in two."""


def halves(cut: float) -> list[shapely.Polygon]:
    middle = CENTRE[0] + cut
    return [
        shapely.box(CENTRE[0] - 0.02, LOW, middle, HIGH),
        shapely.box(middle, LOW, CENTRE[0] + 0.02, HIGH),
    ]


def drawn(path: Path, cut: float) -> Path:
    """Both communes, in Lambert-93 where the format allows it."""
    shapes = halves(cut)
    if "json" in path.name:
        return geojson(path, *(feature(s, code=c) for s, c in zip(shapes, (WEST, EAST), strict=True)))
    metric = [shapely.transform(s, lambda xy: np.column_stack(to_metric(*xy.T, 2154))) for s in shapes]
    return written(path, metric, {"INSEE_COM": [WEST, EAST]}, crs="EPSG:2154")


def sent(world: World, year: int, number: int = 120) -> shapely.MultiPoint:
    """Facts that declare no commune: their points alone say where they are."""
    chance = random.Random(year)
    xy = np.array([[chance.uniform(-0.019, 0.019) + c for c in CENTRE] for _ in range(number)])
    metres = zip(*to_metric(*xy.T, 2154), strict=True)
    rows = [
        pm_row(f"{year}-{i}", f"{1 + i % 28:02d}/03/{year}", code="", point=(comma(x), comma(y)))
        for i, (x, y) in enumerate(metres)
    ]
    report = world.send(pm_file(row.replace("Toulouse", "") for row in rows))
    assert (report["etat"], report["lignes"]["creees"]) == ("valide", number), report
    return shapely.MultiPoint(xy)


def counted(world: World, commune: str, year: int) -> int:
    period = {"debut": f"{year}-03-01", "fin": f"{year}-04-01"}
    answer = world.get("/analyses/synthese", territoire=f"commune:{commune}", source="pm", **period)
    return answer["resultat"]["groupes"][0]["faits"]["valeur"]


@pytest.mark.parametrize("name", list(FORMATS)[: 3 if COMPLETE else 1])
def test_facts_are_counted_in_the_contours_that_the_operator_loaded(
    shared_world: World, tmp_path: Path, name: str
) -> None:
    if "pm" not in {s["code"] for s in shared_world.get("/sources")["sources"]}:
        shared_world.source("pm")
    path = drawn(tmp_path / name, FORMATS[name])
    done, _ = service.load_contours(shared_world.database, shared_world.settings.data, path, lambda _: None)
    assert done.communes == 2
    year = 2020 + list(FORMATS).index(name)
    points = shapely.get_parts(sent(shared_world, year))
    for commune, half in zip((WEST, EAST), halves(FORMATS[name]), strict=True):
        recount = int(shapely.contains(half, points).sum())
        assert counted(shared_world, commune, year) == recount > 20
