"""STL: the reference decomposition, and statsmodels on fresh series."""

import json
from pathlib import Path

import numpy as np
import pytest

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.stl import decompose

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "stl.json").read_text())


def test_the_reference_series_is_taken_apart_as_published() -> None:
    found, expected = decompose(FIXTURE["series"], robust=False), FIXTURE["expected"]

    np.testing.assert_allclose(found.seasonal, expected["seasonal"], atol=1e-9)
    np.testing.assert_allclose(found.trend, expected["trend"], atol=1e-9)
    for part, name in ((found.trend, "strength_trend"), (found.seasonal, "strength_seasonal")):
        strength = 1 - found.remainder.var() / (part + found.remainder).var()
        assert strength == pytest.approx(expected[name], abs=1e-5)


@pytest.mark.parametrize(("months", "robust"), [(36, False), (41, False), (53, True), (120, True)])
def test_fresh_series_are_taken_apart_as_statsmodels_does(months, robust) -> None:
    seasonal = pytest.importorskip("statsmodels.tsa.seasonal")
    rng = np.random.default_rng([months, robust])
    values = rng.poisson(20 * (1 + 0.4 * np.sin(np.arange(months) / 2))).astype(float)
    values[months // 3] += 80
    rounds = {"inner_iter": 2, "outer_iter": 15} if robust else {"inner_iter": 5, "outer_iter": 0}
    oracle = seasonal.STL(values, period=12, seasonal=7, robust=robust).fit(**rounds)

    found = decompose(values, robust=robust)

    np.testing.assert_allclose(found.trend, oracle.trend, atol=1e-9)
    np.testing.assert_allclose(found.seasonal, oracle.seasonal, atol=1e-9)
    np.testing.assert_allclose(found.trend + found.seasonal + found.remainder, values, atol=1e-9)


def test_one_odd_month_does_not_bend_the_trend() -> None:
    values = np.tile(np.arange(12.0), 5) + 30 + 0.01 * np.random.default_rng(1).normal(size=60)
    odd = values.copy()
    odd[30] += 500

    robust, plain = decompose(odd), decompose(odd, robust=False)

    assert np.abs(robust.trend - decompose(values).trend).max() < 0.5
    assert np.abs(plain.trend - decompose(values).trend).max() > 5


def test_an_empty_series_is_drawn_flat() -> None:
    found = decompose(np.zeros(48))

    assert not found.trend.any()
    assert not found.seasonal.any()


def test_under_three_years_nothing_is_drawn() -> None:
    with pytest.raises(NotComputable) as refusal:
        decompose(np.arange(35.0))
    assert refusal.value.reason == "moins_de_36_mois"


def test_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="gaps"):
        decompose([np.nan, *range(40)])
