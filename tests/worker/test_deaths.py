"""A worker may die at any moment, or the database go away: the import ends as if nothing had happened."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from intake.tables import dump, row_counts
from observatoire.settings import Settings
from observatoire.store import imports
from observatoire.store.engine import Database
from observatoire.store.queue import IMPORT_TASK
from support.databases import copy_of
from support.files import pm_file, pm_row
from support.processes import last_words, state, until, wait_for_end, worker
from support.world import World

COMPLETE = os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1"
MOMENTS = range(10 if COMPLETE else 2)
LOSSES = range(5 if COMPLETE else 1)
ROWS = 80_000 if COMPLETE else 30_000


def big_file() -> bytes:
    """A file that takes a while: facts all over Toulouse, a few of them wrong."""
    chance = random.Random(20_250_312)
    hours = ["22h45", "23:10", "08h00", "", "25:10"]
    rows = []
    for i in range(ROWS):
        point = (f"{chance.uniform(570_000, 578_000):.1f}", f"{chance.uniform(6_276_000, 6_283_000):.1f}")
        day = f"{1 + i % 28:02d}/{1 + i // 28 % 12:02d}/2025" if i % 1000 else "31/02/2025"
        rows.append(pm_row(f"2025-{i:06d}", day, hours[i % 5], "Tapage nocturne", point=point))
    return pm_file(rows)


@dataclass
class Bench:
    """Makes observatories that share their keys, so that the same file gives the same rows."""

    server: str
    template: str
    folder: Path
    var: Path
    content: bytes

    @contextmanager
    def world(self) -> Iterator[World]:
        with copy_of(self.server, self.template, self.folder) as address:
            database = Database(address)
            world = World(database, Settings(database_url=address, var=self.var))
            world.source()
            try:
                yield world
            finally:
                database.dispose()

    def received(self, world: World) -> str:
        """The big file, received and waiting for a worker."""
        answer = world.client.post(
            "/api/v1/imports",
            data={"source": "pm"},
            files={"fichier": ("export.csv", self.content)},
            headers=world.admin,
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])


@dataclass
class Undisturbed:
    seconds: float
    rows: dict[str, list[str]]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def bench(server: str, template: str, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(server, template, run_folder, tmp_path_factory.mktemp("var"), big_file())


@pytest.fixture(scope="module")
def undisturbed(bench: Bench) -> Undisturbed:
    with bench.world() as world:
        id_ = bench.received(world)
        with worker(world):
            until(lambda: state(world, id_) == "en_cours")
            began = time.monotonic()
            report = wait_for_end(world, id_)
            seconds = time.monotonic() - began
        assert report["etat"] == "valide", report["message"]
        assert report["lignes"]["quarantaine"] == ROWS // 1000
        return Undisturbed(seconds, dump(world, "pm"), report)


def same(report: dict[str, Any], other: dict[str, Any]) -> bool:
    left_out = {"id", "demarre_le", "termine_le"}
    return {k: v for k, v in report.items() if k not in left_out} == {
        k: v for k, v in other.items() if k not in left_out
    }


def test_the_file_is_long_enough_to_be_cut_short(undisturbed: Undisturbed):
    assert undisturbed.seconds > 0.4
    assert len(undisturbed.rows["fact"]) == ROWS - ROWS // 1000


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_import_survives_the_death_of_its_worker(bench: Bench, undisturbed: Undisturbed, moment: int):
    share = random.Random(f"kill {moment}").uniform(0.02, 0.98)
    with bench.world() as world:
        id_ = bench.received(world)
        with worker(world) as first:
            until(lambda: state(world, id_) == "en_cours")
            time.sleep(share * undisturbed.seconds)
            first.kill()
            first.wait()
        with worker(world):
            report = wait_for_end(world, id_)
        assert same(report, undisturbed.report)
        assert dump(world, "pm") == undisturbed.rows
        assert not list((bench.var / "depots").glob("*"))


@pytest.mark.parametrize("moment", LOSSES)
def test_an_import_survives_the_loss_of_every_connection(bench: Bench, undisturbed: Undisturbed, moment: int):
    share = random.Random(f"terminate {moment}").uniform(0.02, 0.9)
    with bench.world() as world:
        id_ = bench.received(world)
        with worker(world) as process:
            until(lambda: state(world, id_) == "en_cours")
            time.sleep(share * undisturbed.seconds)
            with world.database.owning() as connection:
                others = "datname = current_database() and pid <> pg_backend_pid()"
                connection.execute(
                    text(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")
                )
            until(lambda: process.poll() is not None or state(world, id_) not in ("en_attente", "en_cours"))
            if process.poll() is None:
                report = wait_for_end(world, id_)
            else:  # a busy machine may make it think that no one hears it: whoever keeps it starts another
                assert process.returncode == 2, last_words(process)
                with worker(world):
                    report = wait_for_end(world, id_)
        assert same(report, undisturbed.report)
        assert dump(world, "pm") == undisturbed.rows


@contextmanager
def source_held(world: World) -> Iterator[None]:
    """No import of the source can go past its first step."""
    with world.database.owning() as connection:
        imports.lock_source(connection, "pm")
        yield


def test_an_import_that_kills_three_workers_fails_and_says_what_to_do(world: World):
    world.source()
    id_ = received(world)
    before = row_counts(world)
    with source_held(world):
        for _ in range(3):
            with worker(world) as process:
                until(lambda: state(world, id_) == "en_cours" and is_running(world))
                process.kill()
                process.wait()
            until(lambda: not is_running(world))
    with worker(world):
        report = wait_for_end(world, id_)
        assert report["etat"] == "echoue"
        assert "interrompu plusieurs fois" in report["message"]
        assert "renvoyez" in report["message"]
        again = received(world)  # the source is free again
        assert wait_for_end(world, again)["etat"] == "valide"
    world.client.delete(f"/api/v1/imports/{again}", headers=world.admin)
    after = row_counts(world)
    assert {t: n for t, n in after.items() if t.startswith("confidential")} == {
        t: n for t, n in before.items() if t.startswith("confidential")
    }
    assert after["collection.reject"] == before["collection.reject"]
    assert not list((world.settings.var / "depots").glob("*"))


def received(world: World) -> str:
    answer = world.client.post(
        "/api/v1/imports",
        data={"source": "pm"},
        files={"fichier": ("export.csv", pm_file([pm_row()]))},
        headers=world.admin,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def one(world: World, statement: str) -> object:
    with world.database.owning() as connection:
        return connection.execute(text(statement)).scalar_one()


def is_running(world: World) -> bool:
    """Whether a worker that gives signs of life runs an import; what it catches up at its start is none."""
    return bool(
        one(
            world,
            "select exists (select from queue.procrastinate_jobs j join queue.procrastinate_workers w "
            f"on w.id = j.worker_id where status = 'doing' and task_name = '{IMPORT_TASK}' "
            "and last_heartbeat > now() - interval '1.2 s')",
        )
    )


def test_a_worker_told_to_stop_ends_its_import_first(bench: Bench, undisturbed: Undisturbed):
    with bench.world() as world:
        id_ = bench.received(world)
        with worker(world, WORKER_PATIENCE="60") as process:
            until(lambda: state(world, id_) == "en_cours")
            process.terminate()
            assert process.wait(60) == 0
        assert state(world, id_) == "valide"
        assert dump(world, "pm") == undisturbed.rows


def test_a_worker_that_runs_out_of_patience_leaves_its_import_to_another(world: World):
    world.source()
    id_ = received(world)
    with source_held(world), worker(world, WORKER_PATIENCE="0.2") as process:
        until(lambda: state(world, id_) == "en_cours" and is_running(world))
        process.terminate()
        assert process.wait(30) == 75
    with worker(world):
        assert wait_for_end(world, id_)["etat"] == "valide"


def test_two_workers_never_write_an_import_twice(world: World):
    """The first is taken for dead while it waits; both go on, one of them ends the import."""
    world.source()
    id_ = received(world)
    with ExitStack() as workers:
        workers.enter_context(worker(world, WORKER_HEARTBEAT="1000", WORKER_STALLED="1000"))
        with source_held(world):
            until(lambda: state(world, id_) == "en_cours" and one(world, LOCKS) == 2)
            with world.database.owning() as connection:
                connection.execute(
                    text("update queue.procrastinate_workers set last_heartbeat = '2000-01-01'")
                )
            workers.enter_context(worker(world))
            until(lambda: one(world, LOCKS) == 3)
        until(lambda: one(world, LOCKS) == 0)
        report = wait_for_end(world, id_)
    assert report["etat"] == "valide"
    assert report["lignes"]["creees"] == 1


LOCKS = """
    select count(*) from pg_locks join pg_database d on d.oid = database
    where locktype = 'advisory' and datname = current_database() and objsubid = 1
      and (classid::bigint << 32) + objid::bigint = hashtextextended('import:pm', 0)
"""
"""Who holds the source, and who waits for it."""


def test_a_worker_that_the_others_think_dead_stops(world: World):
    with worker(world) as process:
        until(lambda: one(world, "select count(*) from queue.procrastinate_workers"))
        one(
            world,
            "with gone as (delete from queue.procrastinate_workers returning 1) select count(*) from gone",
        )
        assert process.wait(20) == 2


def test_a_worker_says_that_its_database_is_not_prepared(server: str, tmp_path: Path):
    database = Database(server)
    with worker(World(database, Settings(database_url=server, var=tmp_path))) as process:
        _, told = process.communicate(timeout=60)
        assert process.returncode == 2
    assert "observatoire preparer" in told.decode()
    database.dispose()
