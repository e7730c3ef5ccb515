"""Exact counts for one scope. Every function returns Confidential."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, TextClause, text

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.store.queries import query

LEVEL_COLUMNS = {
    TerritoryLevel.COMMUNE: "commune",
    TerritoryLevel.ARRONDISSEMENT: "arrondissement",
    TerritoryLevel.IRIS: "iris",
    TerritoryLevel.EPCI: "epci",
    TerritoryLevel.EPT: "ept",
    TerritoryLevel.DEPARTEMENT: "departement",
    TerritoryLevel.REGION: "region",
}


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


def _where(scope: Scope, communes: frozenset[str] | None) -> tuple[str, dict[str, Any]]:
    """The filters of a scope as SQL; ``communes`` further restricts to covered ones (None: no)."""
    clauses = [
        "local_day >= :start",
        "local_day < :end",
        "source = any(:sources)",
        query("within_contract"),
        query("is_a_fact"),
    ]
    values: dict[str, Any] = {
        "start": scope.period.start,
        "end": scope.period.end,
        "sources": list(scope.sources),
    }
    if scope.categories is not None:
        clauses.append("category = any(:categories)")
        values["categories"] = list(scope.categories)
    level = scope.territory.level
    if level.is_part_of_communes:
        clauses.append(query("neighbourhood_allowed"))
    if level is TerritoryLevel.ZONE:
        clauses.append(query("within_zone"))
        values["zone"], _, values["zone_version"] = scope.territory.code.partition("@")
    elif level is not TerritoryLevel.NATION:
        clauses.append(f"{_column_of(level, scope.territory.code)} = :code")
        values["code"] = scope.territory.code
    if communes is not None:
        clauses.append("commune = any(:communes)")
        values["communes"] = sorted(communes)
    if scope.days is not None:
        chosen = []
        for rank, group in enumerate(scope.days):
            on_days = query("on_days" if group.clock is None else "reaching_days").format(rank=rank)
            chosen.append(f"departement = any(:departements_{rank}) and {on_days}")
            values |= {f"departements_{rank}": list(group.departements), f"days_{rank}": list(group.days)}
            values |= {} if group.clock is None else {f"clock_{rank}": group.clock}
        clauses.append("(" + " or ".join(f"({clause})" for clause in chosen) + ")")
    return " and ".join(clauses), values


def _run(
    connection: Connection,
    name: str,
    scope: Scope,
    communes: frozenset[str] | None,
    more: Mapping[str, object] | None = None,
    **parts: str,
) -> list[Any]:
    where, values = _where(scope, communes)
    return list(connection.execute(_statement(name, where, **parts), values | dict(more or {})))


def rows_of(
    connection: Connection,
    name: str,
    scope: Scope,
    communes: frozenset[str] | None,
    more: Mapping[str, object] | None = None,
) -> Confidential[list[Any]]:
    """Rows of a named query over a scope, for the counts and lists that have a file of their own."""
    return Confidential(_run(connection, name, scope, communes, more))


def _statement(name: str, where: str, **parts: str) -> TextClause:
    return text(query(name).format(where=where, placed_by=query("placed_by"), **parts))


def by_category(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[list[CategoryCount]]:
    """Facts by leaf and source."""
    rows = _run(connection, "count_by_category", scope, communes)
    return Confidential([CategoryCount(r.category, r.source, r.facts, r.located, r.timed) for r in rows])


def by_month(connection: Connection, scope: Scope, communes: frozenset[str]) -> Confidential[dict[date, int]]:
    """Facts by month (first day); months without facts are not in the answer."""
    return Confidential({r.month: r.facts for r in _run(connection, "count_by_month", scope, communes)})


def by_week(connection: Connection, scope: Scope, communes: frozenset[str]) -> Confidential[dict[date, int]]:
    """Facts by ISO week (its Monday); only those of the period in the weeks that it cuts."""
    return Confidential({r.week: r.facts for r in _run(connection, "count_by_week", scope, communes)})


def by_month_and_category(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[tuple[date, str], int]]:
    """Facts by month (first day) and leaf; what has no fact is not in the answer."""
    rows = _run(connection, "count_by_month_and_category", scope, communes)
    return Confidential({(r.month, r.category): r.facts for r in rows})


def unplaced_by_month(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[date, int]]:
    """Facts that nothing puts inside or outside a part of communes, by month: they have no point.

    ``communes``: where they happened. Empty for a territory made of whole communes.
    """
    return Confidential({r.month: r.facts for r in _unplaced(connection, "count_by_month", scope, communes)})


def unplaced_by_week(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[date, int]]:
    """The same by ISO week (its Monday)."""
    return Confidential({r.week: r.facts for r in _unplaced(connection, "count_by_week", scope, communes)})


def _without_place(scope: Scope) -> tuple[str, dict[str, Any]]:
    """What a fact inside or outside a part of communes is not: the condition, and its values.

    A fact whose point was reduced is known to be inside or outside what had been drawn by then.
    """
    level, code = scope.territory.level, scope.territory.code
    values: dict[str, Any] = {"zone": None, "zone_version": None}
    if level is TerritoryLevel.ARRONDISSEMENT:
        return " and cell is null and arrondissement is null", {}
    if level is TerritoryLevel.ZONE:
        zone, _, version = code.partition("@")
        inside, values = query("within_zone"), {"zone": zone, "zone_version": version}
    else:
        inside, values = f"coalesce({_column_of(level, code)} = :code, false)", values | {"code": code}
    drawn = query("drawn_since").format(reached="true" if level is TerritoryLevel.ZONE else "false")
    return f" and cell is null and not (reduced_at is not null and ({inside} or not {drawn}))", values


def _column_of(level: TerritoryLevel, code: str) -> str:
    """The column of a fact that holds its territory of a level; the code of a QPV tells its generation."""
    if level is TerritoryLevel.QPV:
        return "qpv_2015" if code.startswith("QP") else "qpv_2024"
    return LEVEL_COLUMNS[level]


def _unplaced(connection: Connection, name: str, scope: Scope, communes: frozenset[str]) -> list[Any]:
    if not scope.territory.level.is_part_of_communes:
        return []
    where, values = _where(replace(scope, territory=NATION), communes)
    more, told = _without_place(scope)
    return list(connection.execute(_statement(name, where + more), values | told))


def by_hour_of_week(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[dict[int | None, int]]:
    """Facts by local hour of the week (0: Monday 00 h); None holds the unknown hours."""
    rows = _run(connection, "count_by_hour_of_week", scope, communes)
    return Confidential({r.hour_of_week: r.facts for r in rows})


def by_interval(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[IntervalCounts]:
    """Facts without an hour that a slot or an interval holds."""
    rows = _run(connection, "count_by_interval", scope, communes)
    return Confidential(
        IntervalCounts(
            [r.departement for r in rows],
            np.array([r.first for r in rows], dtype="datetime64[s]"),
            np.array([r.last for r in rows], dtype="datetime64[s]"),
            np.array([r.facts for r in rows], dtype=np.int64),
        )
    )


def by_cell(connection: Connection, scope: Scope, communes: frozenset[str]) -> Confidential[CellCounts]:
    """Located facts by H3 cell of resolution 9."""
    rows = _run(connection, "count_by_cell", scope, communes)
    cells = np.array([r.cell for r in rows], dtype=np.int64).astype(np.uint64)
    return Confidential(CellCounts(cells, np.array([r.facts for r in rows], dtype=np.float64)))


def by_unit(
    connection: Connection, scope: Scope, communes: frozenset[str] | None, unit: TerritoryLevel
) -> Confidential[list[UnitCount]]:
    """Facts and located facts by commune or by département."""
    rows = _run(connection, "count_by_unit", scope, communes, unit=LEVEL_COLUMNS[unit])
    return Confidential([UnitCount(r.unit, r.facts, r.located, r.around) for r in rows])


def by_commune(
    connection: Connection, scope: Scope, communes: frozenset[str], months: Sequence[date]
) -> Confidential[dict[str, int]]:
    """Facts by commune over some months (first days) of the period; no fact, not in the answer."""
    where, values = _where(scope, communes)
    rows = connection.execute(_statement("count_by_commune", where), values | {"months": list(months)})
    return Confidential({r.commune: r.facts for r in rows})


def by_precision(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[list[PrecisionCount]]:
    """Facts by source, precision of place and time, mode of classing, and nearness of a border.

    All the facts of the place and period, those of other categories too (``asked`` tells them apart): the
    share that is not classed is one of all, since what is not classed might be of the categories asked for.
    """
    where, values = _where(replace(scope, categories=None), communes)
    wanted = None if scope.categories is None else list(scope.categories)
    rows = connection.execute(_statement("count_precision", where), values | {"wanted": wanted})
    return Confidential(
        [
            PrecisionCount(
                r.source,
                r.location_precision,
                r.time_precision,
                r.category_mode,
                r.near_border,
                r.asked,
                r.facts,
            )
            for r in rows
        ]
    )


def cube(
    connection: Connection, taxonomy: int, first_year: int, end_year: int, today: date
) -> Confidential[list[CubeRow]]:
    """What an edition is made of: facts by group, year, family and commune.

    Service activity (domain S), categories of sensitivity 2 and sources that may not leave the grant
    (their contract says so, or no charter is signed by ``today``) never enter.
    """
    statement = query("cube_by_commune").format(within_contract=query("within_contract"))
    values = {"taxonomy": taxonomy, "first_year": first_year, "end_year": end_year, "today": today}
    rows = connection.execute(text(statement), values)
    return Confidential(
        [CubeRow(r.additivity_group, r.source, r.year, r.family, r.commune, r.facts) for r in rows]
    )


def similar_pairs(
    connection: Connection, scope: Scope, communes: frozenset[str], minutes: int, metres: int
) -> Confidential[list[SimilarPair]]:
    """Pairs of located facts with an hour, at most ``minutes`` and ``metres`` apart, by day."""
    limits = {"seconds": minutes * 60, "metres": metres}
    rows = _run(connection, "similar_facts", scope, communes, limits)
    return Confidential(
        [
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
            for r in rows
        ]
    )
