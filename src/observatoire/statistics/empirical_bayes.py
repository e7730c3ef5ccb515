"""Rates of many places at once, each drawn towards their mean by what its own count does not know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from observatoire.statistics.not_computable import NotComputable

Floats = NDArray[np.float64]
FEWEST_PLACES = 3


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedRates:
    """Attributes:
    rates: smoothed, in facts per unit of exposure, shape of the counts.
    mean: pooled rate of the places.
    variance: of the risk between places, beyond that of chance; 0: all are given the mean.
    """

    rates: Floats
    mean: float
    variance: float


def smoothed_rates(counts: ArrayLike, exposures: ArrayLike) -> SmoothedRates:
    """Global empirical Bayes by the method of moments (Marshall 1991, Applied Statistics 40).

    For maps and for reading places side by side: a place of 200 residents no longer heads the list because
    of one fact. The crude rate stays the figure of the place.

    Args:
        counts: facts, shape (n,), 0 or more.
        exposures: residents or dwellings, shape (n,), above 0.

    Raises:
        NotComputable: ``effectif_insuffisant``, under three places or without a fact.
        ValueError: a negative count, an exposure that is not above 0.
    """
    facts, exposed = np.asarray(counts, np.float64), np.asarray(exposures, np.float64)
    if not np.all((facts >= 0) & np.isfinite(facts)):
        raise ValueError("a count is 0 or more")
    if not np.all((exposed > 0) & np.isfinite(exposed)):
        raise ValueError("an exposure is above 0")
    if facts.size < FEWEST_PLACES or not facts.any():
        raise NotComputable("effectif_insuffisant")
    crude, whole = facts / exposed, exposed.sum()
    mean = facts.sum() / whole
    between = np.sum(exposed * (crude - mean) ** 2) / whole - mean / exposed.mean()
    variance = max(float(between), 0.0)
    weight = variance / (variance + mean / exposed)
    return SmoothedRates(mean + weight * (crude - mean), float(mean), variance)
