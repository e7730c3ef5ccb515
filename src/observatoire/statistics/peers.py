"""Which places are like this one? Distances between what they are, never between their facts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MAD_OF_A_NORMAL = 1.4826


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Centre and spread of each criterion, shape (criteria,); a spread of 0 separates nobody."""

    median: Floats
    spread: Floats


def robust_scale(features: ArrayLike) -> Scale:
    """Median, and median absolute deviation in units of a normal standard deviation (factor 1.4826).

    Args:
        features: shape (places, criteria); NaN: unknown, left out of its own criterion.
    """
    values = np.asarray(features, np.float64)
    median = np.nanmedian(values, axis=0)
    return Scale(median, MAD_OF_A_NORMAL * np.nanmedian(np.abs(values - median), axis=0))


def nearest(
    features: ArrayLike, scale: Scale, weights: ArrayLike, place: int, candidates: ArrayLike, number: int
) -> tuple[NDArray[np.intp], Floats]:
    """The places nearest to one, by weighted Euclidean distance of robust z-scores, nearest first.

    Equal distances keep the order of the places, so the same question has the same answer. A candidate of
    which a criterion is unknown is not one: nothing is filled in.

    Args:
        features: shape (places, criteria).
        scale: of these criteria, each spread above 0.
        weights: shape (criteria,), 0 or more: squares of the differences are multiplied by them.
        place: row of the place asked about, every criterion known.
        candidates: booleans, shape (places,); the place itself is never its own peer.
        number: at most so many.

    Returns:
        (rows, distances).
    """
    z = (np.asarray(features, np.float64) - scale.median) / scale.spread
    distances = np.sqrt(np.sum(np.asarray(weights, np.float64) * (z - z[place]) ** 2, axis=1))
    allowed = np.asarray(candidates, np.bool_) & np.isfinite(distances)
    allowed[place] = False
    rows = np.flatnonzero(allowed)
    order = rows[np.argsort(distances[rows], kind="stable")][:number]
    return order, distances[order]
