"""From counts by two classes to a table: cells, margins, the test of what was observed alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatoire.analyses.crossing_classes import FactClass
from observatoire.analyses.exposure import Exposure
from observatoire.disclosure.released import Count
from observatoire.domain.crossing import Axis, Dimension
from observatoire.statistics.cross_tables import CrossTable, cross_table
from observatoire.statistics.not_computable import NotComputable
from observatoire.store.confidential.crossings import CrossedCount

BELONGS_NOWHERE = frozenset({"sans_epci"})
"""Reasons of facts that no cell lacks."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """Facts; what independence expects, and how far from it they are (None: not tested)."""

    facts: Count
    expected: float | None = None
    residual: float | None = None
    p: float | None = None
    q: float | None = None


@dataclass(frozen=True, slots=True)
class TableClass:
    """A row or a column and its total; ``left_out``: why the test leaves it out."""

    code: str
    label: str
    total: Count
    left_out: str | None


@dataclass(frozen=True, slots=True)
class TableTest:
    """Whether the two classifications depend on one another; without a test, ``reason`` says why."""

    test: str | None
    chi_squared: float | None
    degrees: int | None
    p: float | None
    cramers_v: float | None
    smallest_expected: float | None
    draws: int
    seed: int | None
    reason: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Table:
    """The whole answer, but for its proof."""

    rows: tuple[TableClass, ...]
    columns: tuple[TableClass, ...]
    cells: tuple[tuple[TableCell, ...], ...]
    total: Count
    test: TableTest


REASONS = {
    "trop_peu_de_faits": "moins de 30 faits",
    "tableau_degenere": "moins de deux lignes ou de deux colonnes ont des faits observés de même façon. "
    "Complétez les mois absents ou changez de période",
    "rupture": "une rupture de série déclarée coupe la période. Choisissez une période d'un seul côté",
}


def table_of(
    counted: Sequence[CrossedCount],
    rolled_up: tuple[Mapping[str, str], Mapping[str, str]],
    classes: tuple[tuple[FactClass, ...], tuple[FactClass, ...]],
    exposure: Exposure,
    *,
    seed: int,
    broken: bool,
    everything_placed: bool,
) -> Table:
    """The table of what has a class in both dimensions.

    ``rolled_up``: leaf to class, for rows and for columns. ``broken``: a series break makes the test void.
    ``everything_placed``: no fact might lie in the territory or not.
    """
    numbers = _numbers(counted, rolled_up, classes)
    placed = everything_placed and all(r.reason is None or r.reason in BELONGS_NOWHERE for r in counted)
    comparable = exposure.comparable(numbers, *classes)
    inner = np.where(np.outer(comparable.rows, comparable.columns), numbers, 0)
    tested, test = _test(inner, seed, broken)
    return Table(
        _margin(classes[0], classes[1], numbers, exposure, comparable.rows, placed),
        _margin(classes[1], classes[0], numbers.T, exposure, comparable.columns, placed),
        tuple(
            tuple(
                _cell(
                    _count(int(numbers[i, j]), [exposure.is_whole(row, column)], placed),
                    tested if comparable.rows[i] and comparable.columns[j] else None,
                    (i, j),
                )
                for j, column in enumerate(classes[1])
            )
            for i, row in enumerate(classes[0])
        ),
        _count(int(numbers.sum()), [exposure.is_whole(r, c) for r in classes[0] for c in classes[1]], placed),
        test,
    )


def shown(
    dimension: Dimension,
    classes: tuple[FactClass, ...],
    counted: Sequence[CrossedCount],
    rolled_up: Mapping[str, str],
    *,
    rows: bool,
) -> tuple[FactClass, ...]:
    """Every class but, of categories, those that have a fact."""
    if dimension.axis is not Axis.WHAT:
        return classes
    found = {rolled_up.get(leaf or "") for r in counted if (leaf := r.row if rows else r.column)}
    return tuple(c for c in classes if c.code in found)


def _numbers(
    counted: Sequence[CrossedCount],
    rolled_up: tuple[Mapping[str, str], Mapping[str, str]],
    classes: tuple[tuple[FactClass, ...], tuple[FactClass, ...]],
) -> NDArray[np.int64]:
    facts: Counter[tuple[str, str]] = Counter()
    for found in counted:
        if found.row is not None and found.column is not None:
            row = rolled_up[0].get(found.row, found.row)
            facts[row, rolled_up[1].get(found.column, found.column)] += found.facts
    numbers = np.array([[facts[row.code, column.code] for column in classes[1]] for row in classes[0]])
    return numbers.reshape(len(classes[0]), len(classes[1])).astype(np.int64)


def _count(number: int, whole: list[bool], placed: bool) -> Count:
    """Nothing is zero only where everything was received and every fact has its class."""
    return Count.exact(number) if number or (placed and whole and all(whole)) else Count.absent()


def _margin(
    own: tuple[FactClass, ...],
    others: tuple[FactClass, ...],
    numbers: NDArray[np.int64],
    exposure: Exposure,
    kept: NDArray[np.bool_],
    placed: bool,
) -> tuple[TableClass, ...]:
    return tuple(
        TableClass(
            found.code,
            found.label,
            _count(int(numbers[i].sum()), [exposure.is_whole(found, other) for other in others], placed),
            None if kept[i] else _why_left_out(found, others, numbers[i], exposure),
        )
        for i, found in enumerate(own)
    )


def _why_left_out(
    own: FactClass, others: tuple[FactClass, ...], numbers: NDArray[np.int64], exposure: Exposure
) -> str:
    if not any(exposure.is_covered(own, other) for other in others):
        return "non_couvert"
    return "exposition_inegale" if numbers.any() else "sans_fait"


def _cell(count: Count, tested: CrossTable | None, at: tuple[int, int]) -> TableCell:
    if tested is None or np.isnan(tested.expected[at]):
        return TableCell(count)
    return TableCell(
        count,
        round(float(tested.expected[at]), 4),
        round(float(tested.residuals[at]), 4),
        float(tested.p[at]),
        float(tested.q[at]),
    )


def _test(numbers: NDArray[np.int64], seed: int, broken: bool) -> tuple[CrossTable | None, TableTest]:
    if broken:
        return None, _refused("rupture")
    try:
        found = cross_table(numbers, seed)
    except NotComputable as refusal:
        return None, _refused(refusal.reason)
    return found, TableTest(
        found.test,
        round(found.chi_squared, 6),
        found.degrees,
        found.p_value,
        round(found.cramers_v, 6),
        round(found.smallest_expected, 4),
        found.draws,
        seed if found.draws else None,
        None,
        _sentence(found),
    )


def _refused(reason: str) -> TableTest:
    sentence = f"Test non calculable : {REASONS[reason]}."
    return TableTest(None, None, None, None, None, None, 0, None, reason, sentence)


def _sentence(found: CrossTable) -> str:
    p = ("p < 0.001" if found.p_value < 0.001 else f"p = {found.p_value:.3f}").replace(".", ",")
    if found.p_value > 0.05:
        return f"Aucune dépendance démontrée entre les deux classements ({p})."
    figures = f"{p} ; V de Cramér = {found.cramers_v:.2f}".replace(".", ",")
    return f"Les deux classements dépendent l'un de l'autre ({figures})."
