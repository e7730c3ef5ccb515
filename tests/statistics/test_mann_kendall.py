"""A rank test of trend: each month against the same month of the other years."""

import json
import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.statistics.test_trends import rough_series, seasonal_mean

from observatoire.statistics.mann_kendall import mann_kendall, seasonal_mann_kendall
from observatoire.statistics.not_computable import NotComputable

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "mann_kendall_sen.json").read_text())
SERIES = np.array([np.nan if v is None else v for v in FIXTURE["series1"]])
REPETITIONS = 2000 if os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1" else 200


def slow_recount(values, period):
    """Every pair, one by one; the variance counts the values of each tie."""
    s, slopes, variance = 0, [], 0.0
    for season in range(period):
        own = [(i, v) for i, v in enumerate(values) if i % period == season and not np.isnan(v)]
        for (i, before), (j, after) in combinations(own, 2):
            s += int(after > before) - int(after < before)
            slopes.append((after - before) / ((j - i) / period))
        n = len(own)
        alike = [sum(w == v for _, w in own) for v in {v for _, v in own}]
        variance += (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in alike)) / 18
    slopes.sort()
    half = len(slopes) // 2
    median = slopes[half] if len(slopes) % 2 else (slopes[half - 1] + slopes[half]) / 2
    return s, variance, median


class TestReferenceSeries:
    """pymannkendall's own test series, themselves compared with R; the Nile."""

    def test_by_month_of_the_year(self) -> None:
        found, expected = seasonal_mann_kendall(SERIES), FIXTURE["expected1"]["seasonal12"]

        assert found.s == expected["S"]
        assert (found.z, found.p, found.slope) == pytest.approx(
            (expected["z"], expected["p"], expected["slope"]), abs=1e-9
        )

    @pytest.mark.parametrize(
        ("series", "expected"), [(SERIES, "expected1"), (FIXTURE["series2"], "expected2")]
    )
    def test_plain(self, series, expected) -> None:
        found, told = mann_kendall(series), FIXTURE[expected]

        assert (found.s, found.variance, found.z, found.p, found.slope) == pytest.approx(
            (told["S"], told["var_s"], told["z"], told["p"], told["sen_slope"]), abs=1e-9, rel=1e-9
        )


@pytest.mark.parametrize("seed", range(4))
def test_fresh_series_with_ties_and_gaps_equal_a_recount_of_every_pair(seed) -> None:
    rng = np.random.default_rng(seed)
    values = rng.poisson(3, 50 + 7 * seed).astype(float)
    values[rng.random(values.size) < 0.15] = np.nan

    found = seasonal_mann_kendall(values)

    s, variance, median = slow_recount(values, 12)
    assert (found.s, found.variance, found.slope) == pytest.approx((s, variance, median))


def test_without_ties_the_slope_and_the_test_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(7).normal(size=40) + np.arange(40) / 30

    found = mann_kendall(values)

    assert found.slope == pytest.approx(stats.theilslopes(values).slope)
    tau = stats.kendalltau(np.arange(40), values)
    assert found.s == pytest.approx(tau.statistic * 40 * 39 / 2)
    assert found.p == pytest.approx(tau.pvalue, rel=0.15)


def test_a_season_is_neither_a_rise_nor_a_fall() -> None:
    season = np.tile(100 * np.sin(2 * np.pi * np.arange(12) / 12), 5)

    found = seasonal_mann_kendall(season + np.repeat(np.arange(5), 12))

    assert found.s == 12 * 10
    assert found.slope == pytest.approx(1)
    with pytest.raises(NotComputable) as refusal:
        seasonal_mann_kendall(season)
    assert refusal.value.reason == "effectif_insuffisant"


def test_under_thirty_six_months_or_ten_years_there_is_no_test() -> None:
    for test, values, reason in (
        (seasonal_mann_kendall, np.arange(35.0), "moins_de_36_mois"),
        (mann_kendall, np.arange(9.0), "moins_de_10_ans"),
    ):
        with pytest.raises(NotComputable) as refusal:
            test(values)
        assert refusal.value.reason == reason
    assert mann_kendall(np.arange(10.0)).p < 0.001


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=36, max_size=80).filter(lambda v: len(set(v)) > 30))
def test_read_upside_down_a_rise_is_the_same_fall(values) -> None:
    up, down = seasonal_mann_kendall(np.array(values)), seasonal_mann_kendall(-np.array(values))

    assert (up.s, up.z, up.slope, up.p) == pytest.approx((-down.s, -down.z, -down.slope, down.p))


@pytest.mark.parametrize(("memory", "known"), [(0, 0.052), (0.4, 0.084)])
def test_without_a_trend_few_rough_series_are_said_to_have_one(memory: float, known: float) -> None:
    """Other simulations gave these rates at the nominal 5 %, dispersion 2, with a memory and without."""
    rng = np.random.default_rng([20261130, int(10 * memory)])
    level = seasonal_mean(60, 50)

    series = (rough_series(rng, level, 2, memory) for _ in range(REPETITIONS))
    fired = np.mean([seasonal_mann_kendall(counts).p <= 0.05 for counts in series])

    assert fired <= known + 3 * np.sqrt(known * (1 - known) / REPETITIONS)
