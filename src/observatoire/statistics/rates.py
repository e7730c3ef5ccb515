"""Comparison of two counts, each with its exposure (days, inhabitants, dwellings)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.significance import binomial_two_sided

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Rate of the first count over the rate of the second.

    Attributes:
        ratio: estimate; infinite when the second count is 0.
        low: lower bound of the exact interval, 0 when the first count is 0.
        high: upper bound, infinite when the second count is 0.
        p: exact two-sided p-value of "the two rates are equal".
    """

    ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class RateRatios:
    """Many :class:`RateRatio` side by side; all NaN where both counts are 0."""

    ratio: Floats
    low: Floats
    high: Floats
    p: Floats


def rate_ratio(count: int, exposure: float, reference: int, reference_exposure: float) -> RateRatio:
    """Compare two Poisson counts exactly, given their total.

    Przyborowski & Wilenski 1940, Biometrika 31; the interval derives from Clopper & Pearson
    1934 (as R's ``poisson.test``). It takes the counts for Poisson: with a dispersion of 2 the
    5 % test fires 13 to 16 % of the time, so check the dispersion before claiming a change.

    Args:
        count: facts observed.
        exposure: in the same unit as ``reference_exposure``, above 0.
        reference: facts of the period or place compared with.
        reference_exposure: above 0.

    Returns:
        The ratio ``(count/exposure) / (reference/reference_exposure)`` with its 95 % interval.

    Raises:
        NotComputable: ``trop_peu_de_faits`` when both counts are 0.
        ValueError: a negative or fractional count, an exposure that is not above 0.
    """
    many = rate_ratios(count, exposure, reference, reference_exposure)
    if np.isnan(many.p):
        raise NotComputable("trop_peu_de_faits")
    return RateRatio(float(many.ratio), float(many.low), float(many.high), float(many.p))


def rate_ratios(
    counts: ArrayLike, exposures: ArrayLike, references: ArrayLike, reference_exposures: ArrayLike
) -> RateRatios:
    """Apply :func:`rate_ratio` to arrays that broadcast, without its refusal.

    Raises:
        ValueError: a negative or fractional count, an exposure that is not above 0.
    """
    k, t, k0, t0 = _checked(counts, exposures, references, reference_exposures)
    n = k + k0
    scale = t0 / t
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = k / k0 * scale
    # Both quantiles are taken on the side that stays small, so that 1 - quantile loses nothing.
    low_share = special.betaincinv(np.maximum(k, 1), k0 + 1, 0.025)
    low = np.where(k > 0, low_share / (1 - low_share) * scale, 0.0)
    high_rest = special.betaincinv(np.maximum(k0, 1), k + 1, 0.025)
    high = np.where(k0 > 0, (1 - high_rest) / high_rest * scale, np.inf)
    p = binomial_two_sided(k, n, t / (t + t0))
    return RateRatios(*(np.where(n > 0, value, np.nan) for value in (ratio, low, high, p)))


def _checked(
    counts: ArrayLike, exposures: ArrayLike, references: ArrayLike, reference_exposures: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    values = (counts, exposures, references, reference_exposures)
    k, t, k0, t0 = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    for count in (k, k0):
        if not np.all((count >= 0) & (count == np.floor(count)) & np.isfinite(count)):
            raise ValueError("a count is a whole number, 0 or more")
    for exposure in (t, t0):
        if not np.all((exposure > 0) & np.isfinite(exposure)):
            raise ValueError("an exposure is above 0")
    return k, t, k0, t0
