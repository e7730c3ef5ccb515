"""The attacker, played by us: which hidden counts can be solved from what an edition publishes?

The attacker knows every additive relation, every published value, that a hidden count is at least
``minimum`` (zeros are published as zeros) and that counts are whole numbers. A small count (primary cell)
is safe when two complete tables of whole numbers agree with everything published and differ by at least
``threshold`` on that cell. The true table is one consistent table, so the search works on *deviations*
from it: integer vectors of the kernel of the relations, which lower no hidden cell under ``minimum``.

A linear programme (scipy, HiGHS) is the judge: an interval narrower than ``threshold`` is an exposure.
A safe verdict is stricter than the programme: it always rests on witness tables checked in exact integer
arithmetic, since the vertex of a programme on linked tables can be fractional. What cannot be decided
within the budget counts as exposed.

Sources: ``statistics.md`` §1.5 and §5 item 5, ``domaine.md`` (c) 5-7; Fischetti & Salazar-González 2001
(linked tables), Hundepool et al. 2012, *Statistical Disclosure Control*, ch. 4.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Relation = tuple[int, Ints]

FAR = 10**6  # stands for "without limit" in a deviation
WHOLE = 2_500  # components up to this many unknowns go to the programme whole
REGION = 1_000  # in larger ones, witnesses are first looked for among so many cells
MAX_ITERATIONS = 300_000  # budgets are counted, not timed: the same table gives the same verdict
MAX_NODES = 2_000
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class LinkedTable:
    """Exact counts of one additivity group and year, and the sums that link them.

    ``values``: int64[n], facts, ≥ 0. ``relations``: pairs (parent index, child indices); the parent's value
    is the sum of the children's; children that are zero or not covered may be left out. ``cost``:
    float[n] > 0, price of hiding each cell (default: its value). ``shown``, ``unseen``: bool[n], cells that
    readers already hold, and cells that no table ever shows. ``watched``: bool[n], cells protected like a
    small count, whatever they hold (a small difference written beside a large constant). Raises
    ``ValueError`` when a relation does not add up: a wrong relation would make every verdict wrong.
    """

    values: Ints
    relations: tuple[Relation, ...]
    cost: Floats | None = None
    shown: Mask | None = None
    unseen: Mask | None = None
    watched: Mask | None = None

    def __post_init__(self) -> None:
        if np.any(self.values < 0):
            raise ValueError("a count is negative")
        if self.cost is not None and (len(self.cost) != len(self.values) or np.any(self.cost <= 0)):
            raise ValueError("cost must be positive, one per cell")
        for parent, children in self.relations:
            if int(self.values[children].sum()) != int(self.values[parent]):
                raise ValueError(f"relation of cell {parent} does not add up")

    def flagged(self, flags: Mask | None) -> Mask:
        """bool[n]: the flags, or none."""
        return np.zeros(len(self.values), dtype=np.bool_) if flags is None else flags

    def protected(self, threshold: int) -> Mask:
        """bool[n]: counts of 1..threshold−1, and what is watched."""
        small = (self.values > 0) & (self.values < threshold)
        return small | (self.flagged(self.watched) & (self.values > 0))


@dataclass(frozen=True, eq=False)
class System:
    """The same table as the attacker writes it: known zeros dropped, cells that must be equal merged.

    ``group``: int64[n], class of each cell, −1 for a zero; ``values``: int64[m]; ``columns``: int64 matrix
    [relations × m], −1 for the parent and +1 for a child, every row sums to 0 on the true values.
    """

    group: Ints
    values: Ints
    columns: csc_array

    @cached_property
    def rows(self) -> csr_array:
        """The same matrix, by relation."""
        return csr_array(self.columns)

    def hidden_classes(self, hidden: Mask) -> Mask:
        """bool[m]: classes with every member hidden (one published twin gives the value away)."""
        open_ = np.ones(len(self.values), dtype=np.bool_)
        open_[self.group[~hidden & (self.group >= 0)]] = False
        return open_

    def signature(self, column: int) -> bytes:
        """Equal for two classes that stand in exactly the same relations."""
        span = slice(self.columns.indptr[column], self.columns.indptr[column + 1])
        return bytes(self.columns.indices[span].tobytes() + self.columns.data[span].tobytes())

    def relations_of(self, column: int) -> list[tuple[int, bool]]:
        """Relations of a class: (row, whether it is the parent there)."""
        span = slice(self.columns.indptr[column], self.columns.indptr[column + 1])
        pairs = zip(self.columns.indices[span].tolist(), self.columns.data[span].tolist(), strict=True)
        return [(row, sign < 0) for row, sign in pairs]

    def members(self, row: int) -> tuple[Ints, Ints]:
        """(parent, children) of a relation, as index arrays."""
        span = slice(self.rows.indptr[row], self.rows.indptr[row + 1])
        columns, signs = self.rows.indices[span].astype(np.int64), self.rows.data[span]
        return columns[signs < 0], columns[signs > 0]


def build_system(table: LinkedTable) -> System:
    """Drop zeros, merge parents with their only non-zero child, keep each distinct relation once."""
    kept = [(p, kids[table.values[kids] > 0]) for p, kids in table.relations if table.values[p] > 0]
    group = _merge(table.values, [(p, int(kids[0])) for p, kids in kept if len(kids) == 1])
    values = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    values[group[group >= 0]] = table.values[group >= 0]
    distinct: dict[bytes, tuple[int, Ints]] = {}
    for parent, kids in kept:
        members = np.sort(group[kids])
        if len(kids) > 1:
            distinct.setdefault(np.append(members, group[parent]).tobytes(), (int(group[parent]), members))
    lengths = [len(members) + 1 for _, members in distinct.values()]
    rows = np.repeat(np.arange(len(lengths)), lengths)
    columns = np.concatenate([np.append(m, p) for p, m in distinct.values()] or [np.zeros(0, np.int64)])
    signs = np.concatenate(
        [np.append(np.ones(len(m), np.int64), -1) for _, m in distinct.values()] or [np.zeros(0, np.int64)]
    )
    matrix = csc_array((signs, (rows, columns)), shape=(len(lengths), len(values)), dtype=np.int64)
    matrix.sum_duplicates()
    return System(group, values, matrix)


def _merge(values: Ints, pairs: list[tuple[int, int]]) -> Ints:
    """int64[n]: class of each cell once the pairs are joined; −1 for zeros."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(values), len(values)))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    label[values == 0] = -1
    _, dense = np.unique(label[values > 0], return_inverse=True)
    label[values > 0] = dense
    return label


