"""Which cells of a map may be shown beside the yearly totals of the communes that they lie in.

The reader is supposed to know each commune's total exactly (only communes whose total is published are
mapped) and which cells of each commune hold facts. Unknown to him: how many facts of a commune lie in each
cell, and how many have no place (``rest``). A cell is the sum of its communes' parts; a commune is the sum of
its parts and of its rest. No part, rest or cell of 1..k−1 may be solved: a total minus the cells shown is a
count too.

Given the total of a commune, its table by family and its table by cell do not bound one another (a
transportation problem always has a solution): a map adds nothing to what the cube tells. Record 0025.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from observatoire.disclosure.audit import LinkedTable
from observatoire.disclosure.suppression import UnprotectableTable, protect

Part = tuple[str, int]
"""(commune, cell)."""


def layer_table(totals: Mapping[str, int], parts: Mapping[Part, int]) -> tuple[LinkedTable, dict[int, int]]:
    """(the linked table, index of each cell in it): totals shown, parts and rests unseen, cells to decide.

    ``totals``: facts of each commune; ``parts``: facts by commune and cell (non-zero), none beyond its total.
    """
    communes, cells = sorted(totals), sorted({cell for _, cell in parts})
    at_commune = {commune: at for at, commune in enumerate(communes)}
    at_cell = {cell: len(communes) + at for at, cell in enumerate(cells)}
    inside: dict[int, list[int]] = defaultdict(list)
    values = [totals[commune] for commune in communes] + [0] * len(cells)
    for (commune, cell), facts in sorted(parts.items()):
        for whole in (at_commune[commune], at_cell[cell]):
            inside[whole].append(len(values))
        values[at_cell[cell]] += facts
        values.append(facts)
    for commune, at in at_commune.items():
        rest = totals[commune] - sum(values[part] for part in inside[at])
        inside[at].append(len(values))
        values.append(rest)
    counts = np.array(values, dtype=np.int64)
    kind = np.arange(len(counts))
    table = LinkedTable(
        counts,
        tuple((whole, np.array(own, dtype=np.int64)) for whole, own in sorted(inside.items())),
        1.0 + np.log2(1.0 + counts),
        shown=kind < len(communes),
        unseen=kind >= len(communes) + len(cells),
    )
    return table, at_cell


def shown_cells(totals: Mapping[str, int], parts: Mapping[Part, int], threshold: int) -> dict[int, int]:
    """Facts by cell that may be shown; none at all when no choice of cells protects the small counts.

    A commune with too few facts beyond one per place cannot be protected from a reader who knows the places:
    it is left off the map before the cells are counted.
    """
    slack = _slack(totals, parts)
    kept = {commune for commune in totals if slack[commune] >= threshold}
    own = {part: facts for part, facts in parts.items() if part[0] in kept}
    if not own:
        return {}
    table, at_cell = layer_table({commune: totals[commune] for commune in kept}, own)
    try:
        hidden = protect(table, threshold)
    except UnprotectableTable:
        return {}
    shown = {cell: int(table.values[at]) for cell, at in at_cell.items() if not hidden[at]}
    return {cell: facts for cell, facts in shown.items() if facts >= threshold}


def _slack(totals: Mapping[str, int], parts: Mapping[Part, int]) -> dict[str, int]:
    """Facts of each commune beyond one in each place that holds any, the rest included."""
    rest = dict(totals)
    slack = dict.fromkeys(totals, 0)
    for (commune, _), facts in parts.items():
        if commune in rest:
            rest[commune] -= facts
            slack[commune] += facts - 1
    return {commune: slack[commune] + max(0, rest[commune] - 1) for commune in totals}
