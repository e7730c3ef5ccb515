"""Is there a month from which a series stands at another level, and where?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.trends import bias_corrected, corrected_autocorrelation

Floats = NDArray[np.float64]
MINIMUM_MONTHS = 36
MINIMUM_SIDE = 12
DRAWS = 999
SEED = 20260304
_ITERATIONS = 25
_TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The most likely single change of level.

    Attributes:
        index: position of the first value of the new level.
        ratio: new level over the old one, season and slope apart.
        likelihood_ratio: twice the gain in Poisson log-likelihood.
        statistic: ``likelihood_ratio`` over dispersion and memory.
        p: of the largest statistic over every place examined, under no change.
        dispersion: Pearson chi-square over degrees of freedom, the change being made; at least 1.
        autocorrelation: of one value to the next, the change being made.
    """

    index: int
    ratio: float
    likelihood_ratio: float
    statistic: float
    p: float
    dispersion: float
    autocorrelation: float


@dataclass(frozen=True, slots=True, eq=False)
class _Fits:
    """One fit per candidate: log-likelihood (C,), effect of its step (C,), expected facts (C, n)."""

    likelihood: Floats
    effect: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class _Roughness:
    """Of the Pearson residuals: variance, and memory of one value to the next."""

    dispersion: float
    memory: float

    @property
    def inflation(self) -> float:
        return (1 + self.memory) / (1 - self.memory)


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """What the statistic is drawn from: the model without a change, and the places examined."""

    expected: Floats
    design: Floats
    steps: Floats
    where: NDArray[np.intp]
    roughness: _Roughness


def monthly_change_point(
    counts: ArrayLike, days: ArrayLike, month_of_year: ArrayLike, observed: ArrayLike
) -> ChangePoint:
    """Look for one break, beside the season and the slope of ``trends.monthly_trend``.

    A steady slope is no break: it is a part of both models. At least 12 observed months stand on each side.

    Args:
        counts, days, month_of_year, observed: as in ``monthly_trend``.

    Raises:
        NotComputable: ``moins_de_36_mois`` observed, or ``effectif_insuffisant``.
    """
    seen = np.flatnonzero(np.asarray(observed, dtype=np.bool_))
    if seen.size < MINIMUM_MONTHS:
        raise NotComputable("moins_de_36_mois")
    y, exposure = np.asarray(counts, dtype=np.float64)[seen], np.asarray(days, dtype=np.float64)[seen]
    month = np.asarray(month_of_year, dtype=np.intp)[seen]
    # A month of the year without a fact says nothing of the level; its effect would be infinite.
    told = np.bincount(month, weights=y, minlength=12)[month] > 0
    y, exposure, month, seen = y[told], exposure[told], month[told], seen[told]
    if y.size < MINIMUM_MONTHS:
        raise NotComputable("effectif_insuffisant")
    seasons = (month[:, None] == np.unique(month)).astype(np.float64)
    return change_point(y, exposure, np.column_stack([seasons, (seen - seen.mean()) / 12]), places=seen)


def change_point(
    counts: ArrayLike,
    exposure: ArrayLike,
    nuisance: ArrayLike,
    places: ArrayLike | None = None,
    side: int = MINIMUM_SIDE,
    draws: int = DRAWS,
) -> ChangePoint:
    """Poisson likelihood ratio of one step at each place, the largest of them judged as the largest.

    Hawkins 1977, JASA 72, for the largest ratio; Davies 1987, Biometrika 74, for why no chi-square law
    fits it. The ratio is divided by the dispersion and by ``(1 + r)/(1 - r)``, as in ``monthly_trend``, both
    estimated once the change is made: a change is no roughness. Its law without change is drawn (parametric
    bootstrap of the scores, fixed seed): Gaussian residuals that remember as those of the unchanged model
    do, nuisance projected out, and in each draw the largest step found and its roughness estimated anew.

    Args:
        counts: shape (n,).
        exposure: shape (n,), above 0.
        nuisance: shape (n, k), what both models hold; a constant must be in their span.
        places: shape (n,), times of the values, for ``index`` and for the memory; 0 to n - 1 by default.
        side: values that must stand on either side.
        draws: of the law of the largest.

    Raises:
        NotComputable: ``effectif_insuffisant``, when no place leaves facts on both sides.
    """
    y, days = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    design = np.asarray(nuisance, dtype=np.float64)
    where = np.arange(y.size) if places is None else np.asarray(places, dtype=np.intp)
    steps = _steps(y, side)
    unchanged = _fit(y, days, design[None])
    changed = _fit(y, days, _with_each(steps, design))
    gains = 2 * (changed.likelihood - unchanged.likelihood[0])
    best = int(np.argmax(gains))
    own = _roughness(y, changed.expected[best], where, design.shape[1] + 1)
    statistic = float(gains[best]) / (own.dispersion * own.inflation)
    expected = unchanged.expected[0]
    model = _Law(expected, design, steps, where, _roughness(y, expected, where, design.shape[1]))
    law = _law_of_the_largest(model, draws)
    return ChangePoint(
        index=int(where[side + best]),
        ratio=float(np.exp(changed.effect[best])),
        likelihood_ratio=float(gains[best]),
        statistic=statistic,
        p=float((1 + np.sum(law >= statistic)) / (1 + draws)),
        dispersion=own.dispersion,
        autocorrelation=own.memory,
    )


