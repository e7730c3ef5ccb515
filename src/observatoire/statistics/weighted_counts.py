"""Intervals of sums of weights, where each fact counts for a part.

Fay, M. P. & Feuer, E. J. (1997), Confidence intervals for directly standardized rates: a method based on
the gamma distribution, Statistics in Medicine 16(7).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def weighted_interval(
    total: ArrayLike, squares: ArrayLike, largest: float = 1.0, level: float = 0.95
) -> tuple[Floats, Floats]:
    """The interval of the mean of a sum of weighted Poisson counts.

    Garwood's exact interval where every weight is 1; conservative otherwise.

    Args:
        total: sums of the weights, any shape.
        squares: sums of their squares, same shape (the variance of ``total``).
        largest: the largest weight that a fact can have.
        level: of confidence.

    Returns:
        (low, high), of the shape of ``total``; low is 0 where ``total`` is 0.

    Raises:
        ValueError: shapes that disagree, or a negative sum.
    """
    y, v = np.asarray(total, dtype=np.float64), np.asarray(squares, dtype=np.float64)
    if y.shape != v.shape or np.any(y < 0) or np.any(v < 0):
        raise ValueError("a sum of weights and the sum of their squares, 0 or more")
    tail = (1 - level) / 2
    some = y > 0
    safe_y, safe_v = np.where(some, y, 1.0), np.where(some, v, 1.0)
    low = np.where(some, safe_v / safe_y * special.gammaincinv(safe_y**2 / safe_v, tail), 0.0)
    more, spread = y + largest, v + largest**2
    high = spread / more * special.gammaincinv(more**2 / spread, 1 - tail)
    return low, high
