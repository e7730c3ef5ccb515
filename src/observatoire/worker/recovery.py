"""What a dead worker left behind: its imports are run again, or ended when they kill each worker.

An import is one transaction, so a worker that dies leaves nothing of it but its state ``en_cours``.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from observatoire.errors import InterruptedImport
from observatoire.intake import running
from observatoire.intake.desk import Desk
from observatoire.store import imports, queue
from observatoire.store.engine import Connection
from observatoire.store.queue import StalledJob
from observatoire.worker import tasks

logger = logging.getLogger("observatoire.worker")

MOST_RUNS = 3
MOST_RUNS_OF_ASSIGNMENT = 20
"""Each run begins where the last one died."""
ORPHAN_AFTER = timedelta(minutes=15)
"""An import without a job may be running elsewhere (the command line runs its own): it is left this long."""


@dataclass
class Recovery:
    """Looks after the queue on behalf of one worker.

    ``silence``: seconds after which a worker is gone. ``ghosts``: jobs that the queue said, at the last
    look, to be run by this worker, which does not run them.
    """

    desk: Desk
    silence: float
    ghosts: set[int] = field(default_factory=set)

    def look(self, worker: int | None, at_work_on: Collection[int]) -> bool:
        """Put stalled jobs and orphans back in the queue.

        Args:
            worker: the number of this worker, once it has one.
            at_work_on: the jobs that it runs.

        Returns:
            Whether the other workers still hear this one; if not, it must stop.

        Raises:
            UnavailableStore: the database does not answer.
        """
        self._restart_stalled(self._lost(worker, at_work_on))
        self._restart_orphans()
        with self.desk.database.importing() as connection:
            return worker is None or queue.heard(connection, worker, self.silence)

    def _lost(self, worker: int | None, at_work_on: Collection[int]) -> set[int]:
        """Jobs of ours that we don't run, twice in a row: the end of each could not be written."""
        if worker is None:
            return set()
        with self.desk.database.importing() as connection:
            ghosts = queue.claimed(connection, worker) - set(at_work_on)
        lost, self.ghosts = ghosts & self.ghosts, ghosts
        return lost

    def _restart_stalled(self, lost: set[int]) -> None:
        with self.desk.database.importing() as connection:
            for job in queue.stalled(connection, self.silence, lost):
                about = job.import_id or job.assignment_id or job.source
                logger.warning("job about %s was cut short (run %d)", about, job.attempts + 1)
                if job.attempts + 1 < _most_runs(job):
                    queue.retry(connection, job.id, self.desk.now())
                else:
                    self._end(connection, job)

    def _end(self, connection: Connection, job: StalledJob) -> None:
        """The import first: if we die in between, the job is still there to tell."""
        if job.assignment_id is not None:
            tasks.fail_assignment(self.desk, job.assignment_id, "travailleur interrompu trop souvent")
        if job.import_id is not None:
            running.fail(self.desk, job.import_id, str(InterruptedImport(MOST_RUNS)))
        queue.give_up(connection, job.id)

    def _restart_orphans(self) -> None:
        with self.desk.database.importing() as connection:
            for id_ in queue.orphans(connection, self.desk.now() - ORPHAN_AFTER):
                record = imports.get(connection, id_)
                if record is not None:
                    logger.warning("import %s had no job", id_)
                    queue.defer_import(connection, record)


def _most_runs(job: StalledJob) -> int:
    if job.assignment_id is not None:
        return MOST_RUNS_OF_ASSIGNMENT
    return MOST_RUNS if job.import_id is not None or job.source is not None else 0
