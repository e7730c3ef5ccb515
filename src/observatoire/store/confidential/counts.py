"""Exact counts for one scope. Every function returns Confidential."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.store.confidential.scoping import (
    LEVEL_COLUMNS,
    filters,
    rows_of,
    statement,
    without_place,
)
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Facts of one leaf and source; ``located`` have a point, ``timed`` an hour."""

    category: str
    source: str
    facts: int
    located: int
    timed: int


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Facts of one commune or département, and how many have a point.

    ``around``: those whose point says only around where (the middle of a street), not among ``located``.
    """

    unit: str | None
    facts: int
    located: int
    around: int = 0


@dataclass(frozen=True, slots=True)
class PrecisionCount:
    """Facts by how well they are placed, timed and classed.

    ``asked``: whether they are of the categories asked for; what is to be classed may be of any.
    """

    source: str
    location: str
    time: str
    category_mode: str
    near_border: bool
    asked: bool
    facts: int


@dataclass(frozen=True, slots=True)
class CellCounts:
    """H3 cells (uint64, resolution 9) and their facts, both of one length."""

    cells: np.ndarray
    facts: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class IntervalCounts:
    """Facts known to lie in an interval; all of one length.

    ``start`` and ``end`` (exclusive): instants UTC, seconds; ``departement``: where, None if unknown.
    """

    departement: list[str | None]
    start: np.ndarray
    end: np.ndarray
    facts: np.ndarray


@dataclass(frozen=True, slots=True)
class CubeRow:
    """Facts of an additivity group, year, family and commune."""

    group: str
    source: str
    year: int
    family: str
    commune: str
    facts: int


def by_category(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[list[CategoryCount]]:
    """Facts by leaf and source."""
    rows = rows_of(connection, "count_by_category", scope, communes)
    return rows.map(
        lambda found: [CategoryCount(r.category, r.source, r.facts, r.located, r.timed) for r in found]
    )


def by_month(connection: Connection, scope: Scope, communes: frozenset[str]) -> Confidential[dict[date, int]]:
    """Facts by month (first day); months without facts are not in the answer."""
    rows = rows_of(connection, "count_by_month", scope, communes)
    return rows.map(lambda found: {r.month: r.facts for r in found})


def by_week(connection: Connection, scope: Scope, communes: frozenset[str]) -> Confidential[dict[date, int]]:
    """Facts by ISO week (its Monday); only those of the period in the weeks that it cuts."""
    rows = rows_of(connection, "count_by_week", scope, communes)
    return rows.map(lambda found: {r.week: r.facts for r in found})


def by_month_and_category(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[tuple[date, str], int]]:
    """Facts by month (first day) and leaf; what has no fact is not in the answer."""
    rows = rows_of(connection, "count_by_month_and_category", scope, communes)
    return rows.map(lambda found: {(r.month, r.category): r.facts for r in found})


def unplaced_by_month(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[date, int]]:
    """Facts that nothing puts inside or outside a part of communes, by month: they have no point.

    ``communes``: where they happened. Empty for a territory made of whole communes.
    """
    rows = _unplaced(connection, "count_by_month", scope, communes)
    return rows.map(lambda found: {r.month: r.facts for r in found})


def unplaced_by_week(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[date, int]]:
    """The same by ISO week (its Monday)."""
    rows = _unplaced(connection, "count_by_week", scope, communes)
    return rows.map(lambda found: {r.week: r.facts for r in found})


def _unplaced(
    connection: Connection, name: str, scope: Scope, communes: frozenset[str]
) -> Confidential[list[Any]]:
    if not scope.territory.level.is_part_of_communes:
        return Confidential([])
    where, values = filters(replace(scope, territory=NATION), communes)
    more, told = without_place(scope)
    return Confidential(list(connection.execute(statement(name, where + more), values | told)))


def by_hour_of_week(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[int | None, int]]:
    """Facts by local hour of the week (0: Monday 00 h); None holds the unknown hours."""
    rows = rows_of(connection, "count_by_hour_of_week", scope, communes)
    return rows.map(lambda found: {r.hour_of_week: r.facts for r in found})


def by_interval(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[IntervalCounts]:
    """Facts without an hour that a slot or an interval holds."""
    rows = rows_of(connection, "count_by_interval", scope, communes)
    return rows.map(
        lambda found: IntervalCounts(
            [r.departement for r in found],
            np.array([r.first for r in found], dtype="datetime64[s]"),
            np.array([r.last for r in found], dtype="datetime64[s]"),
            np.array([r.facts for r in found], dtype=np.int64),
        )
    )


def by_cell(connection: Connection, scope: Scope, communes: frozenset[str]) -> Confidential[CellCounts]:
    """Located facts by H3 cell of resolution 9."""
    rows = rows_of(connection, "count_by_cell", scope, communes)
    return rows.map(
        lambda found: CellCounts(
            np.array([r.cell for r in found], dtype=np.int64).astype(np.uint64),
            np.array([r.facts for r in found], dtype=np.float64),
        )
    )


def by_unit(
    connection: Connection, scope: Scope, communes: frozenset[str] | None, unit: TerritoryLevel
) -> Confidential[list[UnitCount]]:
    """Facts and located facts by commune or by département."""
    rows = rows_of(connection, "count_by_unit", scope, communes, unit=LEVEL_COLUMNS[unit])
    return rows.map(lambda found: [UnitCount(r.unit, r.facts, r.located, r.around) for r in found])


def by_commune(
    connection: Connection, scope: Scope, communes: frozenset[str], months: Sequence[date]
) -> Confidential[dict[str, int]]:
    """Facts by commune over some months (first days) of the period; no fact, not in the answer."""
    rows = rows_of(connection, "count_by_commune", scope, communes, {"months": list(months)})
    return rows.map(lambda found: {r.commune: r.facts for r in found})


def by_precision(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[list[PrecisionCount]]:
    """Facts by source, precision of place and time, mode of classing, and nearness of a border.

    All the facts of the place and period, those of other categories too (``asked`` tells them apart): the
    share that is not classed is one of all, since what is not classed might be of the categories asked for.
    """
    wanted = None if scope.categories is None else list(scope.categories)
    every = replace(scope, categories=None)
    rows = rows_of(connection, "count_precision", every, communes, {"wanted": wanted})
    return rows.map(
        lambda found: [
            PrecisionCount(
                r.source,
                r.location_precision,
                r.time_precision,
                r.category_mode,
                r.near_border,
                r.asked,
                r.facts,
            )
            for r in found
        ]
    )


def cube(
    connection: Connection, taxonomy: int, first_year: int, end_year: int, today: date
) -> Confidential[list[CubeRow]]:
    """What an edition is made of: facts by group, year, family and commune.

    Service activity (domain S), categories of sensitivity 2 and sources that may not leave the grant
    (their contract says so, or no charter is signed by ``today``) never enter.
    """
    cube_by_commune = query("cube_by_commune").format(within_contract=query("within_contract"))
    values = {"taxonomy": taxonomy, "first_year": first_year, "end_year": end_year, "today": today}
    rows = connection.execute(text(cube_by_commune), values)
    return Confidential(
        [CubeRow(r.additivity_group, r.source, r.year, r.family, r.commune, r.facts) for r in rows]
    )
