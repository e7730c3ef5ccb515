"""The facts of a scope, as SQL: the filters that every count and list shares."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, TextClause, text

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.domain.territory import TerritoryLevel
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


def filters(scope: Scope, communes: frozenset[str] | None) -> tuple[str, dict[str, Any]]:
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
        clauses.append(f"{column_of(level, scope.territory.code)} = :code")
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


def rows_of(
    connection: Connection,
    name: str,
    scope: Scope,
    communes: frozenset[str] | None,
    more: Mapping[str, object] | None = None,
    **parts: str,
) -> Confidential[list[Any]]:
    """Rows of a named query over a scope; ``parts``: what else the query leaves to be written in."""
    where, values = filters(scope, communes)
    rows = connection.execute(statement(name, where, **parts), values | dict(more or {}))
    return Confidential(list(rows))


def statement(name: str, where: str, **parts: str) -> TextClause:
    """A named query, its filters and its other parts written in."""
    return text(query(name).format(where=where, placed_by=query("placed_by"), **parts))


def without_place(scope: Scope) -> tuple[str, dict[str, Any]]:
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
        inside, values = f"coalesce({column_of(level, code)} = :code, false)", values | {"code": code}
    drawn = query("drawn_since").format(reached="true" if level is TerritoryLevel.ZONE else "false")
    return f" and cell is null and not (reduced_at is not null and ({inside} or not {drawn}))", values


def column_of(level: TerritoryLevel, code: str) -> str:
    """The column of a fact that holds its territory of a level; the code of a QPV tells its generation."""
    if level is TerritoryLevel.QPV:
        return "qpv_2015" if code.startswith("QP") else "qpv_2024"
    return LEVEL_COLUMNS[level]
