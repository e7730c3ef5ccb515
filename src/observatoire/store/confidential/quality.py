"""What the facts of one source are worth, exact."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.period import Period
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """Facts of a source; how many have a point, an hour, a category.

    ``median_delay``: days from the fact to the reception of the file that says what is now known of it.
    """

    facts: int
    located: int
    timed: int
    classed: int
    median_delay: int | None


def of_source(connection: Connection, source: str, period: Period) -> Confidential[SourceQuality]:
    """The facts of a source in a period, activity left out, within its contract."""
    statement = query("source_quality").format(
        within_contract=query("within_contract"),
        placed_by=query("placed_by"),
        is_a_fact=query("is_a_fact"),
    )
    values = {"source": source, "start": period.start, "end": period.end}
    row = connection.execute(text(statement), values).one()
    return Confidential(SourceQuality(**row._mapping))
