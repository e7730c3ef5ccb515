"""The mean of hours, on a clock that has no beginning.

Mardia, K. V. & Jupp, P. E. (2000), Directional Statistics; the p-value of Rayleigh's test as approximated by
Zar, J. H. (1999), Biostatistical Analysis, 4th edition, equation 27.4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from observatoire.statistics.not_computable import NotComputable

_DAY = 24.0


@dataclass(frozen=True, slots=True)
class MeanHour:
    """Where the hours of a day point to.

    Attributes:
        hour: mean direction, 0 to 24 (excluded).
        concentration: resultant length R, 0 (all around the clock) to 1 (one hour).
        p: Rayleigh's test of "no direction".
    """

    hour: float
    concentration: float
    p: float


def mean_hour(hours: ArrayLike, counts: ArrayLike | None = None) -> MeanHour:
    """The mean direction of hours of the day. A day with two peaks has no mean that means anything.

    Args:
        hours: hours, 0 to 24, shape (n,).
        counts: facts at each hour, same shape; 1 each unless said.

    Raises:
        NotComputable: ``trop_peu_de_faits`` without any fact.
        ValueError: shapes that disagree, or a negative count.
    """
    angle = np.asarray(hours, dtype=np.float64) * (2 * np.pi / _DAY)
    weight = np.ones_like(angle) if counts is None else np.asarray(counts, dtype=np.float64)
    if angle.shape != weight.shape or np.any(weight < 0):
        raise ValueError("as many counts as hours, 0 or more")
    n = float(weight.sum())
    if n == 0:
        raise NotComputable("trop_peu_de_faits")
    east, north = float(np.sum(weight * np.cos(angle))), float(np.sum(weight * np.sin(angle)))
    length = float(np.hypot(east, north))
    p = float(np.exp(np.sqrt(1 + 4 * n + 4 * (n**2 - length**2)) - (1 + 2 * n)))
    hour = float(np.arctan2(north, east) * (_DAY / (2 * np.pi)) % _DAY)
    return MeanHour(hour, length / n, min(p, 1.0))
