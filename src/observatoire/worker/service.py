"""The worker process: takes imports from the queue until it is told to stop.

Asynchronous at the edge only, as procrastinate wants it; imports run in threads.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from procrastinate.exceptions import ProcrastinateException
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from observatoire.errors import UnavailableStore
from observatoire.intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store import queue
from observatoire.store.engine import Database
from observatoire.worker import tasks
from observatoire.worker.app import make_app, reduce_soon
from observatoire.worker.recovery import Recovery

logger = logging.getLogger("observatoire.worker")

POLLING_SECONDS = 2.0
SEALING_SECONDS = 60.0
LOOKS_PER_SILENCE = 4
"""How many times the queue is looked over in the time after which a silent worker is gone."""
UNFINISHED = 75
"""Exit status when an import had to be left to another worker."""


def work(database: Database, settings: Settings, *, tied: bool = False) -> None:
    """Run imports until SIGTERM or SIGINT.

    Args:
        database: where the queue is.
        settings: pace of the worker.
        tied: also stop when the standard input closes: whoever started this process is gone.

    Raises:
        UnavailableStore: the database went away, or the other workers think that this one did.
    """
    _Service(Desk.of(database, settings), settings).run(tied=tied)


class _Service:
    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk, self.settings = desk, settings
        self.recovery = Recovery(desk, settings.worker_stalled)
        self.at_work_on: set[int] = set()

    def run(self, *, tied: bool) -> None:
        with self.desk.database.importing():
            pass  # nothing is started on a database that does not answer
        tasks.purge(self.desk)
        asyncio.run(self._serve(tied=tied))

    async def _serve(self, *, tied: bool) -> None:
        told_to_stop = _told_to_stop(tied=tied)
        app = make_app(self.desk, self.settings, periodic=True)
        worker = Worker(
            app,
            queues=[queue.QUEUE],
            concurrency=self.settings.worker_concurrency,
            fetch_job_polling_interval=POLLING_SECONDS,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=self.settings.worker_heartbeat,
            stalled_worker_timeout=self.settings.worker_stalled,
            worker_middleware=[self._noted],
        )
        try:
            async with app.open_async():
                await reduce_soon(app)
                await self._until_stopped(worker, told_to_stop)
        except ProcrastinateException as error:
            raise UnavailableStore(type(error.__cause__ or error).__name__) from None
        if not told_to_stop.is_set():
            raise UnavailableStore("file des imports")

    async def _until_stopped(self, worker: Worker, told_to_stop: asyncio.Event) -> None:
        """Return when told to stop, or when the worker can't go on; its imports are ended or left."""
        running = asyncio.create_task(worker.run())
        watching = asyncio.create_task(self._watch(worker))
        sealing = asyncio.create_task(self._seal_every_minute())
        stopping = asyncio.create_task(told_to_stop.wait())
        try:
            await asyncio.wait({running, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            sealing.cancel()
            stopping.cancel()
        if not running.done():
            worker.stop()
            await asyncio.wait({running}, timeout=self.settings.worker_patience)
        if not running.done():
            # Threads can't be stopped: the transaction dies with the process and another worker takes over.
            logger.warning("%d import(s) left to another worker", len(self.at_work_on))
            os._exit(UNFINISHED)
        await running

    async def _seal_every_minute(self) -> None:
        """Beside the queue, where long imports would make the audit trail wait."""
        while True:
            await asyncio.to_thread(tasks.keep_trail, self.desk, self.settings)
            await asyncio.sleep(SEALING_SECONDS)

    async def _watch(self, worker: Worker) -> None:
        """Look over the queue; return when the others no longer hear this worker."""
        while await asyncio.to_thread(self._look, worker):
            await asyncio.sleep(self.settings.worker_stalled / LOOKS_PER_SILENCE)
        logger.error("the others do not hear this worker: it stops")

    def _look(self, worker: Worker) -> bool:
        try:
            return self.recovery.look(worker.worker_id, frozenset(self.at_work_on))
        except UnavailableStore:
            return True  # the heartbeat needs the database too, and ends the worker if this lasts
        except Exception as error:  # noqa: BLE001 - what can't be mended by looking again is told, and lived with
            logger.error("the queue could not be looked over: %s", type(error).__name__)
            return True

    async def _noted(self, call_next: AsyncCallNext, context: JobContext, worker: Worker) -> object:
        """Keep the list of the jobs that really run."""
        assert context.job.id is not None
        self.at_work_on.add(context.job.id)
        try:
            return await call_next()
        finally:
            self.at_work_on.discard(context.job.id)


def _told_to_stop(*, tied: bool) -> asyncio.Event:
    """Set by SIGTERM, by SIGINT and, if asked, by the end of the standard input."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    if tied:
        stop: Callable[[], object] = lambda: loop.call_soon_threadsafe(told.set)  # noqa: E731
        threading.Thread(target=_wait_for_the_end_of_input, args=(stop,), daemon=True).start()
    return told


def _wait_for_the_end_of_input(then: Callable[[], object]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    then()
