"""Facts of two sources that may be one: pairs near in time and place, without any reference."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.store.confidential.scoping import rows_of


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two facts of one family; ``minutes`` and ``metres`` apart; without any reference."""

    day: date
    commune: str
    family: str
    source: str
    other_source: str
    category: str
    other_category: str
    minutes: float
    metres: float


def similar_pairs(
    connection: Connection, scope: Scope, communes: frozenset[str], minutes: int, metres: int
) -> Confidential[list[SimilarPair]]:
    """Pairs of located facts with an hour, at most ``minutes`` and ``metres`` apart, by day."""
    limits = {"seconds": minutes * 60, "metres": metres}
    rows = rows_of(connection, "similar_facts", scope, communes, limits)
    return rows.map(
        lambda found: [
            SimilarPair(
                r.local_day,
                r.commune,
                r.family,
                r.source,
                r.other_source,
                r.category,
                r.other_category,
                float(r.minutes),
                float(r.metres),
            )
            for r in found
        ]
    )
