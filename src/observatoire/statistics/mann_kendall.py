"""Does a series go up or down more often than chance would have it, whatever the shape of its rise?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from observatoire.statistics.not_computable import NotComputable

Floats = NDArray[np.float64]
MINIMUM_MONTHS = 36
MINIMUM_YEARS = 10


@dataclass(frozen=True, slots=True)
class MannKendall:
    """A rank test of monotonic trend and the slope that goes with it.

    Attributes:
        s: pairs of values that rise minus pairs that fall, over pairs of one season.
        variance: of ``s`` without trend, ties counted.
        z: ``s`` brought to a normal deviate, with continuity correction; 0 when ``s`` is 0.
        p: two-sided.
        slope: Sen's, median of the slopes of these pairs, in the unit of the values per cycle (a year).
        pairs: number of pairs compared.
    """

    s: float
    variance: float
    z: float
    p: float
    slope: float
    pairs: int


def seasonal_mann_kendall(values: ArrayLike, period: int = 12, minimum: int = MINIMUM_MONTHS) -> MannKendall:
    """Compare each month with the same month of the other years, and no other.

    Hirsch, Slack & Smith 1982, Water Resources Research 18: the test and the slope; ties as in Kendall 1975.
    On months, the plain test takes the season for roughness: it fires 0.2 % of the time at the nominal 5 %,
    and sees nothing.

    Args:
        values: shape (T,), at consecutive times; NaN for what was not observed. The first is of season 0.
        period: number of seasons.
        minimum: observed values below which there is no test.

    Raises:
        NotComputable: ``moins_de_36_mois`` (fewer than ``minimum``), or ``effectif_insuffisant`` when no two
            values of a season differ.
        ValueError: not one series.
    """
    y = _checked(values)
    if int(np.sum(~np.isnan(y))) < minimum:
        raise NotComputable("moins_de_36_mois")
    return _test([y[season::period] for season in range(period)])


def mann_kendall(values: ArrayLike, minimum: int = MINIMUM_YEARS) -> MannKendall:
    """Compare every two values of a series without season: years.

    Mann 1945, Econometrica 13; Kendall 1975, Rank Correlation Methods; slope: Sen 1968, JASA 63. The normal
    law is used from 10 values on (Gilbert 1987, Statistical Methods for Environmental Pollution Monitoring).

    Raises:
        NotComputable: ``moins_de_10_ans`` (fewer than ``minimum``), or ``effectif_insuffisant``.
        ValueError: not one series.
    """
    y = _checked(values)
    if int(np.sum(~np.isnan(y))) < minimum:
        raise NotComputable("moins_de_10_ans")
    return _test([y])


def _test(seasons: list[Floats]) -> MannKendall:
    found = [_pairs(season) for season in seasons]
    s = float(sum(np.sign(rises).sum() for rises, _ in found))
    variance = float(sum(_variance(season[~np.isnan(season)]) for season in seasons))
    if variance <= 0:
        raise NotComputable("effectif_insuffisant")
    z = (s - np.sign(s)) / np.sqrt(variance)
    slopes = np.concatenate([rises / apart for rises, apart in found])
    return MannKendall(
        s, variance, float(z), float(2 * special.ndtr(-abs(z))), float(np.median(slopes)), slopes.size
    )


def _pairs(season: Floats) -> tuple[Floats, Floats]:
    """What each later value adds to each earlier one, and how many cycles apart they are."""
    (where,) = np.nonzero(~np.isnan(season))
    first, second = np.triu_indices(where.size, k=1)
    earlier, later = where[first], where[second]
    return season[later] - season[earlier], (later - earlier).astype(np.float64)


def _variance(season: Floats) -> float:
    n = season.size
    _, ties = np.unique(season, return_counts=True)
    return float(n * (n - 1) * (2 * n + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18


def _checked(values: ArrayLike) -> Floats:
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1:
        raise ValueError("values are one series")
    return y
