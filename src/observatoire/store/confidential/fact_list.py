"""Facts one by one, for who may read the rows of their source."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.store.confidential.scoping import rows_of


@dataclass(frozen=True, slots=True)
class ListedFact:
    """One fact as its source's contract lets it be shown; neither reference, label nor address.

    ``start``, ``end`` (exclusive): instants; ``hour``: local, None if unknown; ``longitude``, ``latitude``:
    WGS 84 degrees, None unless points were asked for; ``import_id``: what first said this content.
    """

    key: bytes
    source: str
    category: str
    day: date
    hour: int | None
    time_precision: str
    start: datetime | None
    end: datetime | None
    location_precision: str
    commune: str | None
    arrondissement: str | None
    iris: str | None
    qpv: str | None
    longitude: float | None
    latitude: float | None
    quantity: int
    unit: str
    import_id: UUID | None


def page(
    connection: Connection,
    scope: Scope,
    communes: frozenset[str] | None,
    after: tuple[date, bytes] | None,
    limit: int,
    *,
    points: bool,
) -> Confidential[list[ListedFact]]:
    """At most ``limit`` facts by day then key, after the one named, within the reach of the transaction.

    ``communes``: those of the territory, which their index finds; None: everywhere.
    """
    day, key = after or (None, None)
    more = {"day": day, "key": key, "limit": limit, "points": points}
    rows = rows_of(connection, "list_facts", scope, communes, more)
    return rows.map(
        lambda found: [
            ListedFact(
                r.key, r.source, r.category, r.local_day, r.local_hour, r.time_precision, r.occurred_from,
                r.occurred_to, r.location_precision, r.commune, r.arrondissement, r.iris, r.qpv,
                r.longitude, r.latitude, r.quantity, r.unit, r.import_id,
            )
            for r in found
        ]
    )  # fmt: skip
