"""What the map of an edition is made of."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class CellRow:
    """Facts of a group, year and commune in one stored H3 cell."""

    group: str
    year: int
    commune: str
    cell: int
    facts: int


def cube(
    connection: Connection, taxonomy: int, first_year: int, end_year: int, today: date
) -> Confidential[list[CellRow]]:
    """As ``counts.cube``, by cell; facts without a point, or that a contract keeps coarser, are left out."""
    statement = query("cube_by_cell").format(
        placed_by=query("placed_by"), within_contract=query("within_contract")
    )
    values = {"taxonomy": taxonomy, "first_year": first_year, "end_year": end_year, "today": today}
    rows = connection.execute(text(statement), values)
    return Confidential([CellRow(r.additivity_group, r.year, r.commune, int(r.cell), r.facts) for r in rows])
