"""The commune of a point is the one that PostGIS finds, borders included."""

import os

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from observatoire.store.reference import gazetteer
from support.world import World

POINTS = 20_000 if os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1" else 400
WINDOW = (1.2, 43.4, 1.7, 43.8)
SMALLEST = text(
    "select min(c.code) from unnest(cast(:points as text[])) with ordinality as p (hex, rank) "
    "left join reference.contour c on c.level = 'commune' "
    "and st_intersects(c.geom, cast(p.hex as geometry)) group by p.rank order by p.rank"
)


@pytest.fixture(scope="module")
def known(shared_world: World) -> gazetteer.Gazetteer:
    with shared_world.database.reading() as connection:
        return gazetteer.load(connection, WINDOW)


def anywhere(rng: np.random.Generator) -> np.ndarray:
    west, south, east, north = WINDOW
    return np.column_stack([rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)])


def corners(world: World, rng: np.random.Generator) -> np.ndarray:
    """Corners of outlines: nearly all of them belong to two communes or three."""
    query = text(
        "select st_asbinary(geom) from reference.contour where level = 'commune' "
        "and st_within(geom, st_makeenvelope(:west, :south, :east, :north, 4326))"
    )
    with world.database.reading() as connection:
        box = dict(zip(("west", "south", "east", "north"), WINDOW, strict=True))
        shapes = [bytes(row[0]) for row in connection.execute(query, box)]
    found = shapely.get_coordinates(shapely.from_wkb(shapes))
    return found[rng.choice(len(found), min(POINTS, len(found)), replace=False)]


@pytest.mark.parametrize("where", ["anywhere", "corners"])
def test_a_point_is_in_the_commune_where_postgis_puts_it(
    shared_world: World, known: gazetteer.Gazetteer, where: str
) -> None:
    rng = np.random.default_rng(20_260_101)
    points = anywhere(rng) if where == "anywhere" else corners(shared_world, rng)
    encoded = shapely.to_wkb(
        shapely.set_srid(shapely.points(points), 4326), hex=True, include_srid=True
    ).tolist()
    with shared_world.database.reading() as connection:
        expected = list(connection.execute(SMALLEST, {"points": encoded}).scalars())
    assert len(set(expected)) > 20
    assert known.communes.locate(points[:, 0], points[:, 1]).tolist() == expected
