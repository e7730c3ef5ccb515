"""Suppression against rounding to base 5, on the same random small cubes: what each costs and leaks.

    python benchmarks/protections.py [number of cubes]

The attacker writes one unknown per cell, all sums, and what each protection tells of a cell: its value,
« at least 1 », or « rounded − 4 to rounded + 4 ». A small count is solved when fewer than six values remain.
Rounding: each cell to a multiple of 5, up or down without bias, by a key of its own that every table shares.
"""

import sys
from collections import Counter

import numpy as np
from scipy.optimize import linprog

from observatoire.disclosure.suppression import LinkedTable, cube_table, protect

FAMILIES = {"A1": "A", "A2": "A", "B1": "B", "C1": "C"}
KINDS = {**{f: (d,) for f, d in FAMILIES.items()}, "A": ("*",), "B": ("*",), "C": ("*",)}
COMMUNES = 8
BASE = 5


def cube(rng: np.random.Generator) -> LinkedTable:
    """Communes in two EPCI astride two départements, rough counts, many of them small."""
    places = {f"c{i}": (f"e{i % 2}", f"d{int(rng.integers(2))}") for i in range(COMMUNES)}
    cells = Counter[tuple[str, str]]()
    for commune, (epci, departement) in places.items():
        for family, domain in FAMILIES.items():
            facts = int(rng.poisson(8 * rng.exponential()))
            for place in (commune, epci, departement, "n"):
                for category in (family, domain, "*"):
                    cells[place, category] += facts
    kept = {cell: n for cell, n in cells.items() if n}
    above = places | {"d0": ("n",), "d1": ("n",)}
    return cube_table(list(kept), kept.values(), above, KINDS)


def rounded(values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Up with probability remainder / 5."""
    return BASE * (values // BASE + (keys < (values % BASE) / BASE))


def solved(table: LinkedTable, low: np.ndarray, high: np.ndarray) -> tuple[int, int]:
    """(small counts with fewer than six values left, small counts read exactly)."""
    matrix = np.zeros((len(table.relations), len(table.values)))
    for row, (parent, children) in enumerate(table.relations):
        matrix[row, children], matrix[row, parent] = 1, -1
    narrow = exact = 0
    for cell in np.flatnonzero((table.values > 0) & (table.values < BASE)):
        ends = []
        for sign in (1, -1):
            price = np.zeros(len(low))
            price[cell] = sign
            answer = linprog(price, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=np.c_[low, high])
            ends.append(np.inf if answer.status == 3 else float(answer.x[cell]))
        span = np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6)
        narrow, exact = narrow + (span < BASE), exact + (span < 1)
    return narrow, exact


def main(number: int) -> None:
    """Print the table of record 0025."""
    rng = np.random.default_rng(25)
    seen = Counter[str]()
    worst = 0
    for _ in range(number):
        table = cube(rng)
        v, keys = table.values, rng.random(len(table.values))
        small = (v > 0) & (v < BASE)
        seen["cells"] += len(v)
        seen["small"] += int(small.sum())
        primary = np.where(small, np.nan, v)
        hidden = protect(table)
        shown = np.where(hidden, np.nan, v)
        noisy = rounded(v, keys)
        for name, low, high in (
            ("primary", np.where(np.isnan(primary), 1, v), np.where(np.isnan(primary), np.inf, v)),
            ("suppression", np.where(np.isnan(shown), 1, v), np.where(np.isnan(shown), np.inf, v)),
            ("rounding", np.maximum(noisy - BASE + 1, 1), noisy + BASE - 1),
        ):
            narrow, exact = solved(table, low.astype(float), high.astype(float))
            seen[f"{name} narrow"] += narrow
            seen[f"{name} exact"] += exact
        seen["hidden"] += int(hidden.sum())
        seen["changed"] += int((noisy != v).sum())
        worst = max(worst, int(np.abs(noisy - v).max()))
        seen["sums"] += len(table.relations)
        seen["broken sums"] += sum(int(noisy[k].sum() != noisy[p]) for p, k in table.relations)
        gap = [abs(int(noisy[k].sum() - noisy[p])) for p, k in table.relations]
        seen["largest gap"] = max(seen["largest gap"], *gap)
    print(f"{number} cubes, {seen['cells']} non-zero cells, {seen['small']} small")
    print(f"hidden by suppression: {seen['hidden'] / seen['cells']:.0%}")
    print(f"changed by rounding: {seen['changed'] / seen['cells']:.0%}, by {worst} at most")
    broken = seen["broken sums"] / seen["sums"]
    print(f"sums that no longer add up: {broken:.0%}, by up to {seen['largest gap']}")
    for name in ("primary", "suppression", "rounding"):
        shares = [seen[f"{name} {kind}"] / seen["small"] for kind in ("narrow", "exact")]
        print(f"{name}: {shares[0]:.1%} of small counts keep fewer than six values, {shares[1]:.1%} are read")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
