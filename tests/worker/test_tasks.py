"""What a worker does with an import that breaks: an end, a French message, and no cell in any log."""

import logging
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from intake.tables import row_counts
from observatoire.errors import UnavailableStore
from observatoire.intake import running
from observatoire.intake.desk import Desk
from observatoire.worker import tasks
from observatoire.worker.draining import drain
from support.files import pm_file, pm_row
from support.world import World

SECRET = "DUPONT Jean 06 12 34 56 78"


class Panic(BaseException):
    """As those of a Rust library: no Exception."""


def received(world: World) -> str:
    world.source()
    answer = world.client.post(
        "/api/v1/imports",
        data={"source": "pm"},
        files={"fichier": ("export.csv", pm_file([pm_row()]))},
        headers=world.admin,
    )
    return str(answer.json()["id"])


def breaking(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(running, "run", broken)


@pytest.mark.parametrize("error", [ValueError(SECRET), MemoryError(SECRET), Panic(SECRET)])
def test_an_unexpected_error_ends_the_import_and_tells_its_kind_only(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: BaseException
):
    id_ = received(world)
    breaking(monkeypatch, error)
    with caplog.at_level(logging.DEBUG):
        report = world.done(id_)
    assert report["etat"] == "echoue"
    assert type(error).__name__ in report["message"]
    assert "renvoyez" in report["message"]
    assert "DUPONT" not in report["message"]
    assert f"import {id_} broken by {type(error).__name__}" in caplog.text
    assert "DUPONT" not in caplog.text
    assert all("DUPONT" not in str(record.__dict__) for record in caplog.records)
    assert not list((world.settings.var / "depots").glob("*"))
    assert {table: n for table, n in row_counts(world).items() if table.startswith("queue.") and n} == {}


def test_an_import_is_run_again_when_the_database_was_away(world: World, monkeypatch: pytest.MonkeyPatch):
    id_ = received(world)
    with monkeypatch.context() as away:
        breaking(away, UnavailableStore("essai"))
        assert world.done(id_)["etat"] == "en_attente"
    with world.database.owning() as connection:
        again, attempts = connection.execute(
            text("select scheduled_at > now(), attempts from queue.procrastinate_jobs")
        ).one()
        assert again, "not at once"
        assert attempts == 1
        connection.execute(text("update queue.procrastinate_jobs set scheduled_at = null"))
    assert world.done(id_)["etat"] == "valide"


def test_an_import_ends_when_the_database_is_away_too_often(world: World, monkeypatch: pytest.MonkeyPatch):
    id_ = received(world)
    breaking(monkeypatch, UnavailableStore("essai"))
    for _ in range(tasks.MOST_RUNS_WITHOUT_STORE):
        with world.database.owning() as connection:
            connection.execute(text("update queue.procrastinate_jobs set scheduled_at = null"))
        drain(world.database, world.settings)
    report = world.get(f"/imports/{id_}")
    assert report["etat"] == "echoue"
    assert "base indisponible" in report["message"]


def test_a_job_about_no_import_ends(world: World, caplog: pytest.LogCaptureFixture):
    absent = uuid4()
    tasks.run_import(Desk.of(world.database, world.settings), absent, 0)
    assert f"import {absent} is in the queue but not in the database" in caplog.text


def test_an_import_that_has_ended_is_not_ended_again(world: World):
    id_ = received(world)
    before = world.done(id_)
    running.fail(Desk.of(world.database, world.settings), UUID(id_), "trop tard")
    assert world.get(f"/imports/{id_}") == before


def test_pauses_grow_and_stay_bearable():
    from procrastinate.jobs import Job

    job = Job(queue="q", lock=None, queueing_lock=None, task_name="t", task_kwargs={})
    decisions = [
        tasks.Patience().get_retry_decision(exception=tasks.TryAgain(), job=job.evolve(attempts=n))
        for n in range(8)
    ]
    moments = [decision.retry_at for decision in decisions if decision is not None]
    assert len(moments) == 8
    assert moments == sorted(moments)
    assert (moments[-1] - moments[0]).total_seconds() < 61
    assert tasks.Patience().get_retry_decision(exception=ValueError(), job=job) is None
