"""Assignments run: the stored facts are looked at, page by page, because a contour or a zone changed.

A commune never changes here: what a source declared is trusted. Each page is a transaction that also says
how far it is, so that another worker takes over where one died, and two of them share the pages.
"""

import time
from collections.abc import Callable
from uuid import UUID

from observatoire.errors import NotFound, ObservatoireError
from observatoire.store import assignments
from observatoire.store.assignments import AssignmentRecord
from observatoire.store.confidential import placements
from observatoire.store.engine import Database

PAUSE = 0.2
"""Seconds before a page is asked again, while an import holds some of its facts."""


class AssignmentFailed(ObservatoireError):
    """The facts could not all be looked at; argument: why."""

    code = "rattachement_interrompu"
    title = "Rattachement interrompu"
    message = (
        "Le rattachement des faits s'est interrompu ({0}) ; ce qui est fait reste fait. "
        "Reprenez-le par « observatoire rattacher »."
    )


def run(database: Database, id_: UUID, show: Callable[[float], None] = lambda _: None) -> AssignmentRecord:
    """Run an assignment to its end; one that has ended is returned as it is.

    Args:
        database: where the facts are.
        id_: the assignment.
        show: told how far it is, from 0 to 1, after each page.

    Raises:
        NotFound: no such assignment.
        UnavailableStore: the database can't be reached; what was done stands, try again.
    """
    if _found(database, id_).state == "termine":
        return _found(database, id_)
    with database.importing() as connection:
        placements.wait_for_imports(connection)
    with database.importing() as connection:
        record = assignments.get(connection, id_, lock=True)
        if record is not None and record.state != "termine":
            assignments.begin(connection, id_, placements.total(connection, record))
    while not _page(database, id_):
        show(_found(database, id_).progress)
    show(1.0)
    return _found(database, id_)


def run_unfinished(database: Database, show: Callable[[float], None] = lambda _: None) -> int:
    """Run every assignment that waits, was cut short or failed; how many."""
    with database.reading() as connection:
        waiting = assignments.unfinished(connection)
    for record in waiting:
        run(database, record.id, show)
    return len(waiting)


def _page(database: Database, id_: UUID) -> bool:
    """Whether the assignment has ended, here or elsewhere."""
    try:
        with database.importing() as connection:
            record = assignments.get(connection, id_, lock=True)
            if record is None or record.state == "termine":
                return True
            return placements.assign_page(connection, record)
    except placements.FactsHeld:
        time.sleep(PAUSE)
        return False


def _found(database: Database, id_: UUID) -> AssignmentRecord:
    with database.reading() as connection:
        record = assignments.get(connection, id_)
    if record is None:
        raise NotFound
    return record
