"""Where facts concentrate: cells whose neighbourhood holds more than the mean cell of the mask.

A concentration is not a risk: with facts proportional to the population, the map of
concentrations is a map of the population. Claims of excess need an exposure.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.significance import benjamini_hochberg

Floats = NDArray[np.float64]
Neighbours = sparse.csr_matrix[Any] | sparse.csr_array[Any, tuple[int, int]]

MINIMUM_CELLS = 30
MINIMUM_FACTS = 60


@dataclass(frozen=True, slots=True, eq=False)
class GiStar:
    """Gi* of the cells inside the mask, in the order in which they were given.

    Attributes:
        z: standard score of the neighbourhood; NaN when the neighbourhood is the whole map.
        p: two-sided p-value of ``z`` (normal approximation, poor below 0.5 fact per cell).
        q: ``p`` corrected by Benjamini-Hochberg over these cells.
        neighbourhood: facts in the cell and its neighbours.
        expected: facts that as many mean cells would hold.
        ratio: ``neighbourhood / expected``; NaN when nothing is expected.
        mean: facts per cell, buffer included.
        standard_deviation: of the facts per cell (ddof 0), buffer included.
        cells: number of cells inside the mask.
        loaded_cells: number of cells that entered the sums, buffer included.
    """

    z: Floats
    p: Floats
    q: Floats
    neighbourhood: Floats
    expected: Floats
    ratio: Floats
    mean: float
    standard_deviation: float
    cells: int
    loaded_cells: int


def gi_star(
    counts: ArrayLike,
    neighbours: Neighbours,
    inside: NDArray[np.bool_] | None = None,
    *,
    minimum_cells: int = MINIMUM_CELLS,
    minimum_facts: float = MINIMUM_FACTS,
) -> GiStar:
    """Compute the Gi* statistic with binary weights, the cell itself included.

    Getis & Ord 1992, Geographical Analysis 24(3); Ord & Getis 1995, same journal 27(4).
    Cells without facts must be given: they are part of the mask, and the mask decides the answer.

    Args:
        counts: facts per cell, shape (n,), in any unit of counting, 0 or more.
        neighbours: shape (n, n), 1 between a cell and each neighbour and on the diagonal.
        inside: shape (n,), true for the cells of the mask. The others are a ring of buffer: they
            enter every sum, the mean and the standard deviation, then are dropped, so that a
            cluster astride the border is seen from both sides. All cells when None.
        minimum_cells: fewest cells inside the mask.
        minimum_facts: fewest facts inside the mask.

    Raises:
        NotComputable: ``trop_peu_de_mailles``, ``trop_peu_de_faits``, or ``variance_nulle`` when
            all loaded cells hold the same count.
        ValueError: shapes that disagree, a count negative or not finite, weights not binary or
            a cell that is not its own neighbour.
    """
    x = np.asarray(counts, dtype=np.float64)
    mask = np.ones(x.shape, dtype=np.bool_) if inside is None else np.asarray(inside, dtype=np.bool_)
    _check(x, neighbours, mask)
    _refuse_too_little(x, mask, minimum_cells, minimum_facts)

    n, mean, deviation = x.size, float(x.mean()), float(x.std())
    rows = neighbours[np.flatnonzero(mask)]
    neighbourhood = np.asarray(rows @ x, dtype=np.float64)
    weight = np.asarray(rows @ np.ones(n), dtype=np.float64)
    expected = mean * weight
    spread = deviation * np.sqrt(weight * (n - weight) / (n - 1))
    z = _divide(neighbourhood - expected, spread)
    p = 2 * special.ndtr(-np.abs(z))
    return GiStar(
        z=z,
        p=p,
        q=benjamini_hochberg(p),
        neighbourhood=neighbourhood,
        expected=expected,
        ratio=_divide(neighbourhood, expected),
        mean=mean,
        standard_deviation=deviation,
        cells=int(mask.sum()),
        loaded_cells=n,
    )


def classify(z: ArrayLike, q: ArrayLike, levels: tuple[float, float] = (0.01, 0.05)) -> NDArray[np.int8]:
    """Grade cells from 2 (very significant concentration) to -2 (very significant lack).

    Args:
        z: standard scores; their sign is the side.
        q: corrected p-values, same shape; NaN is graded 0.
        levels: the strict level (grade 2), then the usual one (grade 1).
    """
    strict, usual = levels
    corrected = np.asarray(q, dtype=np.float64)
    grade = (corrected <= usual).astype(np.int8) + (corrected <= strict).astype(np.int8)
    side = np.nan_to_num(np.sign(np.asarray(z, dtype=np.float64))).astype(np.int8)
    return np.asarray(side * grade, dtype=np.int8)


def _check(x: Floats, neighbours: Neighbours, mask: NDArray[np.bool_]) -> None:
    if x.ndim != 1 or neighbours.shape != (x.size, x.size) or mask.shape != x.shape:
        raise ValueError("counts, neighbours and inside describe the same cells")
    if not np.all((x >= 0) & np.isfinite(x)):
        raise ValueError("a count is 0 or more")
    binary = (neighbours.data == 0) | (neighbours.data == 1)
    if not (np.all(binary) and np.all(neighbours.diagonal() == 1)):
        raise ValueError("weights are 0 or 1, and each cell is its own neighbour")


def _refuse_too_little(x: Floats, mask: NDArray[np.bool_], cells: int, facts: float) -> None:
    if mask.sum() < cells:
        raise NotComputable("trop_peu_de_mailles")
    if x[mask].sum() < facts:
        raise NotComputable("trop_peu_de_faits")
    # Not `std() == 0`: the rounding of the mean leaves equal counts a tiny deviation.
    if x.size == 0 or x.min() == x.max():
        raise NotComputable("variance_nulle")


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
