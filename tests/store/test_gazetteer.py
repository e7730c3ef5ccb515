import threading

from sqlalchemy import text

from observatoire.atlas import parts
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.store.reference import gazetteer
from observatoire.store.reference.gazetteer import Gazetteer, Window
from support.world import World

CAPITOLE = (1.4437, 43.6045)
AROUND_TOULOUSE: Window = (1.40, 43.57, 1.48, 43.63)
AROUND_BREST: Window = (-4.52, 48.36, -4.44, 48.42)


def load(world: World, window: Window | None = AROUND_TOULOUSE) -> Gazetteer:
    with world.database.importing() as connection:
        return gazetteer.load(connection, window)


def elsewhere(world: World, statement: str) -> None:
    """A statement by another process: its own engine, its own transaction."""
    other = Database(world.database.url, pooled=False)
    with other.owning() as connection:
        connection.execute(text(statement))
    other.dispose()


def test_a_geography_that_did_not_change_is_read_once(shared_world: World) -> None:
    assert load(shared_world) is load(shared_world)
    assert load(shared_world, None) is load(shared_world)


def test_a_window_inside_the_one_kept_needs_no_reading(shared_world: World) -> None:
    assert load(shared_world, (1.42, 43.59, 1.44, 43.61)) is load(shared_world)


def test_the_window_kept_grows_and_answers_for_both_places(shared_world: World) -> None:
    load(shared_world)
    both = load(shared_world, AROUND_BREST)
    assert both.communes.locate([CAPITOLE[0], -4.486], [CAPITOLE[1], 48.390]).tolist() == ["31555", "29019"]
    assert both.window == (-5.0, 43.0, 2.0, 49.0)


def test_what_another_process_adds_rewrites_or_takes_away_is_seen(
    shared_world: World,
) -> None:
    seen = [load(shared_world)]
    for statement in (
        "insert into reference.territory (level, code, name, vintage) values ('commune', '31999', 'N', 2026)",
        "update reference.territory set name = 'Neuve' where level = 'commune' and code = '31999'",
        "delete from reference.territory where level = 'commune' and code = '31999'",
    ):
        elsewhere(shared_world, statement)
        seen.append(load(shared_world))
    assert len({id(found) for found in seen}) == 4
    assert ["31999" in found.parents for found in seen] == [False, True, True, False]


def test_a_change_that_is_rolled_back_is_not_seen(shared_world: World) -> None:
    before = load(shared_world)
    with shared_world.database.owning() as connection:
        connection.execute(text("delete from reference.territory where level = 'qpv'"))
        connection.rollback()
    assert load(shared_world) is before


def test_neighbourhoods_loaded_again_by_another_process_are_seen(shared_world: World) -> None:
    before = load(shared_world)
    other = Database(shared_world.database.url, pooled=False)
    parts.load_neighbourhoods(other, Settings().data / "qpv" / "qpv_fictifs.geojson")
    other.dispose()
    after = load(shared_world)
    assert after is not before
    assert after.neighbourhoods_2024.codes == before.neighbourhoods_2024.codes


def test_two_observatories_of_one_process_keep_their_own(shared_world: World) -> None:
    same_place = Database(shared_world.database.url, pooled=False)
    with same_place.importing() as connection:
        other = gazetteer.load(connection, None)
    same_place.dispose()
    assert other is not load(shared_world)


def test_threads_that_load_at_once_all_get_a_whole_answer(shared_world: World) -> None:
    found: list[Gazetteer] = []
    windows = [AROUND_TOULOUSE, AROUND_BREST, None] * 2
    threads = [threading.Thread(target=lambda w=w: found.append(load(shared_world, w))) for w in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(windows)
    assert all(len(g.parents) > 30_000 for g in found)
