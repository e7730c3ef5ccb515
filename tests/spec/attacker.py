"""A reader without a key who knows every additive relation, and computes.

Shares no code with the product: relations are written from the geography that the API serves and
from the taxonomy; each hidden count is bounded by integer programmes on the raw equations.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

Cell = tuple[str, str]
"""(territory, category) of one group and year; the category ``*`` is the total."""

FAR = 1_000.0


@dataclass(frozen=True)
class Published:
    """What one group and year shows: a number, or None where it reads « secret »."""

    cells: Mapping[Cell, int | None]
    sums: tuple[tuple[Cell, tuple[Cell, ...]], ...]


def sums_of(
    territories: Iterable[tuple[str, Iterable[str]]], families: Mapping[str, str], known: set[str]
) -> tuple[tuple[Cell, tuple[Cell, ...]], ...]:
    """Every sum of the cube: (territory, its parts) for each category; (category, its parts) everywhere.

    ``families``: family -> domain; ``known``: the territories that answered for this group.
    """
    domains = sorted(set(families.values()))
    categories = ["*", *domains, *families]
    spatial = [
        ((whole, category), tuple((part, category) for part in parts if part in known))
        for whole, parts in territories
        if whole in known
        for category in categories
    ]
    thematic = []
    for place in sorted(known):
        thematic.append(((place, "*"), tuple((place, domain) for domain in domains)))
        for domain in domains:
            inside = tuple((place, f) for f, above in families.items() if above == domain)
            thematic.append(((place, domain), inside))
    return tuple(spatial + thematic)


class Attack:
    """Bounds of each hidden cell, by integer programming on all the equations at once."""

    def __init__(self, published: Published) -> None:
        self.hidden = sorted(cell for cell, value in published.cells.items() if value is None)
        index = {cell: i for i, cell in enumerate(self.hidden)}
        rows = lil_array((len(published.sums), max(1, len(self.hidden))))
        right = np.zeros(len(published.sums))
        for row, (whole, parts) in enumerate(published.sums):
            for cell, sign in [(whole, -1.0), *((part, 1.0) for part in parts)]:
                value = published.cells[cell]
                if value is None:
                    rows[row, index[cell]] += sign
                else:
                    right[row] -= sign * value
        self.index, self.equations = index, LinearConstraint(rows.tocsr(), right, right)

    def width(self, cell: Cell) -> float:
        """Largest minus smallest value that the cell can hold (a hidden count is at least 1)."""
        return self._end(cell, -1.0) - self._end(cell, 1.0)

    def _end(self, cell: Cell, sign: float) -> float:
        price = np.zeros(len(self.hidden))
        price[self.index[cell]] = sign
        upper = np.full(len(price), np.inf)
        upper[self.index[cell]] = FAR
        found = milp(
            price, integrality=np.ones(len(price)), bounds=Bounds(1.0, upper), constraints=self.equations
        )
        assert found.status == 0, found.message
        return float(found.x[self.index[cell]])


def solved(published: Published, is_small: Callable[[Cell], bool]) -> list[Cell]:
    """The small hidden counts that keep fewer than 6 possible values (a width under 5)."""
    attack = Attack(published)
    return [cell for cell in attack.hidden if is_small(cell) and attack.width(cell) < 5 - 1e-6]
