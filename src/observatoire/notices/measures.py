"""What the supervision of the server watches: sources late, imports by state; never a count of facts."""

from dataclasses import dataclass
from datetime import datetime

from observatoire.notices.watching import silences
from observatoire.store import measures, notices, sources
from observatoire.store.engine import Database


@dataclass(frozen=True, slots=True)
class Measures:
    """``late_months`` and ``last_receptions`` are by source code; ``imports`` by state."""

    late_months: dict[str, int]
    open_notices: int
    imports: dict[str, int]
    last_receptions: dict[str, datetime]


def measure(database: Database, now: datetime) -> Measures:
    """The measures at this moment."""
    with database.reading() as connection:
        every = sources.every(connection)
        silent = silences(connection, every, now.date())
        _, number = notices.of_sources(connection, [s.code for s in every], True, 1, 0)
        return Measures(
            {source.code: len(silent.get(source.code, ())) for source in every},
            number,
            measures.imports_by_state(connection),
            measures.last_receptions(connection),
        )
