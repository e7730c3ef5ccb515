import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.rates import rate_ratio, rate_ratios

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "rate_ratio.json").read_text())

counts = st.integers(0, 400)
exposures = st.floats(0.1, 1e5)


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=lambda case: f"{case['k1']} against {case['k2']}")
def test_published_and_reference_comparisons(case) -> None:
    found = rate_ratio(case["k1"], case["t1"], case["k2"], case["t2"])

    expected = (case["rr"], *case["ci95"], case["p_exact"])
    assert (found.ratio, found.low, found.high, found.p) == pytest.approx(expected, abs=FIXTURE["tolerance"])


def test_the_example_of_the_manual_of_r() -> None:
    """Published in ``?poisson.test``: lung cancer at 55-59 in Fredericia, against three other towns."""
    found = rate_ratio(11, 800, 6 + 8 + 7, 1083 + 1050 + 878)

    assert found.ratio == pytest.approx(1.971488, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.8584264, 4.277266), abs=5e-7)
    assert found.p == pytest.approx(0.07967, abs=5e-6)


@pytest.mark.parametrize(
    ("before", "smallest_rise"), [(10, 23), (20, 36), (50, 73), (100, 131), (500, 565), (1000, 1091)]
)
def test_the_smallest_rise_that_can_be_claimed(before, smallest_rise) -> None:
    assert rate_ratio(smallest_rise, 1, before, 1).p <= 0.05
    assert rate_ratio(smallest_rise - 1, 1, before, 1).p > 0.05


def test_from_nothing_the_ratio_is_infinite_but_its_lower_bound_is_not() -> None:
    found = rate_ratio(8, 365, 0, 365)

    assert found.ratio == found.high == np.inf
    assert 1 < found.low < np.inf
    assert found.p == pytest.approx(2 * 0.5**8)


def test_two_empty_periods_cannot_be_compared() -> None:
    with pytest.raises(NotComputable) as refusal:
        rate_ratio(0, 365, 0, 365)
    assert refusal.value.reason == "trop_peu_de_faits"


def test_in_a_table_the_empty_pair_alone_is_unknown() -> None:
    found = rate_ratios([0, 12], 1, [0, 10], 1)

    np.testing.assert_array_equal(np.isnan(found.p), [True, False])
    assert np.isnan([found.ratio[0], found.low[0], found.high[0]]).all()
    assert found.p[1] == rate_ratio(12, 1, 10, 1).p


@pytest.mark.parametrize("wrong", [(-1, 1, 2, 1), (1.5, 1, 2, 1), (1, 0, 2, 1), (1, 1, 2, np.nan)])
def test_impossible_counts_and_exposures_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"a count is|an exposure is"):
        rate_ratio(*wrong)


@settings(deadline=None)
@given(k=counts, t=exposures, k0=counts, t0=exposures)
def test_the_interval_and_the_p_value_are_those_of_scipy(k, t, k0, t0) -> None:
    if k + k0 == 0:
        return
    found = rate_ratio(k, t, k0, t0)
    oracle = stats.binomtest(k, k + k0, t / (t + t0))
    interval = oracle.proportion_ci(0.95, method="exact")

    assert found.p == pytest.approx(oracle.pvalue, rel=1e-8, abs=1e-300)
    assert found.low == pytest.approx(interval.low / (1 - interval.low) * t0 / t, rel=1e-7)
    if k0 > 0:
        assert found.high == pytest.approx(interval.high / (1 - interval.high) * t0 / t, rel=1e-7)
    assert found.low <= found.ratio <= found.high


@settings(deadline=None)
@given(k=st.integers(1, 400), t=exposures, k0=st.integers(1, 400), t0=exposures)
def test_exchanging_the_two_periods_inverts_the_answer(k, t, k0, t0) -> None:
    there, back = rate_ratio(k, t, k0, t0), rate_ratio(k0, t0, k, t)

    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.p == pytest.approx(back.p, rel=1e-6, abs=1e-300)


def test_the_exact_test_never_fires_more_than_five_percent_without_change() -> None:
    rng = np.random.default_rng(20260302)
    for mean, ceiling in ((5, 0.05), (50, 0.05), (500, 0.055)):
        before, after = rng.poisson(mean, (2, 20_000))
        assert np.mean(rate_ratios(after, 1, before, 1).p <= 0.05) <= ceiling
