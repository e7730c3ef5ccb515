"""From an interval and a corrected p-value to the one word that a reader may be told."""

from enum import StrEnum

STABLE_LOW = 0.90
STABLE_HIGH = 1.10
SIGNIFICANCE = 0.05


class Verdict(StrEnum):
    """Verdicts of the wire contract; the value is the wire name."""

    RISE = "hausse"
    FALL = "baisse"
    STABLE = "stable"
    INCONCLUSIVE = "non_concluant"


def verdict(low: float, high: float, q: float, ratio: float) -> Verdict:
    """Judge a ratio of counts or rates (1 = no change).

    A change that is both established and small (interval inside the stable band) is told
    as a change. Any NaN is inconclusive.

    Args:
        low: lower bound of the 95 % interval of the ratio.
        high: upper bound of that interval.
        q: p-value after correction for multiple tests, with the estimated dispersion.
        ratio: the estimate itself.
    """
    if q <= SIGNIFICANCE and ratio > 1:
        return Verdict.RISE
    if q <= SIGNIFICANCE and ratio < 1:
        return Verdict.FALL
    if low >= STABLE_LOW and high <= STABLE_HIGH:
        return Verdict.STABLE
    return Verdict.INCONCLUSIVE
