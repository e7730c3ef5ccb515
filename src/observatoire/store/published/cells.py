"""The map of an edition: H3 cells and their counts, written once, then only read again."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from observatoire.disclosure.policy import Audience
from observatoire.disclosure.released import Released
from observatoire.disclosure.reopening import reopen
from observatoire.store.copying import copy_frame
from observatoire.store.published.editions import EditionRecord
from observatoire.store.tables import cell


@dataclass(frozen=True, slots=True)
class MapCell:
    """A cell that may be shown; ``commune`` holds its centre, ``cell`` is H3's hexadecimal text."""

    group: str
    year: int
    commune: str
    cell: str
    facts: int


def write(connection: Connection, number: int, cells: Released[list[MapCell]]) -> None:
    """Store the cells for the audience that they were released to."""
    rows = cells.value
    frame = pl.DataFrame(
        {
            "edition": [number] * len(rows),
            "audience": [cells.disclosure.audience.value] * len(rows),
            "additivity_group": [r.group for r in rows],
            "year": [r.year for r in rows],
            "commune": [r.commune for r in rows],
            "cell": [r.cell for r in rows],
            "value": [r.facts for r in rows],
        }
    )
    copy_frame(connection, "published.cell", frame)


def read(
    connection: Connection, record: EditionRecord, audience: Audience, communes: Sequence[str], year: int
) -> Released[list[MapCell]]:
    """The cells of some communes and one year, by group then cell."""
    rows = connection.execute(
        select(cell)
        .where(
            cell.c.edition == record.number,
            cell.c.audience == audience.value,
            cell.c.commune.in_(communes),
            cell.c.year == year,
        )
        .order_by(cell.c.additivity_group, cell.c.cell)
    )
    found = [MapCell(r.additivity_group, r.year, r.commune, r.cell, r.value) for r in rows]
    return reopen(found, audience, record.number, record.policy, record.policy_version)
