"""The table of one year: facts summed over the grid, protected with all that was told of it, audited."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from observatoire.analyses.edition_plans import Node, Plan, nodes_of
from observatoire.analyses.editions import TOTAL
from observatoire.analyses.errors import EditionRefused, RevisionRefused
from observatoire.disclosure.audit import LinkedTable, audit
from observatoire.disclosure.policy import THRESHOLD
from observatoire.disclosure.released import Count
from observatoire.disclosure.revision import Told, revision_table
from observatoire.disclosure.suppression import UnprotectableTable, cube_table, protect
from observatoire.domain.incident import Category
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.store.confidential.edition_counts import Leaf
from observatoire.store.published.editions import PublishedCell
from observatoire.store.reference.gazetteer import Parents

Cell = tuple[Node, str]
Shown = Mapping[Cell, Count]
"""What an edition shows of a year; what it does not name holds no fact."""


@dataclass(frozen=True)
class Grid:
    """The geography and the taxonomy in which an edition counts."""

    parents: Mapping[str, Parents]
    domains: Mapping[str, str]

    @classmethod
    def of(cls, parents: Mapping[str, Parents], taxonomy: Iterable[Category]) -> "Grid":
        """The grid of a gazetteer and a version of the taxonomy."""
        return cls(parents, {c.family: c.domain for c in taxonomy})

    def totals(self, leaves: Mapping[Leaf, int]) -> dict[Cell, int]:
        """Facts by territory node and category node (family, domain, total).

        Raises:
            KeyError: a commune or a family that the grid does not have.
        """
        totals: dict[Cell, int] = defaultdict(int)
        for (commune, family), facts in leaves.items():
            for node in nodes_of(commune, self.parents[commune]):
                for category in (family, self.domains[family], TOTAL):
                    totals[node, category] += facts
        return dict(totals)

    def is_finest(self, cell: Cell) -> bool:
        """Whether facts are counted in the cell itself: a commune and a family."""
        (level, _), category = cell
        return level == TerritoryLevel.COMMUNE.value and category in self.domains

    def relate(self, cells: Sequence[Cell], values: Sequence[int]) -> LinkedTable:
        """All sums that hold between cells."""
        kinds: dict[Hashable, tuple[Hashable, ...]] = {f: (d,) for f, d in self.domains.items()}
        kinds |= dict.fromkeys(self.domains.values(), (TOTAL,))
        communes = {code for (level, code), _ in cells if level == TerritoryLevel.COMMUNE.value}
        return cube_table(cells, values, self._above(communes), kinds)

    def _above(self, communes: set[str]) -> dict[Hashable, tuple[Hashable, ...]]:
        above: dict[Hashable, tuple[Hashable, ...]] = {}
        for code in communes:
            own = self.parents[code]
            links = [("epci", own.epci), ("departement", own.departement)]
            above["commune", code] = tuple(link for link in links if link[1] is not None)
            if own.departement:
                above["departement", own.departement] = (("region", own.region),)
            if own.region:
                above["region", own.region] = ((NATION.level.value, NATION.code),)
        return above


def told_before(year: int, grid: Grid, leaves: Mapping[Leaf, int], shown: Shown) -> Told:
    """A table as it was told, rebuilt from the counts that were kept.

    Raises:
        RevisionRefused: the counts of then no longer give what was shown: no joint protection is possible.
    """
    try:
        totals = grid.totals(leaves)
    except KeyError:
        totals = {}
    visible = {cell: count.value for cell, count in shown.items() if count.value is not None}
    if totals.keys() != shown.keys() or any(totals[cell] != value for cell, value in visible.items()):
        raise RevisionRefused(year, "la géographie ou la nomenclature a changé depuis qu'elle a été publiée")
    return Told(totals, frozenset(shown.keys() - visible.keys()))


def protected(
    plan: Plan, totals: Mapping[Cell, int], grid: Grid, told: Sequence[Told]
) -> list[PublishedCell]:
    """What may be shown is shown exactly, the rest reads « secret »; the audit has passed.

    Raises:
        EditionRefused: the audit of what would be published fails.
        RevisionRefused: nothing can be told beside what was told before.
    """
    table, at = _table(totals, grid, told)
    try:
        hidden = protect(table, THRESHOLD)
    except UnprotectableTable:
        if not told:
            raise EditionRefused(plan.year) from None
        raise RevisionRefused(plan.year, "aucune révision ne protège ce qui a déjà été publié") from None
    cells = [
        PublishedCell(
            plan.group,
            plan.year,
            level,
            code,
            category,
            Count.secret() if hidden[at[(level, code), category]] else Count.exact(number),
        )
        for ((level, code), category), number in sorted(totals.items())
    ]
    _check(plan, cells, table, at)
    return cells


def _table(
    totals: Mapping[Cell, int], grid: Grid, told: Sequence[Told]
) -> tuple[LinkedTable, Mapping[Cell, int]]:
    if told:
        return revision_table(told, totals, grid.relate, grid.is_finest, THRESHOLD)
    cells = sorted(totals)
    return grid.relate(cells, [totals[cell] for cell in cells]), {cell: i for i, cell in enumerate(cells)}


def _check(plan: Plan, cells: Iterable[PublishedCell], table: LinkedTable, at: Mapping[Cell, int]) -> None:
    """The rows that are about to be written, under attack: not the pattern that made them."""
    hidden = ~table.flagged(table.shown)
    for cell in cells:
        if cell.count.value is not None:
            hidden[at[(cell.level, cell.code), cell.category]] = False
    hidden &= table.values > 0
    if not audit(table, np.asarray(hidden), THRESHOLD).passed:
        raise EditionRefused(plan.year)
