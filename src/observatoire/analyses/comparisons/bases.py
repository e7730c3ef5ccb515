"""What rates are divided by: one vintage for every row, wherever one is known of them all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from observatoire.analyses.comparisons.model import ComparedPlace, RateBase
from observatoire.store.engine import Connection
from observatoire.store.reference import populations
from observatoire.store.reference.communes import CommuneColumn, CommuneTable
from observatoire.store.reference.populations import Denominator, DenominatorKind

TOURISM_RATIO = 1.0
"""Dwellings per resident from which more people stay than live there: France has 0.55."""
BURGLARY = ("D201",)


@dataclass(frozen=True, slots=True)
class Counted:
    """A place and those of its communes that are counted."""

    place: ComparedPlace
    communes: frozenset[str]


def kind_of(leaves: tuple[str, ...] | None) -> DenominatorKind:
    """Burglaries of dwellings alone are divided by dwellings; anything else by residents."""
    return DenominatorKind.DWELLINGS if leaves == BURGLARY else DenominatorKind.POPULATION


@dataclass(frozen=True, slots=True)
class Bases:
    """Denominators of the rows of one comparison; ``column``: the one vintage chosen, if there is one."""

    table: CommuneTable
    kind: DenominatorKind
    year: int
    column: CommuneColumn | None

    def of(self, connection: Connection, counted: Counted) -> RateBase | None:
        """The denominator of what is counted of a place; None when a commune of it is unknown."""
        value = None if self.column is None else _sum(self.table, self.column, counted.communes)
        if value is not None and self.column is not None:
            column = self.column
            return RateBase(
                self.kind,
                value,
                column.vintage,
                column.geography,
                column.dataset,
                column.edition,
                len(counted.communes),
            )
        return self._told_as_such(connection, counted)

    def _told_as_such(self, connection: Connection, counted: Counted) -> RateBase | None:
        """A territory counted whole may be told by a base that does not tell its communes."""
        if counted.communes != {commune.code for commune in counted.place.communes}:
            return None
        found = populations.denominator(connection, counted.place.code, self.year, self.kind)
        if not isinstance(found, Denominator) or found.value <= 0:
            return None
        return RateBase(
            self.kind, found.value, found.vintage, found.geography, found.dataset, found.edition, found.parts
        )


def choose(table: CommuneTable, kind: DenominatorKind, year: int, places: Sequence[Counted]) -> Bases:
    """The vintage that most rows know, the first (the territory asked about) above all; then the latest.

    Rates of two vintages compare two populations as well as two counts of facts.
    """
    columns = table.columns_of(kind.value, year)
    known = [[_sum(table, column, place.communes) is not None for place in places] for column in columns]
    ranked = sorted(range(len(columns)), key=lambda i: (known[i][0], sum(known[i])), reverse=True)
    best = columns[ranked[0]] if ranked and any(known[ranked[0]]) else None
    return Bases(table, kind, year, best)


def tourism_caution(table: CommuneTable, year: int, counted: Counted) -> str | None:
    """What is known of people who stay without living there, from dwellings and residents."""
    dwellings, residents = (
        _latest(table, kind, year, counted.communes)
        for kind in (DenominatorKind.DWELLINGS, DenominatorKind.POPULATION)
    )
    if dwellings is None or residents is None or dwellings < TOURISM_RATIO * residents:
        return None
    return (
        "au moins un logement par habitant : on y séjourne plus qu'on n'y réside, un taux pour mille "
        "habitants y est surestimé"
    )


def _latest(table: CommuneTable, kind: DenominatorKind, year: int, communes: frozenset[str]) -> float | None:
    sums = (_sum(table, column, communes) for column in table.columns_of(kind.value, year))
    return next((value for value in sums if value is not None), None)


def _sum(table: CommuneTable, column: CommuneColumn, communes: frozenset[str]) -> float | None:
    rows = table.rows(communes)
    if not rows or len(rows) != len(communes):
        return None
    total = float(np.sum(column.values[rows]))
    return total if np.isfinite(total) and total > 0 else None
