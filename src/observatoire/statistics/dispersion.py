"""How much rougher than chance are the months of one place? What any claim of a change must know first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.trends import Trend, monthly_trend

Floats = NDArray[np.float64]
MINIMUM_MONTHS = 24
MINIMUM_YEARS = 3


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Roughness of a monthly series, once its season and its slope are taken away.

    Attributes:
        ratio: Pearson chi-square over residual degrees of freedom, not floored: 1 for Poisson counts.
        autocorrelation: of one month to the next, bias-corrected, from 0 to 0.95.
        degrees_of_freedom: of ``ratio``, after the autocorrelation.
        months: number of months it rests on.
    """

    ratio: float
    autocorrelation: float
    degrees_of_freedom: float
    months: int

    def variance_factor(self, months: int) -> float:
        """Variance over mean of the facts of so many months in a row; at least 1.

        The sum of ``m`` values with lag-1 memory ``r`` varies ``1 + 2 sum (1 - k/m) r^k`` times as much as
        without. The square of the ratio of the Student to the normal quantile pays for what the estimate
        itself does not know (Korn & Graubard 1998).
        """
        lags = np.arange(1, months)
        memory = 1 + 2 * float(np.sum((1 - lags / months) * self.autocorrelation**lags))
        caution = float(special.stdtrit(self.degrees_of_freedom, 0.975) / special.ndtri(0.975)) ** 2
        return max(1.0, self.ratio * memory * caution)


def monthly_dispersion(
    counts: ArrayLike, days: ArrayLike, month_of_year: ArrayLike, observed: ArrayLike
) -> Dispersion:
    """Estimate the roughness of a place from its own months.

    The model is that of :func:`~observatoire.statistics.trends.monthly_trend`; its slope is not looked at.
    Without it the 5 % test of two years fires 13 to 16 % of the time where the variance is twice the mean.

    Args:
        counts, days, month_of_year, observed: as in ``monthly_trend``.

    Raises:
        NotComputable: ``moins_de_24_mois`` observed, or ``effectif_insuffisant``.
        ValueError: as in ``monthly_trend``.
    """
    if int(np.sum(np.asarray(observed, dtype=np.bool_))) < MINIMUM_MONTHS:
        raise NotComputable("moins_de_24_mois")
    trend = monthly_trend(counts, days, month_of_year, observed, minimum=MINIMUM_MONTHS)
    seen = np.asarray(observed, dtype=np.bool_) & (trend.expected > 0)
    return Dispersion(
        ratio=_pearson(np.asarray(counts, dtype=np.float64)[seen], trend, seen, month_of_year),
        autocorrelation=trend.autocorrelation,
        degrees_of_freedom=trend.degrees_of_freedom,
        months=trend.months,
    )


def yearly_dispersion(counts: ArrayLike, days: ArrayLike) -> Dispersion:
    """Estimate the roughness of a place from its yearly totals, when its months may not be known.

    Pearson chi-square around one daily mean: a slope counts as roughness.

    Args:
        counts: facts per year, shape (Y,).
        days: of each year, shape (Y,), above 0.

    Raises:
        NotComputable: ``effectif_insuffisant``, under three years or without a fact.
    """
    facts, exposure = np.asarray(counts, dtype=np.float64), np.asarray(days, dtype=np.float64)
    if facts.size < MINIMUM_YEARS or not facts.any():
        raise NotComputable("effectif_insuffisant")
    expected = exposure * facts.sum() / exposure.sum()
    freedom = facts.size - 1
    return Dispersion(
        float(np.sum((facts - expected) ** 2 / expected)) / freedom, 0.0, freedom, 12 * facts.size
    )


def _pearson(counts: Floats, trend: Trend, seen: NDArray[np.bool_], month_of_year: ArrayLike) -> float:
    """Chi-square over degrees of freedom of the months that say something: the trend floors it at 1."""
    expected = trend.expected[seen]
    parameters = np.unique(np.asarray(month_of_year)[seen]).size + 1
    return float(np.sum((counts - expected) ** 2 / expected)) / (expected.size - parameters)
