"""What a worker can do: plain functions, run in threads; none lets an exception of an import escape.

An exception may hold a cell of a file in its message, and a queue writes what it catches to its logs.
"""

import logging
from uuid import UUID

from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from observatoire.errors import ImportFailed, NotFound, UnavailableStore
from observatoire.intake import assigning, deleting, purging, running
from observatoire.intake.assigning import AssignmentFailed
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding import again
from observatoire.intake.retention import reducing
from observatoire.notices import watching
from observatoire.notices.mail import Mailbox
from observatoire.settings import Settings
from observatoire.store import assignments
from observatoire.trail import keeping

logger = logging.getLogger("observatoire.worker")

MOST_RUNS_WITHOUT_STORE = 8
LONGEST_PAUSE = 60


class TryAgain(Exception):
    """The database went away: the import was rolled back and may be run again."""


class Patience(BaseRetryStrategy):
    """Runs again what may succeed later: after 2, 4, 8… seconds, 60 at most."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to run a job again; None: it ends."""
        if not isinstance(exception, TryAgain):
            return None
        return RetryDecision(retry_in={"seconds": min(2 ** (job.attempts + 1), LONGEST_PAUSE)})


def run_import(desk: Desk, id_: UUID, attempts: int) -> None:
    """Run an import to one of its last states.

    Args:
        desk: what the intake works with.
        id_: the import.
        attempts: how many runs of it were cut short before.

    Raises:
        TryAgain: the database went away.
    """
    try:
        running.run(desk, id_)
    except NotFound:
        logger.error("import %s is in the queue but not in the database", id_)
    except UnavailableStore:
        if attempts + 1 < MOST_RUNS_WITHOUT_STORE:
            raise TryAgain from None
        _fail(desk, id_, ImportFailed("base indisponible"))
    except BaseException as error:  # noqa: BLE001 - a panic of polars is no Exception
        logger.error("import %s broken by %s", id_, type(error).__name__)
        _fail(desk, id_, ImportFailed(type(error).__name__))


def _fail(desk: Desk, id_: UUID, failure: ImportFailed) -> None:
    try:
        running.fail(desk, id_, str(failure))
    except UnavailableStore:
        raise TryAgain from None


def run_assignment(desk: Desk, id_: UUID, attempts: int) -> None:
    """Run an assignment to its end; what is done when it breaks stands.

    Raises:
        TryAgain: the database went away.
    """
    try:
        assigning.run(desk.database, id_)
    except NotFound:
        logger.error("assignment %s is in the queue but not in the database", id_)
    except UnavailableStore:
        if attempts + 1 < MOST_RUNS_WITHOUT_STORE:
            raise TryAgain from None
        fail_assignment(desk, id_, "base indisponible")
    except BaseException as error:  # noqa: BLE001 - a panic of polars is no Exception
        logger.error("assignment %s broken by %s", id_, type(error).__name__)
        fail_assignment(desk, id_, type(error).__name__)


def fail_assignment(desk: Desk, id_: UUID, reason: str) -> None:
    """End an assignment as failed, with what to do.

    Raises:
        TryAgain: the database went away.
    """
    try:
        with desk.database.importing() as connection:
            assignments.fail(connection, id_, str(AssignmentFailed(reason)))
    except UnavailableStore:
        raise TryAgain from None


def run_deletion(desk: Desk, source: str, attempts: int) -> None:
    """Delete a source with all that it sent; all or nothing, so that it may be asked again.

    Raises:
        TryAgain: the database went away.
    """
    try:
        deleting.delete(desk, source)
    except UnavailableStore:
        if attempts + 1 < MOST_RUNS_WITHOUT_STORE:
            raise TryAgain from None
        logger.error("a source could not be deleted: the database is away")
    except BaseException as error:  # noqa: BLE001 - the worker goes on
        logger.error("a source could not be deleted: %s", type(error).__name__)


def purge(desk: Desk) -> None:
    """Remove what is kept no longer; another purge comes within the hour, so that a failure is only told."""
    try:
        purged = purging.purge(desk)
    except BaseException as error:  # noqa: BLE001 - the worker goes on
        logger.error("purge broken by %s", type(error).__name__)
    else:
        logger.info("purged %s", purged)


def reduce_points(desk: Desk) -> None:
    """Reduce the points that are too old; a failure is only told, what is done is done, tomorrow goes on."""
    try:
        done = reducing.reduce_points(desk)
    except BaseException as error:  # noqa: BLE001 - the worker goes on
        logger.error("the points could not be reduced: %s", type(error).__name__)
    else:
        logger.info("reduced %s", done)


def keep_trail(desk: Desk, settings: Settings) -> None:
    """Seal what the audit trail has received, forget what is too old; the next minute tries again."""
    try:
        keeping.keep(desk.database, keeping.Means.of(settings), desk.now())
    except UnavailableStore:
        pass  # a writer is slow, or the database is away
    except BaseException as error:  # noqa: BLE001 - the worker goes on
        logger.error("the audit trail could not be sealed: %s", type(error).__name__)


def geocode_again(desk: Desk) -> None:
    """Ask again what a service did not answer; a failure is only told, the next hour comes."""
    try:
        done = again.geocode_again(desk, only_unanswered=True)
    except BaseException as error:  # noqa: BLE001 - the worker goes on, and the message may hold an address
        logger.error("geocoding broken by %s", type(error).__name__)
    else:
        logger.info("geocoded again: %s", done)


def watch(desk: Desk, settings: Settings) -> None:
    """Raise and end the notices of silent sources; another look comes within the hour."""
    try:
        watched = watching.watch(desk.database, desk.now(), Mailbox.of(settings))
    except BaseException as error:  # noqa: BLE001 - the worker goes on
        logger.error("watch broken by %s", type(error).__name__)
    else:
        logger.info("watched %s", watched)
