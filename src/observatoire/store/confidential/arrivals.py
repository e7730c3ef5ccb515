"""When facts were first told: by the extraction of the first import that held them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.store.confidential.scoping import rows_of


@dataclass(frozen=True, slots=True)
class ArrivalCount:
    """Facts of one source and month that one day of extraction first told."""

    source: str
    month: date
    as_of: date
    facts: int


def by_arrival(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[list[ArrivalCount]]:
    """Facts by source, month and day of extraction of the import that first told of them."""
    found = rows_of(connection, "count_by_month_and_arrival", scope, communes)
    return found.map(lambda rows: [ArrivalCount(r.source, r.month, r.as_of, r.facts) for r in rows])
