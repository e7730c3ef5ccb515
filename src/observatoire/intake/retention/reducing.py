"""Once a day: the point of a fact that is too old is reduced to the neighbourhoods that hold it.

Small transactions, each under the lock that the imports of its source share: what is done is done, running
it again changes nothing, two of them share the work. A source that an import holds is left for the next
time, so that a worker never waits for another before it takes its first import. Nothing is reduced while
facts are being placed in a new outline, which needs their points.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from observatoire.domain.source import Source
from observatoire.domain.trail import Action, Entry
from observatoire.intake.desk import Desk
from observatoire.intake.retention.kinds import PLACES_KEPT
from observatoire.store import imports, sources, trail
from observatoire.store.confidential import placements, reducing
from observatoire.store.engine import Connection

TABLES = ("confidential.fact", "confidential.fact_history", "confidential.learnt_place")
"""Where bytes of points are left behind until the database takes their room back."""
WORKER, SYSTEM = "travailleur", "systeme"


@dataclass(slots=True)
class Reduced:
    """Rows reduced, by source; answers about places forgotten; whether some of it was put off."""

    rows: dict[str, int] = field(default_factory=dict)
    places: int = 0
    put_off: bool = False


def reduce_points(desk: Desk, today: date | None = None, *, author: str = WORKER) -> Reduced:
    """Reduce what is too old on a day (the desk's, unless told otherwise), and say so in the audit trail."""
    day = today or desk.now().date()
    with desk.database.importing() as connection:
        known = sources.every(connection)
        if reducing.assignment_under_way(connection):
            return Reduced(put_off=True)
    done = Reduced()
    for source in known:
        limit = source.points_kept_from(day)
        done.rows[source.code], whole = _reduce(desk, source, limit)
        done.put_off |= not whole
        if done.rows[source.code]:
            _tell(desk, source, limit, done.rows[source.code], author)
    with desk.database.importing() as connection:
        done.places = reducing.forget_learnt_places(connection, desk.now() - PLACES_KEPT)
    if done.places or any(done.rows.values()):
        desk.database.take_room_back(TABLES)
    return done


def reduce_import(connection: Connection, number: int, before: date, days: Collection[date]) -> int:
    """The same for the facts that an import has met again, in its transaction: no road gives a point back.

    What it brings has none (``arriving``); what stands of its facts may have. ``days``: those of its facts;
    most imports have none that is too old, and cost nothing more.
    """
    if not days or min(days) >= before:
        return 0
    return reducing.reduce_import(connection, number, before)


def _reduce(desk: Desk, source: Source, limit: date) -> tuple[int, bool]:
    """Rows reduced, and whether all were."""
    with desk.database.importing() as connection:
        if not imports.lock_idle_source(connection, source.code):
            return 0, False
        reducing.announce(connection, source.code, limit)
        months = list(reducing.months(connection, source.code, limit))
    rows = 0
    for table, month in months:
        while touched := _batch(desk, source, limit, table, month):
            rows += touched
        if touched is None:
            return rows, False
    return rows, True


def _batch(desk: Desk, source: Source, limit: date, table: str, month: date) -> int | None:
    """Rows reduced; None: an import holds the source, or facts are being placed."""
    with desk.database.importing() as connection:
        if not imports.lock_idle_source(connection, source.code):
            return None
        placements.hold(connection)
        if reducing.assignment_under_way(connection):
            return None
        return reducing.reduce_batch(connection, source.code, limit, table, month)


def _tell(desk: Desk, source: Source, limit: date, rows: int, author: str) -> None:
    told = Entry(
        key_label=author,
        role=SYSTEM,
        action=Action.PURGE,
        subject=f"sources/{source.code}/points",
        filter=f"fin={limit}",
        sources=frozenset({source.code}),
        rows=rows,
    )
    with desk.database.auditing() as connection:
        trail.add(connection, told)