class Witnesses:
    """Largest deviations proved possible so far: ``low`` ≤ 0 ≤ ``high``, int64[m].

    Each was reached by a table of whole numbers, checked exactly, that agrees with all relations and moves
    only ``hidden`` cells (bool[m], shared with the caller, who may hide more: proofs then still hold).
    """

    def __init__(self, system: System, hidden: Mask, minimum: int) -> None:
        self.system, self.hidden = system, hidden
        self.room = system.values - minimum
        self.low = np.zeros_like(system.values)
        self.high = np.zeros_like(system.values)

    def width(self) -> Ints:
        """int64[m]: widths proved so far."""
        return self.high - self.low

    def offer(self, columns: Ints, move: Floats | Ints) -> bool:
        """Take a deviation of ``columns`` if it is integer and consistent; use it both ways, stretched."""
        step = np.rint(move).astype(np.int64)
        fractional = np.abs(move - step).max(initial=0) > TOLERANCE
        columns, step = columns[step != 0], step[step != 0]
        if fractional or not self.hidden[columns].all() or np.any(self.system.columns[:, columns] @ step):
            return False
        step = step // max(1, int(np.gcd.reduce(np.abs(step))))
        self._stretch(columns, step)
        self._stretch(columns, -step)
        return True

    def _stretch(self, columns: Ints, step: Ints) -> None:
        falling = step < 0
        times = np.min(self.room[columns][falling] // -step[falling], initial=FAR)
        self.low[columns] = np.minimum(self.low[columns], times * step)
        self.high[columns] = np.maximum(self.high[columns], times * step)

    def offer_twins(self) -> None:
        """Classes with the same relations exchange facts freely: the closed form Σ room, no programme."""
        twins: dict[bytes, list[int]] = {}
        for column in np.flatnonzero(self.hidden):
            twins.setdefault(self.system.signature(int(column)), []).append(int(column))
        for signature, members in twins.items():
            group = np.array(members)
            if not signature:  # in no relation at all: nothing bounds it from above
                self.high[group], self.low[group] = FAR, -self.room[group]
            elif len(members) > 1:
                total = self.room[group].sum()
                self.high[group] = np.maximum(self.high[group], total - self.room[group])
                self.low[group] = -self.room[group]


def raising(system: System, column: int) -> Ints:
    """Classes that hold one and the same fact of ``column``: one leaf under it and all that contain it.

    One more fact there raises them all by one, so hiding them all leaves the cell without an upper bound.
    """
    leaf = column
    while below := [row for row, is_parent in system.relations_of(leaf) if is_parent]:
        leaf = int(system.members(below[0])[1][0])
    inside, stack = {leaf}, [leaf]
    while stack:
        for row, is_parent in system.relations_of(stack.pop()):
            above = set() if is_parent else set(system.members(row)[0].tolist()) - inside
            inside |= above
            stack.extend(above)
    return np.array(sorted(inside), dtype=np.int64)


def neighbourhood(system: System, start: Ints, size: int, rank: Floats, fan: int = 60) -> Ints:
    """About ``size`` classes around ``start``, breadth first; the ``fan`` best ranked of each relation."""
    inside, queue, seen = dict.fromkeys(start.tolist()), list(start.tolist()), set[int]()
    for column in queue:  # grows while it is read
        if len(inside) >= size:
            break
        for row, _ in system.relations_of(column):
            if row in seen:
                continue
            seen.add(row)
            members = np.concatenate(system.members(row))  # the parent first: few moves do without it
            best = np.append(members[0], members[1:][np.argsort(rank[members[1:]], kind="stable")])
            fresh = [m for m in best[np.isfinite(rank[best])].tolist() if m not in inside][:fan]
            inside.update(dict.fromkeys(fresh))
            queue.extend(fresh)
    return np.array(sorted(inside), dtype=np.int64)


def equations(system: System, columns: Ints) -> csr_array:
    """Relations among ``columns``, all others being fixed; empty rows left out."""
    part = csr_array(system.columns[:, columns])
    return part[np.flatnonzero(np.diff(part.indptr))]


def solve(
    matrix: csr_array, price: Floats, lower: Floats, upper: Floats, whole: bool = False
) -> Floats | None:
    """Cheapest x with matrix · x = 0 and lower ≤ x ≤ upper (in whole numbers if asked); None if not found."""
    if whole:
        kind, sums = np.ones(len(price), dtype=np.int64), LinearConstraint(matrix, 0, 0)
        box = Bounds(lower, upper)
        answer = milp(
            price, integrality=kind, bounds=box, constraints=sums, options={"node_limit": MAX_NODES}
        )
    else:
        answer = linprog(  # type: ignore[call-overload]  # the stubs do not know sparse A_eq
            price,
            A_eq=matrix,
            b_eq=np.zeros(matrix.shape[0]),
            bounds=np.column_stack([lower, upper]),
            method="highs",
            options={"maxiter": MAX_ITERATIONS},
        )
    return np.asarray(answer.x, dtype=np.float64) if answer.status == 0 and answer.x is not None else None


@dataclass(frozen=True)
class Exposure:
    """A small count between ``lower`` and ``upper`` (facts) for the attacker. CONFIDENTIAL.

    ``decided`` is false when the budget ran out: nothing proves the cell safe.
    """

    cell: int
    lower: float
    upper: float
    decided: bool = True


@dataclass(frozen=True)
class AuditReport:
    """``primary``: number of small counts examined; ``exposed``: those that can be solved. CONFIDENTIAL."""

    threshold: int
    primary: int
    exposed: tuple[Exposure, ...]

    @property
    def passed(self) -> bool:
        """No small count can be read or solved."""
        return not self.exposed


class Attack:
    """One published pattern under attack; ``shortcuts`` off asks the programme for every cell."""

    def __init__(self, system: System, hidden: Mask, threshold: int, minimum: int, shortcuts: bool) -> None:
        self.system, self.hidden, self.threshold, self.shortcuts = system, hidden, threshold, shortcuts
        self.witnesses = Witnesses(system, hidden, minimum)
        self.rank = np.where(hidden, 0.0, np.inf)

    def run(self, targets: Ints) -> dict[int, Exposure]:
        """Exposures by class, for hidden target classes; each component of linked unknowns on its own."""
        if self.shortcuts:
            self.witnesses.offer_twins()
        exposed: dict[int, Exposure] = {}
        for component in self.components():
            mine = np.intersect1d(targets, component)
            if self.shortcuts:
                self._raise(mine)
                self._sweep_all(component, mine)
            for column in mine:
                if self.pending(np.array([column])).size and (found := self._judge(component, int(column))):
                    exposed[int(column)] = found
        return exposed

    def components(self) -> list[Ints]:
        """Hidden classes linked by relations, as sorted index arrays."""
        columns = np.flatnonzero(self.hidden)
        rows, members = equations(self.system, columns).nonzero()
        size = len(columns) + len(self.system.rows.indptr)
        graph = csr_array((np.ones(len(rows)), (members, len(columns) + rows)), shape=(size, size))
        label = connected_components(graph, directed=False)[1][: len(columns)]
        order = np.argsort(label, kind="stable")
        cuts = np.flatnonzero(np.diff(label[order])) + 1
        return [columns[part] for part in np.split(order, cuts)] if len(columns) else []

    def pending(self, columns: Ints) -> Ints:
        """Those not yet proved safe."""
        return columns[self.witnesses.width()[columns] < self.threshold]

    def _raise(self, targets: Ints) -> None:
        for column in self.pending(targets):
            columns = raising(self.system, int(column))
            self.witnesses.offer(columns, np.ones(len(columns)))

    def _sweep_all(self, component: Ints, targets: Ints) -> None:
        """Look for witnesses of many cells at once, region by region when the component is large."""
        if len(component) <= WHOLE:
            self._sweep(component, self.pending(targets))
            return
        for column in targets:
            if self.pending(np.array([column])).size:
                near = neighbourhood(self.system, np.array([column]), REGION, self.rank)
                self._sweep(near, self.pending(np.intersect1d(near, targets)))

    def _sweep(self, columns: Ints, targets: Ints) -> None:
        """Programmes that move many pending cells at once; a round without progress ends it."""
        random = np.random.default_rng(0)
        matrix, left = equations(self.system, columns), len(targets) + 1
        while 0 < len(targets) < left:
            left = len(targets)
            at = np.searchsorted(columns, targets)
            price, upper = np.zeros(len(columns)), np.full(len(columns), np.inf)
            price[at] = -random.uniform(1, 2, len(at))
            upper[at] = self.threshold
            move = solve(matrix, price, -self.witnesses.room[columns].astype(np.float64), upper)
            if move is not None:
                self.witnesses.offer(columns, move)
            targets = self.pending(targets)

    def _judge(self, component: Ints, column: int) -> Exposure | None:
        """None when two witnesses prove the cell safe, else what the attacker knows."""
        if self.shortcuts and len(component) > WHOLE:
            near = neighbourhood(self.system, np.array([column]), REGION, self.rank)
            if self._bounds(near, column, whole=False) is None:
                return None
        found = self._bounds(component, column, whole=False)
        if found is None or (found.decided and found.upper - found.lower < self.threshold - TOLERANCE):
            return found
        return self._bounds(component, column, whole=True)  # wide, but at fractional tables only

    def _bounds(self, columns: Ints, column: int, whole: bool) -> Exposure | None:
        """Range of one cell when only ``columns`` are unknown; None as soon as it is proved wide enough."""
        matrix, at = equations(self.system, columns), int(np.searchsorted(columns, column))
        lower = -self.witnesses.room[columns].astype(np.float64)
        upper = np.full(len(columns), np.inf)
        upper[at] = self.threshold  # enough to tell "safe"; a bounded programme has a vertex to check
        ends, decided = list[float](), True
        for sign in (-1.0, 1.0):
            price = np.zeros(len(columns))
            price[at] = sign
            move = solve(matrix, price, lower, upper, whole)
            if move is None:
                decided = False
                ends.append(-sign * np.inf)
            else:
                self.witnesses.offer(columns, move)
                ends.append(float(move[at]))
            if not self.pending(np.array([column])).size:
                return None
        true = int(self.system.values[column])
        return Exposure(column, true + ends[1], true + ends[0], decided)


def audit(
    table: LinkedTable, hidden: Mask, threshold: int = 5, *, minimum: int = 1, shortcuts: bool = True
) -> AuditReport:
    """Judge a published pattern: every count of 1..threshold−1 must keep an interval ≥ ``threshold`` wide.

    ``hidden``: bool[n]. ``minimum``: what the attacker knows of a hidden cell (1: zeros are published).
    ``shortcuts=False`` asks the linear programme about every cell (slow; the test of the shortcuts). An
    interval that wide cannot lie inside 1..threshold−1.
    """
    system = build_system(table)
    open_ = system.hidden_classes(hidden)
    small = np.flatnonzero(table.protected(threshold))
    classes = np.unique(system.group[small])
    attack = Attack(system, open_, threshold, minimum, shortcuts)
    found = attack.run(classes[open_[classes]])
    for column in classes[~open_[classes]].tolist():
        found[column] = Exposure(column, float(system.values[column]), float(system.values[column]))
    cells = [(int(cell), found.get(int(system.group[cell]))) for cell in small]
    exposed = tuple(replace(e, cell=c) for c, e in cells if e is not None)
    return AuditReport(threshold, len(small), exposed)
