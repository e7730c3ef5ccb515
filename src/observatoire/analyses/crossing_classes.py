"""The classes of a dimension, and what each rests on: sources, communes, months."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from observatoire.analyses.coverage import Coverage
from observatoire.analyses.question import Asking
from observatoire.analyses.time_slots import DAYS
from observatoire.domain.crossing import Axis, Dimension
from observatoire.domain.incident import TO_BE_CLASSED, Category
from observatoire.domain.territory import TerritoryLevel
from observatoire.statistics.time_slots import slots
from observatoire.store.engine import Connection
from observatoire.store.reference import context

Covers = frozenset[str]
"""The sources that cover some communes alike."""


@dataclass(frozen=True, slots=True)
class FactClass:
    """A class of facts; None: of every commune, source or month of the question.

    ``covers``: how its communes are covered (none: no source speaks of them); ``sources``: codes.
    """

    code: str
    label: str
    covers: frozenset[Covers] | None = None
    sources: frozenset[str] | None = None
    months: frozenset[date] | None = None


def covers_of(coverage: Coverage, communes: Iterable[str]) -> frozenset[Covers]:
    """The ways in which communes are covered; those that no source covers are left out."""
    found = (frozenset(s.source.code for s in coverage.sources if c in s.communes) for c in communes)
    return frozenset(cover for cover in found if cover)


def classes_of(
    connection: Connection, dimension: Dimension, asking: Asking, coverage: Coverage
) -> tuple[FactClass, ...]:
    """Every class that a fact of the question may have, in order."""
    if dimension.axis is Axis.WHERE:
        return _territories(connection, dimension, asking, coverage)
    if dimension.axis is Axis.WHEN:
        return _months(dimension, coverage)
    if dimension.axis is Axis.WHAT:
        nodes = {node(dimension, c): label(dimension, c) for c in _asked(asking)}
        return tuple(FactClass(code, name) for code, name in sorted(nodes.items()))
    if dimension is Dimension.SOURCE:
        named = [s.source for s in coverage.sources]
        return tuple(FactClass(s.code, s.label, sources=frozenset({s.code})) for s in named)
    return tuple(FactClass(code, name) for code, name in _FIXED[dimension].items())


def rolled_up(dimension: Dimension, taxonomy: Iterable[Category]) -> Mapping[str, str]:
    """Leaf to the class of a category dimension; empty for any other."""
    return {c.code: node(dimension, c) for c in taxonomy} if dimension.axis is Axis.WHAT else {}


def node(dimension: Dimension, category: Category) -> str:
    """The class of a leaf."""
    codes = {Dimension.DOMAIN: category.domain, Dimension.FAMILY: category.family}
    return codes.get(dimension, category.code)


def label(dimension: Dimension, category: Category) -> str:
    """The French name of the class of a leaf."""
    labels = {Dimension.DOMAIN: category.domain_label, Dimension.FAMILY: category.family_label}
    return labels.get(dimension, category.label)


_FIXED = {
    Dimension.QPV: {"dans": "Dans un quartier prioritaire", "hors": "Hors quartier prioritaire"},
    Dimension.SLOT: {str(rank): slot.label for rank, slot in enumerate(slots("6h"))},
    Dimension.WEEKDAY: {str(rank): day for rank, day in enumerate(DAYS, start=1)},
}


def _asked(asking: Asking) -> list[Category]:
    return [
        c
        for c in asking.taxonomy
        if not c.is_service_activity
        and c.code != TO_BE_CLASSED
        and (asking.leaves is None or c.code in asking.leaves)
    ]


def _territories(
    connection: Connection, dimension: Dimension, asking: Asking, coverage: Coverage
) -> tuple[FactClass, ...]:
    if dimension is Dimension.COMMUNE:
        return tuple(FactClass(c.code, c.name, covers_of(coverage, [c.code])) for c in asking.communes)
    level = TerritoryLevel(dimension.value)
    parents = context.parents_of(connection, [c.code for c in asking.communes], level)
    return tuple(FactClass(p.code, p.name, covers_of(coverage, p.communes)) for p in parents)


def _months(dimension: Dimension, coverage: Coverage) -> tuple[FactClass, ...]:
    pattern = "%Y-%m" if dimension is Dimension.MONTH else "%Y"
    found: dict[str, set[date]] = {}
    for month in coverage.period.months():
        found.setdefault(month.strftime(pattern), set()).add(month)
    return tuple(FactClass(code, code, months=frozenset(months)) for code, months in found.items())
