"""The application of the workers: what it does every hour, and how it bears the loss of a connection."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from sqlalchemy import text

from observatoire.intake import purging
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding import again
from observatoire.intake.retention import reducing
from observatoire.store import queue
from observatoire.worker import tasks
from observatoire.worker.app import (
    GEOCODING_TASK,
    PURGE_TASK,
    REDUCTION_TASK,
    WATCH_TASK,
    SteadyConnector,
    make_app,
    reduce_soon,
)
from support.world import World


@pytest.fixture
def desk(shared_world: World) -> Desk:
    return Desk.of(shared_world.database, shared_world.settings)


HOURLY = {PURGE_TASK: (purging, "purge"), GEOCODING_TASK: (again, "geocode_again")}


@pytest.mark.parametrize("name", HOURLY)
def test_every_hour_a_worker_purges_geocodes_again_and_watches(
    shared_world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
):
    done: list[Desk] = []
    monkeypatch.setattr(*HOURLY[name], lambda desk, **_: done.append(desk))
    app = make_app(desk, shared_world.settings, periodic=True)
    found = {p.task.name: p for p in app.periodic_registry.periodic_tasks.values()}
    assert set(found) == {*HOURLY, WATCH_TASK, REDUCTION_TASK}
    for task, periodic in found.items():
        ticks = [periodic.croniter.get_next(ret_type=float) for _ in range(3)]
        pause = 24 * 3600 if task == REDUCTION_TASK else 3600
        assert [later - sooner for sooner, later in pairwise(ticks)] == [pause, pause]
    app.tasks[name](timestamp=0)
    assert done == [desk]


def test_every_night_a_worker_reduces_the_points_that_are_too_old(
    shared_world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    done: list[Desk] = []
    monkeypatch.setattr(reducing, "reduce_points", done.append)
    make_app(desk, shared_world.settings, periodic=True).tasks[REDUCTION_TASK](timestamp=0)
    assert done == [desk]


def test_a_worker_that_starts_asks_once_for_what_its_nights_have_missed(shared_world: World, desk: Desk):
    app = make_app(desk, shared_world.settings, periodic=True)

    async def started_twice() -> list[tuple[object, ...]]:
        async with app.open_async():
            for _ in range(2):
                await reduce_soon(app)
            jobs = await app.job_manager.list_jobs_async(task=REDUCTION_TASK)
            return [(job.status, job.queue, job.lock, job.priority) for job in jobs]

    assert asyncio.run(started_twice()) == [("todo", queue.QUEUE, REDUCTION_TASK, -1)]


def test_who_drains_the_queue_does_not_purge(shared_world: World, desk: Desk):
    app = make_app(desk, shared_world.settings, periodic=False)
    assert not app.periodic_registry.periodic_tasks
    assert queue.IMPORT_TASK in app.tasks


@pytest.mark.parametrize("name", HOURLY)
def test_a_task_that_breaks_is_told_by_its_kind_and_does_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
):
    def broken(_: Desk, **__: object) -> None:
        raise OSError("DUPONT")

    monkeypatch.setattr(*HOURLY[name], broken)
    with caplog.at_level(logging.DEBUG):
        {PURGE_TASK: tasks.purge, GEOCODING_TASK: tasks.geocode_again}[name](desk)
    assert "OSError" in caplog.text
    assert "DUPONT" not in caplog.text


Ask = Callable[..., Awaitable[Any]]


def failing(times: int, error: Exception, asked: list[str]) -> Ask:
    """A question that fails a number of times."""

    async def ask(_: object, query: str, **arguments: object) -> list[dict[str, str]]:
        asked.append(query)
        if len(asked) <= times:
            raise error
        return [{"query": query, **{name: str(value) for name, value in arguments.items()}}]

    return ask


KINDS = ["execute_query_async", "execute_query_one_async", "execute_query_all_async"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_under_which_the_connection_is_lost_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, kind: str
):
    asked: list[str] = []
    monkeypatch.setattr(PsycopgConnector, kind, failing(1, ConnectorException(), asked))
    answer = asyncio.run(getattr(SteadyConnector(), kind)("select 1", worker_id=7))
    assert asked == ["select 1"] * 2
    assert answer in (None, [{"query": "select 1", "worker_id": "7"}])


def test_when_every_connection_is_lost_at_once_the_next_question_finds_a_sound_one(
    shared_world: World, desk: Desk
):
    app = make_app(desk, shared_world.settings, periodic=False)
    ending = (
        "select count(pg_terminate_backend(pid)) as ended from pg_stat_activity "
        "where application_name = 'observatoire travailler' and datname = current_database()"
    )

    async def asked_afterwards() -> tuple[int, dict[str, Any]]:
        async with app.open_async():
            ask = app.connector.execute_query_one_async
            await asyncio.gather(*(ask("select pg_sleep(0.3)") for _ in range(4)))
            with shared_world.database.owning() as connection:
                ended = connection.execute(text(ending)).scalar_one()
            return ended, await ask("select 1 as answer")

    ended, answer = asyncio.run(asked_afterwards())
    assert ended > 2, "more than one is asked again for"
    assert answer == {"answer": 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("times", "error", "number"),
    [
        (2, ConnectorException(), 2),
        (1, UniqueViolation(constraint_name="une", queueing_lock=None), 1),
        (1, KeyError(), 1),
    ],
)
def test_what_does_not_pass_is_said(
    monkeypatch: pytest.MonkeyPatch, kind: str, times: int, error: Exception, number: int
):
    asked: list[str] = []
    monkeypatch.setattr(PsycopgConnector, kind, failing(times, error, asked))
    with pytest.raises(type(error)):
        asyncio.run(getattr(SteadyConnector(), kind)("select 1"))
    assert len(asked) == number
