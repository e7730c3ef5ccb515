"""Exact binomial p-values, and what remains of p-values when many tests are made at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

# Probabilities equal in exact arithmetic must count as ties after rounding (as R and scipy do).
_TIE = 1 + 1e-7


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Smallest false discovery rate at which each test is rejected, for independent tests.

    Benjamini & Hochberg 1995, JRSS-B 57(1).

    Args:
        p: p-values of any shape, one family; NaN stays NaN and does not count as a test.

    Raises:
        ValueError: a p-value outside [0, 1].
    """
    return _step_up(p, any_dependence=False)


def benjamini_yekutieli(p: ArrayLike) -> Floats:
    """Same as :func:`benjamini_hochberg`, valid under any dependence between the tests.

    Benjamini & Yekutieli 2001, Annals of Statistics 29(4).

    Args:
        p: p-values of any shape, one family; NaN stays NaN and does not count as a test.

    Raises:
        ValueError: a p-value outside [0, 1].
    """
    return _step_up(p, any_dependence=True)


def _step_up(p: ArrayLike, *, any_dependence: bool) -> Floats:
    values = np.asarray(p, dtype=np.float64)
    tested = ~np.isnan(values)
    family = values[tested]
    if np.any((family < 0) | (family > 1)):
        raise ValueError("a p-value lies in [0, 1]")
    ranks = np.arange(1, family.size + 1)
    penalty = np.sum(1.0 / ranks) if any_dependence else 1.0
    order = np.argsort(family)
    adjusted = family[order] * (family.size * penalty / ranks)
    corrected = np.empty_like(family)
    corrected[order] = np.minimum(np.minimum.accumulate(adjusted[::-1])[::-1], 1.0)
    q = np.full(values.shape, np.nan)
    q[tested] = corrected
    return q


def binomial_upper(successes: ArrayLike, trials: ArrayLike, probability: ArrayLike) -> Floats:
    """P(X >= successes) of a binomial law; arguments broadcast.

    Args:
        successes: whole numbers; 0 or less gives 1, more than ``trials`` gives 0.
        trials: whole numbers, 0 or more.
        probability: strictly between 0 and 1.
    """
    k, n, probability = _broadcast(successes, trials, probability)
    inner = special.betainc(np.clip(k, 1, np.maximum(n, 1)), np.maximum(n - k, 0) + 1, probability)
    return np.where(k <= 0, 1.0, np.where(k > n, 0.0, inner))


def binomial_two_sided(successes: ArrayLike, trials: ArrayLike, probability: ArrayLike) -> Floats:
    """Exact two-sided p-value: total probability of the outcomes no likelier than the one seen.

    The convention of R's ``binom.test`` and ``poisson.test``, and of ``scipy.stats.binomtest``.

    Args:
        successes: whole numbers, from 0 to ``trials``; arguments broadcast.
        trials: whole numbers; 0 gives 1.
        probability: strictly between 0 and 1.
    """
    k, n, probability = _broadcast(successes, trials, probability)
    # Mirrored so that the outcome is never below the mean: one tail to sum, the other to find.
    below = k < n * probability
    k = np.where(below, n - k, k)
    probability = np.where(below, 1 - probability, probability)
    far = _last_as_unlikely_below(k, n, probability)
    # The far tail is read from the mirrored law: 1 - (almost 1) would lose small p-values.
    tails = binomial_upper(k, n, probability) + binomial_upper(n - far, n, 1 - probability)
    return np.minimum(tails, 1.0)


def _broadcast(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))


def _last_as_unlikely_below(k: Floats, n: Floats, probability: Floats) -> Floats:
    """Largest outcome up to the mean that is no likelier than ``k``; -1 when there is none."""
    limit = _log_mass(k, n, probability) + np.log(_TIE)
    low, high = np.full(k.shape, -1.0), np.floor(n * probability)
    # Below the mean the mass grows with the outcome, so bisection finds the last unlikely one.
    while np.any(low < high):
        middle = np.ceil((low + high) / 2)
        unlikely = _log_mass(middle, n, probability) <= limit
        low = np.where(unlikely, middle, low)
        high = np.where(unlikely, high, middle - 1)
        high = np.maximum(high, low)
    return low


def _log_mass(k: Floats, n: Floats, probability: Floats) -> Floats:
    """Logarithm of the binomial mass, up to a term in ``n`` alone."""
    choices = -special.betaln(n - k + 1, k + 1)
    return np.asarray(choices + k * np.log(probability) + (n - k) * np.log1p(-probability))
