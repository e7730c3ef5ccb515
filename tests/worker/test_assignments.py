"""A worker dies while it looks at the facts: another goes on, and the counts are those of a recount."""

import time
from pathlib import Path

import shapely
from sqlalchemy import text

from observatoire.atlas import parts
from support.layers import feature, geojson
from support.processes import until, worker
from support.scatter import CENTRE, draw, misplaced, pairs_recounted, pairs_stored, scattered
from support.world import World

AROUND = shapely.box(CENTRE[0] - 0.012, CENTRE[1] - 0.012, CENTRE[0] + 0.012, CENTRE[1] + 0.012)
FACTS = 3_000


def progress(world: World) -> tuple[int, int]:
    """(facts looked at, assignments not ended)."""
    with world.database.owning() as connection:
        done, waiting = connection.execute(
            text(
                "select coalesce(sum(done), 0), count(*) filter (where state <> 'termine') "
                "from collection.assignment"
            )
        ).one()
        return int(done), int(waiting)


def slow_down(world: World, seconds: float) -> None:
    """Each page is written slowly: there is time to die in the middle."""
    with world.database.owning() as connection:
        connection.execute(
            text(
                "create function slow() returns trigger language plpgsql as "
                f"$$ begin perform pg_sleep({seconds}); return null; end $$"
            )
        )
        connection.execute(
            text(
                "create trigger slow after update of position on collection.assignment "
                "for each row execute function slow()"
            )
        )


def test_an_assignment_survives_the_death_of_its_worker(world: World, tmp_path: Path) -> None:
    world.source()
    assert world.send(scattered(FACTS, 7))["etat"] == "valide"
    layer = geojson(tmp_path / "qpv.geojson", feature(AROUND, code_qp="QN03101M"))
    assert parts.load_neighbourhoods(world.database, layer).assignment is not None
    draw(world, AROUND)
    slow_down(world, 1.0)
    with worker(world) as first:
        until(lambda: progress(world)[1] == 2)
        time.sleep(0.4)
        first.kill()
        first.wait()
    assert progress(world)[1] > 0
    with worker(world):
        until(lambda: progress(world)[1] == 0)
    assert misplaced(world) == 0
    assert pairs_stored(world) == pairs_recounted(world) != set()
    seen = world.get("/rattachements")["rattachements"]
    assert {(r["objet"], r["etat"], r["progression"]) for r in seen} == {
        ("qpv", "termine", 1.0),
        ("zone", "termine", 1.0),
    }
