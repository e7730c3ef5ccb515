"""Which places lie outside what chance allows around one common rate? Limits, never a league table."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
INNER, OUTER = 0.95, 0.998
WINSORISED = 0.10
FEWEST_FOR_DISPERSION = 10
"""Under so many places the tenth that is trimmed at either end is nobody."""


class Position(StrEnum):
    """Where a count lies; the value is the wire name. No position is a rank."""

    INSIDE = "dans_les_limites"
    ABOVE = "au_dessus_95"
    FAR_ABOVE = "au_dessus_998"
    BELOW = "en_dessous_95"
    FAR_BELOW = "en_dessous_998"


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Counts between which chance keeps a place; shape of ``expected``."""

    low_95: Floats
    high_95: Floats
    low_998: Floats
    high_998: Floats


def dispersion(counts: ArrayLike, expected: ArrayLike) -> float:
    """How much more the places vary than chance: 1 unless they clearly do.

    Mean of the squared z-scores, winsorised at 10 % at either end so that the places one looks for do not
    widen their own limits (Spiegelhalter 2005, Statistics in Medicine 24). Winsorising alone brings it under
    1 for pure chance; as there, it is kept only above ``1 + 2 sqrt(2 / n)``, n the number of places.

    Args:
        counts: facts, shape (n,); expected: shape (n,), above 0.

    Returns:
        1.0 when n is under 10: it cannot be told.
    """
    facts, mean = np.asarray(counts, np.float64), np.asarray(expected, np.float64)
    if facts.size < FEWEST_FOR_DISPERSION:
        return 1.0
    z = np.sort((facts - mean) / np.sqrt(mean))
    ends = int(WINSORISED * z.size)
    if ends:
        z = np.clip(z, z[ends], z[-ends - 1])
    found = float(np.mean(z**2))
    return found if found > 1 + 2 * np.sqrt(2 / z.size) else 1.0


def limits(expected: ArrayLike, phi: float = 1.0) -> Limits:
    """Exact Poisson limits at 95 % and 99.8 % around expected counts.

    Spiegelhalter 2005: with ``phi`` above 1 the distance of each limit to the expected count is multiplied
    by its square root. Discrete laws never reach their level: at most 5 % and 0.2 % lie outside.

    Args:
        expected: above 0.
        phi: dispersion, 1 or more.

    Raises:
        ValueError: an expected count that is not above 0, a dispersion under 1.
    """
    mean = np.asarray(expected, np.float64)
    if not np.all((mean > 0) & np.isfinite(mean)):
        raise ValueError("an expected count is above 0")
    if not (phi >= 1 and np.isfinite(phi)):
        raise ValueError("a dispersion is 1 or more")
    probabilities = [(1 - INNER) / 2, (1 + INNER) / 2, (1 - OUTER) / 2, (1 + OUTER) / 2]
    bounds = (mean + np.sqrt(phi) * (_quantile(p, mean) - mean) for p in probabilities)
    return Limits(*(np.maximum(bound, 0.0) for bound in bounds))


def positions(counts: ArrayLike, found: Limits) -> list[Position]:
    """Where each count lies, a limit being inside."""
    facts = np.asarray(counts, np.float64)
    outside = [facts > found.high_998, facts > found.high_95, facts < found.low_998, facts < found.low_95]
    names = [Position.FAR_ABOVE, Position.ABOVE, Position.FAR_BELOW, Position.BELOW]
    ranks = np.select(outside, range(len(names)), default=len(names))
    return [(*names, Position.INSIDE)[rank] for rank in ranks]


def _quantile(probability: float, mean: Floats) -> Floats:
    """Smallest count whose distribution function reaches a probability."""
    count = np.ceil(special.pdtrik(probability, mean))
    before = np.maximum(count - 1, 0)
    return np.where(special.pdtr(before, mean) >= probability, before, count)
