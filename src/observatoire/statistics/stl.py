"""Season, trend and remainder of a monthly series, for drawing: it describes, it tests nothing."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from observatoire.statistics.not_computable import NotComputable

Floats = NDArray[np.float64]
PERIOD = 12
SEASONAL = 7
MINIMUM_MONTHS = 36


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Three series of the length of the one given, which add up to it."""

    trend: Floats
    seasonal: Floats
    remainder: Floats


def decompose(
    values: ArrayLike, period: int = PERIOD, seasonal: int = SEASONAL, robust: bool | None = None
) -> Decomposition:
    """Decompose a series without gaps by local regressions.

    Cleveland, Cleveland, McRae & Terpenning 1990, Journal of Official Statistics 6: STL. Local lines
    (degree 1) everywhere; trend span: the least odd number above ``1.5 period / (1 - 1.5 / seasonal)``;
    low-pass span: the least odd number above ``period``. Robust: 15 rounds of bisquare weights around 2 inner
    ones; otherwise 5 inner rounds. Robust, one odd month does not bend the trend; with three values per
    season the weights chase their own rounding errors, so that it takes four cycles.

    Args:
        values: shape (T,), at consecutive times, finite.
        period: values per cycle.
        seasonal: span of the seasonal regressions, in cycles, odd.
        robust: whether odd values weigh less; by default, from four cycles on.

    Raises:
        NotComputable: ``moins_de_36_mois`` (fewer than three cycles).
        ValueError: not one series, or a gap in it.
    """
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1 or not np.isfinite(y).all():
        raise ValueError("values are one series without gaps")
    if y.size < 3 * period:
        raise NotComputable("moins_de_36_mois")
    robust = y.size >= 4 * period if robust is None else robust
    spans = _Spans(period, seasonal, _odd_above(1.5 * period / (1 - 1.5 / seasonal)), _odd_above(period + 1))
    inner, outer = (2, 15) if robust else (5, 0)
    weights, trend, season = np.ones(y.size), np.zeros(y.size), np.zeros(y.size)
    for done in range(outer + 1):
        for _ in range(inner):
            season = _seasonal(y - trend, weights, spans)
            trend = _loess(y - season, weights, spans.trend)[1:-1]
        if done < outer:
            weights = _bisquare(y - season - trend)
    return Decomposition(trend, season, y - season - trend)


@dataclass(frozen=True, slots=True)
class _Spans:
    """Lengths: of the cycle, and of the three regressions."""

    period: int
    seasonal: int
    trend: int
    low_pass: int


def _odd_above(value: float) -> int:
    found = int(np.ceil(value))
    return found if found % 2 else found + 1


def _seasonal(detrended: Floats, weights: Floats, spans: _Spans) -> Floats:
    """The smooth of each month over the years, less its own slow part, so that the season has no trend."""
    period = spans.period
    cycle = np.empty(detrended.size + 2 * period)
    for season in range(period):
        cycle[season::period] = _loess(detrended[season::period], weights[season::period], spans.seasonal)
    slow = _moving(_moving(_moving(cycle, period), period), 3)
    return cycle[period:-period] - _loess(slow, np.ones(slow.size), spans.low_pass)[1:-1]


def _moving(values: Floats, length: int) -> Floats:
    return np.convolve(values, np.full(length, 1 / length), mode="valid")


def _bisquare(remainder: Floats) -> Floats:
    size = np.abs(remainder)
    scale = 6 * float(np.median(size))
    if scale == 0:
        return np.ones(size.size)
    share = size / scale
    near = (1 - np.minimum(share, 1) ** 2) ** 2
    return np.where(share <= 0.001, 1.0, np.where(share <= 0.999, near, 0.0))


def _loess(values: Floats, weights: Floats, span: int) -> Floats:
    """Local weighted lines at each place and at one more on either side, shape (n + 2,).

    A neighbourhood without weight gives the value itself (its neighbour's, beyond the ends).
    """
    windows, distance, kernel = _neighbourhoods(values.size, span)
    kernel = kernel * weights[windows]
    total = kernel.sum(axis=1, keepdims=True)
    kernel = np.divide(kernel, total, out=np.zeros_like(kernel), where=total > 0)
    centre = np.sum(kernel * distance, axis=1, keepdims=True)
    offset = distance - centre
    spread = np.sum(kernel * offset**2, axis=1, keepdims=True)
    told = spread > (0.001 * (values.size - 1)) ** 2
    lean = np.divide(-centre, spread, out=np.zeros_like(centre), where=told)
    smooth = np.sum(kernel * (1 + lean * offset) * values[windows], axis=1)
    own = np.concatenate([values[:1], values, values[-1:]])
    return np.where(total[:, 0] > 0, smooth, own)


@lru_cache(maxsize=64)
def _neighbourhoods(n: int, span: int) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Per place: the values around it, how far they are, and their tricube weights; all (n + 2, width)."""
    places = np.arange(-1, n + 1)
    width = min(span, n)
    left = np.clip(places - (span - 1) // 2, 0, n - width)
    windows = left[:, None] + np.arange(width)
    distance = (windows - places[:, None]).astype(np.float64)
    reach = np.maximum(places - left, left + width - 1 - places) + max(span - n, 0) // 2
    share = np.abs(distance) / reach[:, None]
    tricube = np.where(share <= 0.001, 1.0, np.where(share <= 0.999, (1 - share**3) ** 3, 0.0))
    return windows, distance, tricube
