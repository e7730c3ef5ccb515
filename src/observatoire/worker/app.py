"""The procrastinate application: its connector and its tasks."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation

from observatoire.intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store import queue
from observatoire.worker import tasks

PURGE_TASK, WATCH_TASK, GEOCODING_TASK = "purger", "veiller", "geocoder"
REDUCTION_TASK, EVERY_NIGHT = "reduire", "7 2 * * *"
EVERY_HOUR, AFTER_THE_PURGE, EVERY_HOUR_LATER = "17 * * * *", "27 * * * *", "37 * * * *"
PAUSE = 0.2
AFTER_ALL_ELSE = -1
"""Priority in the queue, where imports have 0."""

_Answer = TypeVar("_Answer")


class SteadyConnector(PsycopgConnector):
    """Asks once more when a connection is lost under a question: procrastinate's worker would end.

    A question that was answered, its answer lost, does no harm when asked again: a job taken twice over
    is seen by the recovery, and one that is ended already is only said to be so.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: object) -> None:
        """Without an answer."""
        await _asked_again(super().execute_query_async, query, arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: object) -> dict[str, Any]:
        """One row."""
        return await _asked_again(super().execute_query_one_async, query, arguments)

    async def execute_query_all_async(
        self, query: LiteralString, **arguments: object
    ) -> list[dict[str, Any]]:
        """Every row."""
        return await _asked_again(super().execute_query_all_async, query, arguments)


async def _asked_again(
    ask: Callable[..., Awaitable[_Answer]], query: LiteralString, arguments: dict[str, object]
) -> _Answer:
    try:
        return await ask(query, **arguments)
    except UniqueViolation:
        raise
    except ConnectorException:
        await asyncio.sleep(PAUSE)
        return await ask(query, **arguments)


def make_app(desk: Desk, settings: Settings, *, periodic: bool) -> App:
    """An application on the desk's database, not open yet.

    ``periodic``: every night it reduces the points that are too old; every hour it purges, asks again what a
    geocoder did not answer, and watches over the sources that are late.
    """
    connector = SteadyConnector(
        min_size=1,
        max_size=2 + settings.worker_concurrency,
        **queue.connection_arguments(desk.database.url),
    )
    app = App(connector=connector)

    @app.task(queue=queue.QUEUE, name=queue.IMPORT_TASK, pass_context=True, retry=tasks.Patience())
    def run_import(context: JobContext, import_id: str) -> None:
        tasks.run_import(desk, UUID(import_id), context.job.attempts)

    @app.task(queue=queue.QUEUE, name=queue.ASSIGNMENT_TASK, pass_context=True, retry=tasks.Patience())
    def run_assignment(context: JobContext, assignment_id: str) -> None:
        tasks.run_assignment(desk, UUID(assignment_id), context.job.attempts)

    @app.task(queue=queue.QUEUE, name=queue.DELETION_TASK, pass_context=True, retry=tasks.Patience())
    def run_deletion(context: JobContext, source: str) -> None:
        tasks.run_deletion(desk, source, context.job.attempts)

    if periodic:

        @app.periodic(cron=EVERY_HOUR)
        @app.task(queue=queue.QUEUE, name=PURGE_TASK, lock=PURGE_TASK)
        def purge(timestamp: int) -> None:
            tasks.purge(desk)

        @app.periodic(cron=EVERY_NIGHT)
        @app.task(queue=queue.QUEUE, name=REDUCTION_TASK, lock=REDUCTION_TASK)
        def reduce_points(timestamp: int) -> None:
            tasks.reduce_points(desk)

        @app.periodic(cron=AFTER_THE_PURGE)
        @app.task(queue=queue.QUEUE, name=GEOCODING_TASK, lock=GEOCODING_TASK)
        def geocode_again(timestamp: int) -> None:
            tasks.geocode_again(desk)

        @app.periodic(cron=EVERY_HOUR_LATER)
        @app.task(queue=queue.QUEUE, name=WATCH_TASK, lock=WATCH_TASK)
        def watch(timestamp: int) -> None:
            tasks.watch(desk, settings)

    return app


async def reduce_soon(app: App) -> None:
    """Ask for the points that are too old to be reduced now, unless that waits already.

    A worker that starts may have missed its nights. What it has to catch up comes after the imports that
    wait, and takes one place of the worker.
    """
    with suppress(AlreadyEnqueued):
        waiting = app.tasks[REDUCTION_TASK].configure(queueing_lock=REDUCTION_TASK, priority=AFTER_ALL_ELSE)
        await waiting.defer_async(timestamp=int(time.time()))
