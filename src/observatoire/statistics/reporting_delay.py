"""How many facts of a recent month are still to come, from how late those of the months before came?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from observatoire.statistics.not_computable import NotComputable

Floats = NDArray[np.float64]
MINIMUM_MONTHS = 6
"""Months that must have been seen at a delay and at the next, for what comes between them to be known."""


@dataclass(frozen=True, slots=True, eq=False)
class Nowcast:
    """Months brought to the last delay.

    Attributes:
        factors: shape (D - 1,), facts known at each delay over facts known at the one before.
        ultimate: shape (T,), facts expected once the last delay is over.
        error: shape (T,), standard error of ``ultimate``, 0 for months that are over.
        low, high: shape (T,), 95 % interval; never below what is known.
        share_known: shape (T,), share of ``ultimate`` that such a month has at its age.
    """

    factors: Floats
    ultimate: Floats
    error: Floats
    low: Floats
    high: Floats
    share_known: Floats


def chain_ladder(triangle: ArrayLike, minimum: int = MINIMUM_MONTHS) -> Nowcast:
    """Project each month from what the older ones became.

    Mack 1993, ASTIN Bulletin 23: factors weighted by volume, standard error of each row without any law of
    the counts; the variance of the last factor, of which one row tells nothing, is extrapolated as Mack does.
    Counts are at least as rough as chance: the error is never below that of facts that come independently,
    ``known (1 - share) / share^2``. Interval: log-normal (Mack 1994), floored at what is known.

    Args:
        triangle: shape (T, D), facts of each month known at each delay, cumulated; NaN (or below 0) for what
            is to come, only at the end of a row.
        minimum: rows below which a factor is unknown.

    Raises:
        NotComputable: ``delais_non_mesurables`` (fewer than ``minimum`` rows reach a delay), or
            ``effectif_insuffisant`` (no fact at some delay).
        ValueError: not a table, a hole in a row, a row without anything.
    """
    table, age = _checked(triangle)
    rows, delays = table.shape
    if any(int(np.sum(age >= delay)) < minimum for delay in range(1, delays)):
        raise NotComputable("delais_non_mesurables")
    factors, variances, volumes = _factors(table, age)
    to_go = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    known = table[np.arange(rows), age]
    ultimate = known * to_go[age]
    error = np.sqrt(
        np.maximum(_mack(table, age, factors, variances, volumes), known * (to_go[age] - 1) * to_go[age])
    )
    low, high = interval(ultimate, error)
    return Nowcast(factors, ultimate, error, np.maximum(low, known), np.maximum(high, known), 1 / to_go[age])


def _factors(table: Floats, age: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """Per step: the factor, the variance of a row for each fact known, and the facts that it rests on."""
    steps = table.shape[1] - 1
    factors, variances, volumes = np.ones(steps), np.zeros(steps), np.zeros(steps)
    for step in range(steps):
        before, after = table[age > step, step], table[age > step, step + 1]
        volumes[step] = before.sum()
        if volumes[step] <= 0:
            raise NotComputable("effectif_insuffisant")
        factors[step] = after.sum() / volumes[step]
        some = before > 0
        if some.sum() > 1:
            ratios = after[some] / before[some]
            variances[step] = np.sum(before[some] * (ratios - factors[step]) ** 2) / (some.sum() - 1)
        elif step > 1 and variances[step - 2] > 0:
            last, previous = variances[step - 1], variances[step - 2]
            variances[step] = min(last**2 / previous, last, previous)
    return factors, variances, volumes


def _mack(
    table: Floats, age: NDArray[np.intp], factors: Floats, variances: Floats, volumes: Floats
) -> Floats:
    """Mean square error of each row's ultimate (Mack 1993, theorem 3)."""
    found = np.zeros(table.shape[0])
    for row, start in enumerate(age):
        value, error = table[row, start], 0.0
        for step in range(start, factors.size):
            grown = value * factors[step]
            error = error * factors[step] ** 2 + variances[step] * (value + value**2 / volumes[step])
            value = grown
        found[row] = error
    return found


def interval(ultimate: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Log-normal bounds at 95 % of what is expected, from its standard error."""
    share = np.divide(error, ultimate, out=np.zeros_like(error), where=ultimate > 0)
    sigma = np.sqrt(np.log1p(share**2))
    reach = float(special.ndtri(0.975)) * sigma
    middle = ultimate * np.exp(-(sigma**2) / 2)
    return middle * np.exp(-reach), middle * np.exp(reach)


def _checked(triangle: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    table = np.asarray(triangle, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise ValueError("a triangle has months and delays")
    seen = np.nan_to_num(table, nan=-1.0) >= 0
    if np.any(seen[:, 1:] & ~seen[:, :-1]) or not seen[:, 0].all():
        raise ValueError("what a month is not known to be is only at the end of its row")
    return np.where(seen, table, np.nan), seen.sum(axis=1) - 1
