"""Run what the queue holds, then stop: for who has no worker at hand, as the tests."""

import asyncio

from procrastinate.worker import Worker

from observatoire.intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store import queue
from observatoire.store.engine import Database
from observatoire.worker.app import make_app


def drain(database: Database, settings: Settings) -> None:
    """Run every job that is ready, in their order; return when none is left."""
    asyncio.run(_drained(Desk.of(database, settings), settings))


async def _drained(desk: Desk, settings: Settings) -> None:
    app = make_app(desk, settings, periodic=False)
    async with app.open_async():
        # One at a time: a second one would end at once while the first holds the lock of the next.
        await Worker(
            app,
            queues=[queue.QUEUE],
            concurrency=1,
            wait=False,
            listen_notify=False,
            delete_jobs="successful",
            install_signal_handlers=False,
        ).run()
