"""Has a place changed from one period to another? Two counts, their exposures, its own roughness."""

import numpy as np
from scipy import special

from observatoire.statistics.rates import RateRatio, rate_ratio


def change(
    count: int, exposure: float, reference: int, reference_exposure: float, variance_factor: float = 1.0
) -> RateRatio:
    """Compare two counts of one place, rougher than chance or not.

    With a variance factor of 1 this is :func:`~observatoire.statistics.rates.rate_ratio`: the exact
    conditional test and the interval of Clopper & Pearson 1934. Above, both counts are divided by the
    factor (effective sizes) and the same interval is taken, as Korn & Graubard 1998 (Survey Methodology
    24) do for proportions of clustered surveys; p is the level at which that interval excludes 1. The
    estimate does not move.

    Args:
        count: facts of the period.
        exposure: in the same unit as ``reference_exposure`` (days), above 0.
        reference: facts of the reference; several years are summed, never averaged.
        reference_exposure: above 0.
        variance_factor: variance over mean of either count, 1 or more.

    Raises:
        NotComputable: ``trop_peu_de_faits`` when both counts are 0.
        ValueError: a negative or fractional count, an exposure not above 0, a factor below 1.
    """
    if not (variance_factor >= 1 and np.isfinite(variance_factor)):
        raise ValueError("a variance factor is 1 or more")
    exact = rate_ratio(count, exposure, reference, reference_exposure)
    if variance_factor == 1:
        return exact
    k, k0 = count / variance_factor, reference / variance_factor
    share = exposure / (exposure + reference_exposure)
    scale = reference_exposure / exposure
    return RateRatio(
        ratio=exact.ratio,
        low=_odds_low(k, k0) * scale if count else 0.0,
        high=_over(scale, _odds_low(k0, k)) if reference else np.inf,
        p=min(1.0, 2 * min(_upper(k, k0, share), _upper(k0, k, 1 - share))),
    )


def _odds_low(k: float, other: float) -> float:
    """Lower bound of the odds of ``k`` among both: 97.5 % one-sided, ``k`` above 0."""
    low = float(special.betaincinv(k, other + 1, 0.025))
    return _over(low, 1 - low)


def _over(numerator: float, denominator: float) -> float:
    """A bound too far for a float is infinite: few facts, divided by a large factor, say nothing."""
    return numerator / denominator if denominator > 0 else float("inf")


def _upper(k: float, other: float, share: float) -> float:
    """P(X >= k) of the binomial law of ``k + other`` trials, which effective sizes make fractional."""
    return float(special.betainc(k, other + 1, share)) if k > 0 else 1.0
