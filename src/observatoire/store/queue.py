"""The queue of the workers: procrastinate's tables, in the schema ``queue``.

A job is put in the transaction that records what it is about, so that neither exists without the other.
Workers speak to the queue by procrastinate; what it has no transaction for stands here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy import Connection, text

from observatoire.errors import UnavailableStore
from observatoire.store.engine import DatabaseRole
from observatoire.store.imports import ImportRecord
from observatoire.store.queries import query

QUEUE = "imports"
IMPORT_TASK = "importer"
ASSIGNMENT_TASK = "rattacher"
DELETION_TASK = "supprimer"

_jobs = JobManager(SyncPsycopgConnector())


@dataclass(frozen=True, slots=True)
class StalledJob:
    """A job whose worker is gone. ``attempts`` counts the runs before the one that was cut.

    ``source``: the one that it deletes.
    """

    id: int
    import_id: UUID | None
    attempts: int
    assignment_id: UUID | None = None
    source: str | None = None


def connection_arguments(url: str) -> dict[str, Any]:
    """What a pool of procrastinate's needs: the address, the role, and where its names are."""
    options = f"-c role={DatabaseRole.IMPORT.value} -c search_path=queue,public -c TimeZone=UTC"
    return {"conninfo": url, "kwargs": {"options": options, "application_name": "observatoire travailler"}}


def defer_import(connection: Connection, record: ImportRecord) -> None:
    """Put an import in the queue, in the transaction that records it; those of one source go one by one."""
    _defer(connection, f"import:{record.source}", IMPORT_TASK, {"import_id": str(record.id)})


def defer_assignment(connection: Connection, id_: UUID) -> None:
    """Put an assignment in the queue, in the transaction that records it; they go one by one."""
    _defer(connection, ASSIGNMENT_TASK, ASSIGNMENT_TASK, {"assignment_id": str(id_)})


def defer_deletion(connection: Connection, source: str) -> None:
    """Put the deletion of a source in the queue, behind the imports of it that were received before."""
    _defer(connection, f"import:{source}", DELETION_TASK, {"source": source})


def _defer(connection: Connection, lock: str, task: str, values: dict[str, Any]) -> None:
    job = Job(queue=QUEUE, lock=lock, queueing_lock=None, task_name=task, task_kwargs=values)
    # The types that procrastinate's query names are not qualified.
    connection.execute(text("set local search_path to queue, public"))
    try:
        _jobs.defer_job(job, connection=connection.connection.driver_connection)
    except ConnectorException as error:
        raise UnavailableStore(type(error.__cause__ or error).__name__) from None
    connection.execute(text("set local search_path to default"))


def claimed(connection: Connection, worker: int) -> set[int]:
    """The jobs that the queue says this worker runs."""
    found = connection.execute(
        text("select id from queue.procrastinate_jobs where status = 'doing' and worker_id = :worker"),
        {"worker": worker},
    )
    return set(found.scalars())


def stalled(connection: Connection, seconds: float, lost: Collection[int] = ()) -> list[StalledJob]:
    """Jobs that nobody runs although they were begun, locked until the transaction ends.

    Args:
        connection: a transaction of the import role.
        seconds: a worker silent for longer is gone.
        lost: jobs of a living worker that are stalled all the same.
    """
    rows = connection.execute(text(query("stalled_jobs")), {"seconds": seconds, "lost": list(lost)})
    return [StalledJob(r.id, _id(r.import_id), r.attempts, _id(r.assignment_id), r.source) for r in rows]


def _id(told: str | None) -> UUID | None:
    return UUID(told) if told else None


def retry(connection: Connection, job: int, at: datetime) -> None:
    """Put a running job back in the queue, not to be run before ``at``."""
    connection.execute(
        text("select queue.procrastinate_retry_job_v2(:job, :at, null, null, null)"), {"job": job, "at": at}
    )


def give_up(connection: Connection, job: int) -> None:
    """End a running job as failed."""
    connection.execute(text("select queue.procrastinate_finish_job_v1(:job, 'failed', false)"), {"job": job})


def heard(connection: Connection, worker: int, seconds: float) -> bool:
    """Whether a worker gave a sign of life within ``seconds``: the others think so too."""
    found = connection.execute(
        text(
            "select exists (select from queue.procrastinate_workers where id = :worker "
            "and last_heartbeat >= now() - make_interval(secs => :seconds))"
        ),
        {"worker": worker, "seconds": seconds},
    )
    return bool(found.scalar_one())


def orphans(connection: Connection, received_before: datetime) -> list[UUID]:
    """Imports that wait or run and that no job is about: their process died before it made one."""
    return list(connection.execute(text(query("orphan_imports")), {"before": received_before}).scalars())


def sweep(connection: Connection, ended_before: datetime) -> int:
    """Delete the jobs that ended before a moment; how many."""
    gone: int = connection.execute(text(query("delete_ended_jobs")), {"before": ended_before}).rowcount
    return gone
