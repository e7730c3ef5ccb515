"""The queue is looked over: what nobody runs is run again, what is well stays as it is."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from observatoire.intake.desk import Desk
from observatoire.store import imports, queue
from observatoire.worker.draining import drain
from observatoire.worker.recovery import ORPHAN_AFTER, Recovery
from support.files import pm_file, pm_row
from support.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world.database, world.settings)


@pytest.fixture
def waiting(world: World) -> str:
    world.source()
    answer = world.client.post(
        "/api/v1/imports",
        data={"source": "pm"},
        files={"fichier": ("export.csv", pm_file([pm_row()]))},
        headers=world.admin,
    )
    return str(answer.json()["id"])


def one(world: World, statement: str) -> object:
    with world.database.owning() as connection:
        return connection.execute(text(statement)).scalar_one_or_none()


def set_running(world: World, worker: int | None) -> int:
    with world.database.owning() as connection:
        job = connection.execute(
            text("update queue.procrastinate_jobs set status = 'doing', worker_id = :w returning id"),
            {"w": worker},
        ).scalar_one()
        assert isinstance(job, int)
        return job


def register(world: World) -> int:
    number = one(world, "insert into queue.procrastinate_workers default values returning id")
    assert isinstance(number, int)
    return number


STATUS = "select status || ' ' || attempts from queue.procrastinate_jobs"


def test_the_job_of_a_worker_that_went_away_is_run_again(world: World, desk: Desk, waiting: str):
    set_running(world, None)
    assert Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) == "todo 1"
    assert world.done(waiting)["etat"] == "valide"


def test_a_deletion_whose_worker_went_away_is_run_again(world: World, desk: Desk):
    world.source("pm")
    asked = world.client.delete("/api/v1/sources/pm?confirmation=pm", headers=world.admin)
    assert asked.status_code == 202, asked.text
    set_running(world, None)
    assert Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) == "todo 1"
    drain(world.database, world.settings)
    world.get("/sources/pm", status=404)


def test_the_job_of_a_worker_that_is_heard_is_left_to_it(world: World, desk: Desk, waiting: str):
    set_running(world, register(world))
    assert Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) == "doing 0"


def test_the_job_of_a_silent_worker_is_run_again(world: World, desk: Desk, waiting: str):
    set_running(world, register(world))
    one(world, "update queue.procrastinate_workers set last_heartbeat = now() - interval '11 s' returning 1")
    Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) == "todo 1"


def test_a_job_that_we_are_said_to_run_and_do_not_is_run_again_at_the_second_look(
    world: World, desk: Desk, waiting: str
):
    me = register(world)
    job = set_running(world, me)
    recovery = Recovery(desk, 10)
    assert recovery.look(me, {job})
    assert recovery.look(me, ())
    assert one(world, STATUS) == "doing 0", "it may be about to begin"
    assert recovery.look(me, ())
    assert one(world, STATUS) == "todo 1"


def test_a_worker_that_the_others_think_dead_is_told(world: World, desk: Desk):
    me = register(world)
    assert Recovery(desk, 10).look(me, ())
    one(world, "update queue.procrastinate_workers set last_heartbeat = now() - interval '11 s' returning 1")
    assert not Recovery(desk, 10).look(me, ())
    one(world, "delete from queue.procrastinate_workers returning 1")
    assert not Recovery(desk, 10).look(me, ())


def test_an_import_without_a_job_is_put_back_in_the_queue_after_a_while(
    world: World, desk: Desk, waiting: str
):
    one(world, "delete from queue.procrastinate_jobs returning 1")
    Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) is None, "the command line may be running it"
    later = replace(desk, now=lambda: desk.now() + ORPHAN_AFTER + timedelta(seconds=1))
    Recovery(later, 10).look(None, ())
    Recovery(later, 10).look(None, ())
    assert one(world, STATUS) == "todo 0"
    assert world.done(waiting)["etat"] == "valide"
    Recovery(later, 10).look(None, ())
    assert one(world, STATUS) is None, "it has ended"


def test_a_job_that_failed_three_times_ends_even_when_its_import_has_ended(
    world: World, desk: Desk, waiting: str
):
    with world.database.importing() as connection:
        record = imports.get(connection, UUID(waiting))
        assert record is not None
    report = world.done(waiting)
    with world.database.importing() as connection:
        queue.defer_import(connection, record)
    set_running(world, None)
    one(world, "update queue.procrastinate_jobs set attempts = 2 returning 1")
    Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) == "failed 3"
    assert world.get(f"/imports/{waiting}") == report


def test_a_stalled_job_that_is_no_import_ends(world: World, desk: Desk):
    one(
        world,
        "insert into queue.procrastinate_jobs (queue_name, task_name, status, args) "
        "values ('imports', 'purger', 'doing', '{\"timestamp\": 1}') returning 1",
    )
    Recovery(desk, 10).look(None, ())
    assert one(world, STATUS) == "failed 1"
