"""Facts by two classifications at once. What has no class in either is told with its reason, never spread."""

from dataclasses import dataclass

from sqlalchemy import Connection

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.crossing import Axis, Dimension
from observatoire.domain.incident import TO_BE_CLASSED
from observatoire.domain.scope import Scope
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.confidential.scoping import filters, statement
from observatoire.store.queries import query

_CLASSES = {
    Dimension.DOMAIN: "fact.category",
    Dimension.FAMILY: "fact.category",
    Dimension.CATEGORY: "fact.category",
    Dimension.SOURCE: "fact.source",
    Dimension.COMMUNE: "fact.commune",
    Dimension.EPCI: "fact.epci",
    Dimension.DEPARTEMENT: "fact.departement",
    Dimension.REGION: "fact.region",
    Dimension.SLOT: "(fact.hour_of_week % 24 / 6)::text",
    Dimension.WEEKDAY: "extract(isodow from fact.local_day)::int::text",
    Dimension.MONTH: "to_char(fact.local_day, 'YYYY-MM')",
    Dimension.YEAR: "to_char(fact.local_day, 'YYYY')",
}
_WHERE = "case when fact.{0} is null then '{1}' end"
_REASONS = {
    Axis.WHAT: f"case when fact.category = '{TO_BE_CLASSED}' then 'a_classer' end",
    Axis.HOUR: "case when fact.hour_of_week is null then 'heure_inconnue' end",
    # An interval may straddle midnight; a month has no day.
    Axis.WEEKDAY: (
        "case when fact.time_precision in ('intervalle', 'mois', 'inconnue') then 'jour_inconnu' end"
    ),
}
_NO_PARENT = {
    Dimension.COMMUNE: "commune_inconnue",
    Dimension.EPCI: "sans_epci",
    Dimension.DEPARTEMENT: "commune_inconnue",
    Dimension.REGION: "commune_inconnue",
}


@dataclass(frozen=True, slots=True)
class Generations:
    """The list of priority neighbourhoods (2015 or 2024) that says inside or outside: overseas has its own
    dates."""

    mainland: int
    overseas: int


@dataclass(frozen=True, slots=True)
class CrossedCount:
    """Facts of one cell, or (both classes None) left out for a reason; ``unit``: what they are counted in.

    Classes: leaf codes for a category dimension; 0 to 3 for a slot of six hours; 1 (Monday) to 7; codes of
    territories; « AAAA-MM »; « dans » or « hors ».
    """

    row: str | None
    column: str | None
    reason: str | None
    unit: str
    facts: int


def by_two(
    connection: Connection,
    scope: Scope,
    communes: frozenset[str],
    dimensions: tuple[Dimension, Dimension],
    generations: Generations,
) -> Confidential[list[CrossedCount]]:
    """Facts by row and column of a table; ``communes``: covered ones.

    For the nation, the facts of no known commune are told too, as left out: they would be in no other scope.
    """
    where, values = filters(scope, communes)
    found = _crossed(connection, where, values, dimensions, generations)
    if scope.territory.level is TerritoryLevel.NATION:
        where, values = filters(scope, None)
        nowhere = _crossed(connection, f"{where} and commune is null", values, dimensions, generations)
        found += [CrossedCount(None, None, "commune_inconnue", row.unit, row.facts) for row in nowhere]
    return Confidential(found)


def _crossed(
    connection: Connection,
    where: str,
    values: dict[str, object],
    dimensions: tuple[Dimension, Dimension],
    generations: Generations,
) -> list[CrossedCount]:
    rows, columns = (_class(dimension, generations) for dimension in dimensions)
    reasons = [f"({reason})" for d in dimensions if (reason := _reason(d))]
    reason = f"coalesce({', '.join(reasons)})" if reasons else "null::text"
    crossed = statement("count_crossed", where, rows=rows, columns=columns, reason=reason)
    return [
        CrossedCount(r.row_class, r.column_class, r.reason, r.unit, r.facts)
        for r in connection.execute(crossed, values)
    ]


def _class(dimension: Dimension, generations: Generations) -> str:
    if dimension is not Dimension.QPV:
        return _CLASSES[dimension]
    mainland, overseas = f"fact.qpv_{generations.mainland}", f"fact.qpv_{generations.overseas}"
    by_place = f"case when fact.departement like '97%' then {overseas} else {mainland} end"
    return query("inside_a_neighbourhood").format(generation=by_place)


def _reason(dimension: Dimension) -> str | None:
    if dimension is Dimension.QPV:
        return query("why_neither_inside_nor_outside")
    if dimension in _NO_PARENT:
        return _WHERE.format(dimension.value, _NO_PARENT[dimension])
    return _REASONS.get(dimension.axis)
