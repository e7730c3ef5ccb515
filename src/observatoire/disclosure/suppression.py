"""Which cells of an edition are hidden so that no count of 1..k−1 can be read or solved.

Primary: 1 ≤ count < k. Complementary: for each small count, the cheapest set of further cells such that one
*deviation* of the whole table, in whole numbers, moves that count far enough while everything published
stays as it is. Each small count thus holds its own witness, and a witness stays valid when more is hidden:
one pass suffices and always ends. Three means, from cheap to dear:

1. *twins*, cells that stand in the same relations (communes of one EPCI and département): closed form;
2. the cheapest deviation among neighbouring cells, by linear programme (Kelly, Golden & Assad 1992; linked
   tables: Fischetti & Salazar-González 2001);
3. the last resort, the cell and everything that contains it, up to the nation: one more fact there
   changes only hidden figures.

Cells that readers already hold stay shown (an earlier edition), cells that no table shows are hidden from the
start: see ``revision`` and ``layer``.

Every small count leaves here with its witness; the pattern is nevertheless audited from scratch before it is
returned, and what the audit cannot decide gets the last resort. See
docs/decisions/0004-suppression-complementaire.md.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array, hstack

from observatoire.disclosure.audit import (
    TOLERANCE,
    Floats,
    Ints,
    LinkedTable,
    Mask,
    Relation,
    System,
    Witnesses,
    audit,
    build_system,
    equations,
    neighbourhood,
    raising,
    solve,
)

__all__ = ["LinkedTable", "Relation", "UnprotectableTable", "cube_relations", "cube_table", "protect"]

Cell = tuple[Hashable, Hashable]
REACHES = (400, 2_400)  # cells among which the cheapest deviation is looked for
ALREADY_HIDDEN = 1e-4  # relative price: prefers short deviations, never a further suppression


class UnprotectableTable(ValueError):
    """Hiding all that contains a small count does not protect it: the relations are not those of facts."""


def protect(table: LinkedTable, threshold: int = 5) -> Mask:
    """bool[n], True = hidden; zeros are never hidden. ``threshold`` ≥ 2, in facts.

    Deterministic for a given table; the answer has passed ``audit``. Nothing is hidden when no count lies in
    1..threshold−1, but what is ``unseen``; nothing that is ``shown`` is hidden. Raises ``UnprotectableTable``
    when the relations cannot be those of additive facts, or what is ``shown`` leaves no room.
    """
    work = _Protection(table, threshold)
    work.complete_twins()
    for column in work.order():
        work.move_freely(column)
    return work.audited()


class _Protection:
    """The pattern being built, on merged classes, with the witnesses of what is already safe."""

    def __init__(self, table: LinkedTable, threshold: int) -> None:
        self.table, self.threshold = table, threshold
        self.system: System = build_system(table)
        self.cost = self._class_costs()
        self.primary = self._any(table.protected(threshold))
        self.fixed = self._any(table.flagged(table.shown))
        self.hidden: Mask = (self.primary & ~self.fixed) | ~self._any(~table.flagged(table.unseen))
        self.witnesses = Witnesses(self.system, self.hidden, minimum=1)

    def _class_costs(self) -> Floats:
        """float[m]: merged cells are hidden together, so their prices add up."""
        each = self.table.cost if self.table.cost is not None else self.table.values.astype(np.float64)
        kept = self.system.group >= 0
        total = np.zeros(len(self.system.values))
        np.add.at(total, self.system.group[kept], each[kept])
        return total

    def _any(self, cells: Mask) -> Mask:
        """bool[m]: classes with one of these cells."""
        found = np.zeros(len(self.system.values), dtype=np.bool_)
        found[self.system.group[cells & (self.system.group >= 0)]] = True
        return found

    def order(self) -> Ints:
        """Small classes, the smallest first: they have the least room of their own."""
        small = np.flatnonzero(self.primary)
        return small[np.lexsort((small, self.system.values[small]))]

    def safe(self, column: int) -> bool:
        """Whether witnesses already leave the class an interval of ``threshold`` facts."""
        return bool(self.witnesses.width()[column] >= self.threshold)

    def complete_twins(self) -> None:
        """Where twins alone can protect each other, hide the cheapest that give enough slack."""
        twins: dict[bytes, list[int]] = {}
        for column in range(len(self.primary)):
            twins.setdefault(self.system.signature(column), []).append(column)
        for signature, members in twins.items():
            group = np.array(members)
            if signature and self.primary[group].any():
                self._complete(group)
        self.witnesses.offer_twins()

    def _complete(self, group: Ints) -> None:
        """Twins share Σ (count − 1) facts of slack: every hidden one has an interval of that width."""
        slack = self.system.values - 1
        missing = self.threshold - int(slack[group[self.primary[group]]].sum())
        spare = group[~self.primary[group] & ~self.fixed[group]]
        if missing <= 0 or int(slack[spare].sum()) < missing:
            return  # enough already, or out of reach here: ``move_freely`` will look further
        spare = spare[np.lexsort((spare, self.cost[spare]))]
        alone = spare[slack[spare] >= missing]
        taken = int(np.searchsorted(np.cumsum(slack[spare]), missing)) + 1
        several = spare[:taken]
        single_is_cheaper = len(alone) and self.cost[alone[0]] <= self.cost[several].sum()
        self.hidden[alone[:1] if single_is_cheaper else several] = True

    def move_freely(self, column: int) -> None:
        """Give the class its witness: the cheapest deviation nearby, else the last resort."""
        last_resort = raising(self.system, column)
        top = last_resort[np.argmax(self.cost[last_resort])]
        for reach in () if self.safe(column) else REACHES:
            found = self._cheapest(column, last_resort, reach)
            if found is None:
                continue
            columns = found[0][np.abs(found[1]) > TOLERANCE]
            if reach < REACHES[-1] and not self.hidden[top] and top in columns:
                continue  # the summit would go: first look further for something cheaper
            self.hidden[columns] = True
            if self.witnesses.offer(*found):
                break
        if not self.safe(column) and not self.fixed[last_resort].any():
            self.hidden[last_resort] = True
            self.witnesses.offer(last_resort, np.ones(len(last_resort)))

    def _cheapest(self, column: int, last_resort: Ints, reach: int) -> tuple[Ints, Floats] | None:
        """Deviation of least cost that raises the class by what it needs, or None."""
        rank = np.where(self.hidden, 0.0, np.where(self.fixed, np.inf, self.cost))
        near = neighbourhood(self.system, np.array([column]), reach, rank, fan=reach // 6)
        near = np.union1d(near, last_resort)
        near = near[~self.fixed[near]]
        need = float(self.threshold + self.witnesses.low[column])  # what it can lose counts too
        room = self.witnesses.room[near].astype(np.float64)
        price = self.cost[near] * np.where(self.hidden[near], ALREADY_HIDDEN, 1.0)
        # A cell is paid whole, however little of it moves: spread its price over what it can give.
        prices = np.concatenate([price / need, price / np.clip(room, 1.0, need)])
        upper = np.concatenate([np.full(len(near), np.inf), room])
        lower = np.zeros(2 * len(near))
        at = int(np.searchsorted(near, column))
        lower[at] = upper[at] = need
        upper[len(near) + at] = 0.0
        matrix = equations(self.system, near)
        answer = solve(csr_array(hstack([matrix, -matrix])), prices, lower, upper)
        return None if answer is None else (near, answer[: len(near)] - answer[len(near) :])

    def audited(self) -> Mask:
        """bool[n], once the audit passes; each round hides more, so it ends."""
        while True:
            pattern = self._cells()
            exposed = audit(self.table, pattern, self.threshold).exposed
            if not exposed:
                return pattern
            before = int(self.hidden.sum())
            for exposure in exposed:
                self._hide(raising(self.system, int(self.system.group[exposure.cell])))
            if int(self.hidden.sum()) == before and self.fixed.any():
                self._hide(np.arange(len(self.hidden)))
            if int(self.hidden.sum()) == before:
                raise UnprotectableTable(f"{len(exposed)} small counts cannot be protected")

    def _hide(self, columns: Ints) -> None:
        self.hidden[columns[~self.fixed[columns]]] = True

    def _cells(self) -> Mask:
        """bool[n]: the pattern on the cells of the table; zeros stay published."""
        kept = self.system.group >= 0
        pattern = np.zeros(len(self.table.values), dtype=np.bool_)
        pattern[kept] = self.hidden[self.system.group[kept]]
        return pattern | self.table.flagged(self.table.unseen)


def cube_table(
    cells: Sequence[Cell],
    values: Iterable[int],
    territory_parents: Mapping[Hashable, Sequence[Hashable]],
    category_parents: Mapping[Hashable, Sequence[Hashable]],
) -> LinkedTable:
    """Linked table of an edition: ``cells[i]`` = (territory, category) holds ``values[i]`` facts.

    Relations as in ``cube_relations``. The price of a cell grows with the finest cells that it sums (a
    nation costs more than a commune, a total more than a family) and slowly with its own count.
    """
    counts = np.fromiter(values, dtype=np.int64, count=len(cells))
    places = _leaves({t for t, _ in cells}, territory_parents)
    kinds = _leaves({c for _, c in cells}, category_parents)
    span = np.array([places[t] * kinds[c] for t, c in cells], dtype=np.float64)
    cost = span * (1.0 + np.log2(1.0 + counts))
    return LinkedTable(counts, cube_relations(cells, territory_parents, category_parents), cost)


def cube_relations(
    cells: Sequence[Cell],
    territory_parents: Mapping[Hashable, Sequence[Hashable]],
    category_parents: Mapping[Hashable, Sequence[Hashable]],
) -> tuple[Relation, ...]:
    """All sums that hold in a cube of (territory, category) cells, as (parent, children) indices.

    ``*_parents``: child → its direct parents (commune → EPCI and département; family → domain; none at the
    top). Only cells that are given take part: give every published cell, zeros may be left out, cells that
    are not covered must be (a total is the sum of its covered communes).
    """
    index = {cell: at for at, cell in enumerate(cells)}
    spatial: dict[int, list[int]] = {}
    thematic: dict[int, list[int]] = {}
    for (territory, category), at in index.items():
        for above in territory_parents.get(territory, ()):
            if (parent := index.get((above, category))) is not None:
                spatial.setdefault(parent, []).append(at)
        for above in category_parents.get(category, ()):
            if (parent := index.get((territory, above))) is not None:
                thematic.setdefault(parent, []).append(at)
    sums = [*spatial.items(), *thematic.items()]
    return tuple((parent, np.array(children, dtype=np.int64)) for parent, children in sums)


def _leaves(nodes: set[Hashable], parents: Mapping[Hashable, Sequence[Hashable]]) -> dict[Hashable, int]:
    """Number of finest nodes under each node (itself if it is one)."""
    inner = {above for node in nodes for above in parents.get(node, ())}
    count = dict.fromkeys(nodes, 0)
    for leaf in nodes - inner:
        reached, queue = {leaf}, [leaf]
        for node in queue:  # grows while it is read
            fresh = [above for above in parents.get(node, ()) if above not in reached]
            reached.update(fresh)
            queue.extend(fresh)
        for node in reached & nodes:
            count[node] += 1
    return {node: max(number, 1) for node, number in count.items()}