def _with_each(steps: Floats, design: Floats) -> Floats:
    """The design and one step, for each step: shape (C, n, k + 1)."""
    same = np.broadcast_to(design, (len(steps), *design.shape))
    return np.concatenate([same, steps[:, :, None]], axis=2)


def _steps(y: Floats, side: int) -> Floats:
    """One step per place, shape (C, n); places that leave no fact on a side have no finite level."""
    n = y.size
    starts = np.arange(side, n - side + 1)
    before = np.cumsum(y)[starts - 1]
    if not starts.size or not np.all((before > 0) & (before < y.sum())):
        raise NotComputable("effectif_insuffisant")
    return (np.arange(n) >= starts[:, None]).astype(np.float64)


def _fit(y: Floats, days: Floats, designs: Floats) -> _Fits:
    """Poisson regressions with a log link, one per design (C, n, k), by Newton steps."""
    beta = np.zeros((designs.shape[0], designs.shape[2]))
    expected = np.broadcast_to(np.maximum(y, 0.5 * y.mean()), designs.shape[:2])
    working = np.log(expected / days) + (y - expected) / expected
    for _ in range(_ITERATIONS):
        weighted = (designs * expected[:, :, None]).transpose(0, 2, 1)
        following = np.linalg.solve(weighted @ designs, weighted @ working[:, :, None])[:, :, 0]
        moved = float(np.max(np.abs(following - beta)))
        beta = following
        linear = (designs @ beta[:, :, None])[:, :, 0]
        expected = days * np.exp(np.clip(linear, -30, 30))
        working = linear + (y - expected) / expected
        if moved < _TOLERANCE:
            break
    else:
        raise NotComputable("effectif_insuffisant")
    likelihood = np.sum(y * np.log(expected) - expected, axis=1)
    return _Fits(likelihood, beta[:, -1], expected)


def _roughness(y: Floats, expected: Floats, where: NDArray[np.intp], parameters: int) -> _Roughness:
    pearson = np.full(int(where[-1] - where[0]) + 1, np.nan)
    pearson[where - where[0]] = (y - expected) / np.sqrt(expected)
    dispersion = max(float(np.nansum(pearson**2)) / (y.size - parameters), 1.0)
    return _Roughness(dispersion, corrected_autocorrelation(pearson, y.size, parameters))


def _law_of_the_largest(model: _Law, draws: int) -> Floats:
    """Draws of the statistic without a change, shape (draws,): its own roughness estimated in each."""
    n, parameters = model.expected.size, model.design.shape[1] + 1
    root = np.sqrt(model.expected)
    basis, _ = np.linalg.qr(root[:, None] * model.design)
    scores = model.steps * root
    scores = scores - scores @ basis @ basis.T
    scores /= np.linalg.norm(scores, axis=1, keepdims=True)
    noise = _noise(model, draws)
    noise -= noise @ basis @ basis.T
    found = noise @ scores.T
    best = np.argmax(found**2, axis=1)
    largest = found[np.arange(draws), best]
    left = noise - largest[:, None] * scores[best]
    squares = np.sum(left**2, axis=1)
    dispersion = np.maximum(squares / (n - parameters), 1.0)
    together = np.diff(model.where) == 1
    products = np.sum((left[:, 1:] * left[:, :-1])[:, together], axis=1)
    raw = products / squares * (n - 1) / max(int(together.sum()), 1)
    memory = bias_corrected(raw, n, parameters)
    law: Floats = largest**2 / (dispersion * (1 + memory) / (1 - memory))
    return law


def _noise(model: _Law, draws: int) -> Floats:
    """Pearson residuals of months that remember, shape (draws, n); gaps are lived through, not seen."""
    rng = np.random.default_rng(SEED)
    memory, length = model.roughness.memory, int(model.where[-1] - model.where[0]) + 1
    shocks = rng.standard_normal((draws, length)) * np.sqrt(model.roughness.dispersion)
    shocks[:, 1:] *= np.sqrt(1 - memory**2)
    for month in range(1, length):
        shocks[:, month] += memory * shocks[:, month - 1]
    lived: Floats = shocks[:, model.where - model.where[0]]
    return lived
