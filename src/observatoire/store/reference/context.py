"""What is known of territories besides facts: parents, priority neighbourhoods, indicators of context."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from observatoire.domain.territory import TerritoryLevel
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class ContextCell:
    """The latest published value of an indicator for one territory; ``state``: that of its producer."""

    value: float | None
    state: str
    vintage: int
    geography: int
    dataset: str
    edition: str


@dataclass(frozen=True, slots=True)
class NeighbourhoodList:
    """A generation of priority neighbourhoods as loaded: contours drawn, and not; whether made up."""

    drawn: int
    undrawn: int
    fictional: bool


@dataclass(frozen=True, slots=True)
class Parent:
    """A territory that holds some communes of a question."""

    code: str
    name: str
    communes: frozenset[str]


def latest(
    connection: Connection, level: TerritoryLevel, codes: Sequence[str], indicator: str, year: int
) -> dict[str, ContextCell]:
    """The latest value up to a year, by territory; those that no file tells are not in the answer."""
    rows = connection.execute(
        text(query("latest_context")),
        {"level": level, "codes": list(codes), "indicator": indicator, "year": year},
    )
    return {
        row.code: ContextCell(row.value, row.state, row.vintage, row.geography, row.dataset, row.edition)
        for row in rows
    }


def neighbourhood_list(connection: Connection, generation: int) -> NeighbourhoodList:
    """What is loaded of a generation (2015 or 2024)."""
    row = connection.execute(text(query("neighbourhood_lists")), {"vintage": generation}).one()
    return NeighbourhoodList(row.drawn, row.undrawn, row.fictional)


def parents_of(connection: Connection, communes: Sequence[str], level: TerritoryLevel) -> list[Parent]:
    """The territories of a level that hold some communes, each with those that it holds; in code order."""
    held: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    rows = connection.execute(
        text(query("parents_of_communes")), {"communes": list(communes), "level": level}
    )
    for row in rows:
        held.setdefault(row.code, []).append(row.commune)
        names[row.code] = row.name
    return [Parent(code, names[code], frozenset(found)) for code, found in held.items()]
