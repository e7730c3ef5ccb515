"""A year told again: its new table protected together with every table of it that readers already hold.

The reader is supposed to know *which* finest cells (commune × family) were corrected, not by how much: an
uncorrected one holds the same number in both tables. What must stay unknown is every small count of every
version, and every change of 1..k−1 facts, at any level (``domaine.md`` (c) 7). A change has a sign, so it is
written beside a constant that everyone knows: old + rest = constant, new + rest = change.
See docs/decisions/0025-editions.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from observatoire.disclosure.audit import LinkedTable, Relation

Cell = tuple[tuple[str, str], str]
"""((level, code), category)."""
Relate = Callable[[Sequence[Cell], Sequence[int]], LinkedTable]
ALREADY_UNSEEN = 1e-3


@dataclass(frozen=True)
class Told:
    """A table of a year as it was told: its true counts (non-zero), and which of them read « secret »."""

    values: Mapping[Cell, int]
    hidden: frozenset[Cell]


class _Joint:
    """The blocks of all versions, one after the other, then the changes."""

    def __init__(self, threshold: int) -> None:
        self.threshold = threshold
        self.values: list[int] = []
        self.cost: list[float] = []
        self.shown: list[bool] = []
        self.unseen: list[bool] = []
        self.watched: list[bool] = []
        self.relations: list[Relation] = []

    def add(
        self,
        value: int,
        *,
        cost: float = ALREADY_UNSEEN,
        shown: bool = False,
        unseen: bool = False,
        watched: bool = False,
    ) -> int:
        """One more unknown; its index."""
        self.values.append(value)
        self.cost.append(cost)
        self.shown.append(shown)
        self.unseen.append(unseen)
        self.watched.append(watched)
        return len(self.values) - 1

    def block(
        self, values: Mapping[Cell, int], relate: Relate, hidden: frozenset[Cell] | None
    ) -> dict[Cell, int]:
        """One version; ``hidden`` None: the new one, about which all is still to decide."""
        cells = sorted(values)
        table, start = relate(cells, [values[cell] for cell in cells]), len(self.values)
        assert table.cost is not None
        for cell, cost in zip(cells, table.cost.tolist(), strict=True):
            told = hidden is not None
            secret = hidden is not None and cell in hidden
            self.add(values[cell], cost=cost if not told else 1.0, shown=told and not secret, unseen=secret)
        self.relations += [(parent + start, kids + start) for parent, kids in table.relations]
        return {cell: start + at for at, cell in enumerate(cells)}

    def same(self, before: Mapping[Cell, int], after: Mapping[Cell, int], finest: frozenset[Cell]) -> None:
        """Finest cells that were not corrected hold one number."""
        for cell in sorted(finest & before.keys() & after.keys()):
            if self.values[before[cell]] == self.values[after[cell]]:
                self.relations.append((after[cell], np.array([before[cell]])))

    def changes(self, before: Mapping[Cell, int], after: Mapping[Cell, int], constant: int) -> None:
        """Small changes of cells that neither version lacks (else the count itself is the change)."""
        for cell in sorted(before.keys() & after.keys()):
            old, new = self.values[before[cell]], self.values[after[cell]]
            if 0 < abs(new - old) < self.threshold:
                base = self.values[constant]
                rest = self.add(base - old, unseen=True)
                change = self.add(base - old + new, unseen=True, watched=True)
                self.relations.append((constant, np.array([before[cell], rest])))
                self.relations.append((change, np.array([after[cell], rest])))

    def table(self) -> LinkedTable:
        return LinkedTable(
            np.array(self.values, dtype=np.int64),
            tuple(self.relations),
            np.maximum(np.array(self.cost), ALREADY_UNSEEN),
            np.array(self.shown),
            np.array(self.unseen),
            np.array(self.watched),
        )


def revision_table(
    told: Sequence[Told],
    new: Mapping[Cell, int],
    relate: Relate,
    finest: Callable[[Cell], bool],
    threshold: int,
) -> tuple[LinkedTable, dict[Cell, int]]:
    """(the linked table of all versions and of their changes, index of each new cell in it).

    ``told``: the versions already seen, oldest first. ``relate``: cells and values to their own linked table,
    with costs. ``finest``: whether a cell is one of those that facts are corrected in.
    """
    joint = _Joint(threshold)
    blocks = [joint.block(version.values, relate, version.hidden) for version in told]
    blocks.append(joint.block(new, relate, None))
    leaves = frozenset(cell for block in blocks for cell in block if finest(cell))
    for before, after in pairwise(blocks):
        joint.same(before, after, leaves)
    constant = joint.add(max(joint.values, default=0) + 1_000, cost=1.0, shown=True)
    for before, after in combinations(blocks, 2):
        joint.changes(before, after, constant)
    return joint.table(), blocks[-1]
