"""The queue: a job and its import exist together or not at all."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from observatoire.store import imports, queue
from observatoire.store.engine import Database
from observatoire.store.imports import ImportRecord
from support.world import World

SCHEMA_OF_MIGRATION_0003 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def record(source: str = "pm") -> ImportRecord:
    return ImportRecord(
        uuid4(), source, "en_attente", date(2025, 6, 30), "essai", datetime.now(UTC), None, file={"nom": "x"}
    )


def jobs(world: World) -> list[tuple[object, ...]]:
    with world.database.owning() as connection:
        rows = connection.execute(
            text(
                "select task_name, lock, status, args ->> 'import_id' "
                "from queue.procrastinate_jobs order by id"
            )
        )
        return [tuple(row) for row in rows]


def test_the_schema_of_the_queue_is_that_of_the_migration():
    """If not, procrastinate has a new one: freeze the former in migration 0003, and write another."""
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest() == SCHEMA_OF_MIGRATION_0003


def test_a_job_comes_with_its_import(world: World):
    world.source()
    waiting = record()
    with world.database.importing() as connection:
        imports.add(connection, waiting)
        queue.defer_import(connection, waiting)
    assert jobs(world) == [("importer", "import:pm", "todo", str(waiting.id))]


def test_neither_is_left_when_the_transaction_fails(world: World):
    world.source()
    waiting = record()

    def fail() -> None:
        with world.database.importing() as connection:
            imports.add(connection, waiting)
            queue.defer_import(connection, waiting)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert jobs(world) == []
    with world.database.reading() as connection:
        assert imports.get(connection, waiting.id) is None


def test_names_are_looked_for_where_they_were_once_the_job_is_put(world: World):
    world.source()
    with world.database.importing() as connection:
        before = connection.execute(text("show search_path")).scalar_one()
        waiting = record()
        imports.add(connection, waiting)
        queue.defer_import(connection, waiting)
        assert connection.execute(text("show search_path")).scalar_one() == before


@pytest.mark.parametrize("way", [Database.reading, Database.publishing, Database.diffusing])
def test_only_the_import_role_knows_the_queue(world: World, way: Callable[[Database], object]):
    with way(world.database) as connection:  # type: ignore[attr-defined]
        allowed = connection.execute(text("select has_schema_privilege('queue', 'usage')")).scalar_one()
    assert not allowed


def test_the_end_of_a_job_wakes_the_workers_for_the_next_of_its_source(world: World):
    """Procrastinate tells of new jobs only: without this each import of a source would wait for a poll."""
    world.source()
    for _ in range(2):
        with world.database.importing() as connection:
            waiting = record()
            imports.add(connection, waiting)
            queue.defer_import(connection, waiting)
    with psycopg.connect(world.database.url, autocommit=True) as listener:
        with world.database.owning() as connection:
            connection.execute(text("update queue.procrastinate_jobs set status = 'doing' where id = 1"))
        listener.execute('listen "procrastinate_queue_v1#imports"')
        with world.database.owning() as connection:
            connection.execute(text("delete from queue.procrastinate_jobs where id = 1"))
        assert [n.channel for n in listener.notifies(timeout=2, stop_after=1)]


def test_ended_jobs_are_swept_after_their_time(world: World):
    world.source()
    with world.database.importing() as connection:
        waiting = record()
        imports.add(connection, waiting)
        queue.defer_import(connection, waiting)
    now = datetime.now(UTC)
    with world.database.importing() as connection:
        assert queue.sweep(connection, now + timedelta(days=1)) == 0, "it has not ended"
        (job,) = connection.execute(
            text("update queue.procrastinate_jobs set status = 'doing' returning id")
        ).scalars()
        queue.give_up(connection, job)
        assert queue.sweep(connection, now - timedelta(days=1)) == 0
        assert queue.sweep(connection, now + timedelta(days=1)) == 1
    assert jobs(world) == []
