"""Assignments: stored facts looked at again because a contour or a zone changed; their state and progress."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, update

from observatoire.store import queue
from observatoire.store.queries import query
from observatoire.store.tables import assignment, zone_version

LOCK = "rattachement"
"""Imports share it while they run; who must not miss their facts waits for it alone."""
UNFINISHED = ("en_attente", "en_cours", "echoue")


class Subject(StrEnum):
    """What changed; the value is the wire name."""

    TERRITORIES = "territoires"
    QPV = "qpv"
    IRIS = "iris"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """One assignment. ``done`` facts out of ``total`` (None: not begun) were looked at."""

    id: UUID
    subject: Subject
    zone_version: int | None
    state: str
    phase: str
    position: bytes | None
    done: int
    total: int | None
    requested_at: datetime
    finished_at: datetime | None
    message: str | None

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        if self.state == "termine":
            return 1.0
        return min(round(self.done / self.total, 3), 0.999) if self.total else 0.0


def request(connection: Connection, subject: Subject, version: int | None = None) -> UUID | None:
    """Ask that the facts be looked at, in the transaction that changes what they are looked at for.

    Returns:
        The assignment; None when there is no fact to look at, nor any on its way in.
    """
    if _nothing_to_look_at(connection):
        if version is not None:
            mark_assigned(connection, version)
        return None
    id_ = uuid.uuid4()
    connection.execute(
        insert(assignment).values(
            id=id_, subject=subject.value, zone_version=version, state="en_attente", phase="fact"
        )
    )
    queue.defer_assignment(connection, id_)
    return id_


def _nothing_to_look_at(connection: Connection) -> bool:
    """No import runs (the next one waits for us, and sees what we write), and there is no fact."""
    alone = connection.execute(text(query("try_to_be_alone")), {"name": LOCK}).scalar_one()
    return alone and not connection.execute(text(query("any_fact_to_assign"))).scalar_one()


def get(connection: Connection, id_: UUID, *, lock: bool = False) -> AssignmentRecord | None:
    """One assignment; locked until the transaction ends if asked."""
    statement = select(assignment).where(assignment.c.id == id_)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _record(row)


def every(connection: Connection, limit: int = 100) -> list[AssignmentRecord]:
    """Assignments, latest first."""
    rows = connection.execute(select(assignment).order_by(assignment.c.requested_at.desc()).limit(limit))
    return [_record(row) for row in rows]


def unfinished(connection: Connection, subject: Subject | None = None) -> list[AssignmentRecord]:
    """Assignments that wait, run, or failed, oldest first."""
    chosen = select(assignment).where(assignment.c.state.in_(UNFINISHED))
    if subject is not None:
        chosen = chosen.where(assignment.c.subject == subject.value)
    return [_record(row) for row in connection.execute(chosen.order_by(assignment.c.requested_at))]


def of_version(connection: Connection, version: int) -> AssignmentRecord | None:
    """The last assignment of a version of a zone."""
    row = connection.execute(
        select(assignment)
        .where(assignment.c.zone_version == version)
        .order_by(assignment.c.requested_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _record(row)


def begin(connection: Connection, id_: UUID, total: int) -> None:
    """It runs; ``total`` facts are to be looked at."""
    connection.execute(
        update(assignment)
        .where(assignment.c.id == id_)
        .values(state="en_cours", message=None, total=func.coalesce(assignment.c.total, total))
    )


def advance(connection: Connection, id_: UUID, phase: str, position: bytes | None, more: int) -> None:
    """How far it is."""
    connection.execute(
        update(assignment)
        .where(assignment.c.id == id_)
        .values(phase=phase, position=position, done=assignment.c.done + more)
    )


def finish(connection: Connection, record: AssignmentRecord) -> None:
    """Every fact was looked at."""
    connection.execute(
        update(assignment)
        .where(assignment.c.id == record.id)
        .values(state="termine", finished_at=func.now(), message=None)
    )
    if record.zone_version is not None:
        mark_assigned(connection, record.zone_version)


def fail(connection: Connection, id_: UUID, message: str) -> None:
    """It ended before its end; what it did stands, and it can be taken up again."""
    connection.execute(
        update(assignment)
        .where(assignment.c.id == id_, assignment.c.state != "termine")
        .values(state="echoue", message=message)
    )


def mark_assigned(connection: Connection, version: int) -> None:
    """The facts of a version of a zone are known."""
    connection.execute(update(zone_version).where(zone_version.c.number == version).values(assigned=True))


def _record(row: object) -> AssignmentRecord:
    values = {name: getattr(row, name) for name in AssignmentRecord.__slots__}
    return AssignmentRecord(**{**values, "subject": Subject(values["subject"])})
