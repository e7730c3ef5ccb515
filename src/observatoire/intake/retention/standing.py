"""Where each source stands: since when its facts have a point, what a purge would reduce."""

from dataclasses import dataclass
from datetime import date

from observatoire.intake.desk import Desk
from observatoire.store import sources
from observatoire.store.confidential import reducing


@dataclass(frozen=True, slots=True)
class Standing:
    """One source; for who runs the server, never for the wire: the numbers are counts of facts."""

    source: str
    points_since: date
    to_reduce: int
    reduced: int


def of_sources(desk: Desk, day: date) -> list[Standing]:
    """Every source, on a day that may be to come."""
    with desk.database.importing() as connection:
        return [
            Standing(
                source.code,
                since := source.points_kept_from(day),
                reducing.to_reduce(connection, source.code, since),
                reducing.reduced(connection, source.code),
            )
            for source in sources.every(connection)
        ]
