import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from observatoire.statistics.significance import (
    benjamini_hochberg,
    benjamini_yekutieli,
    binomial_two_sided,
    binomial_upper,
)

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "bh_fdr.json").read_text())

families = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def test_the_fifteen_tests_of_the_1995_paper_keep_four_discoveries() -> None:
    q = benjamini_hochberg(FIXTURE["p"])

    np.testing.assert_allclose(q, FIXTURE["expected"]["q_bh"], rtol=0, atol=FIXTURE["tolerance"])
    assert np.sum(q <= 0.05) == FIXTURE["expected"]["n_reject_bh"] == 4
    assert np.sum(np.array(FIXTURE["p"]) * 15 <= 0.05) == FIXTURE["expected"]["n_reject_bonferroni"] == 3


def test_under_any_dependence_the_same_tests_cost_more() -> None:
    q = benjamini_yekutieli(FIXTURE["p"])

    np.testing.assert_allclose(q, FIXTURE["expected"]["q_by"], rtol=0, atol=FIXTURE["tolerance"])


@pytest.mark.parametrize(
    ("method", "ours"), [("bh", benjamini_hochberg), ("by", benjamini_yekutieli)], ids=["bh", "by"]
)
def test_both_corrections_agree_with_scipy_on_fresh_data(method, ours) -> None:
    p = np.random.default_rng(20260301).uniform(size=500) ** 3

    np.testing.assert_allclose(ours(p), stats.false_discovery_control(p, method=method), rtol=1e-12)


def test_a_test_that_could_not_be_made_does_not_weigh_on_the_others() -> None:
    q = benjamini_hochberg([0.01, np.nan, 0.02, np.nan])

    np.testing.assert_array_equal(q, [0.02, np.nan, 0.02, np.nan])


def test_a_week_of_tests_is_one_family_and_keeps_its_shape() -> None:
    p = np.random.default_rng(7).uniform(size=(7, 4))

    assert benjamini_hochberg(p).shape == (7, 4)
    np.testing.assert_array_equal(benjamini_hochberg(p).ravel(), benjamini_hochberg(p.ravel()))


def test_no_test_gives_no_q() -> None:
    assert benjamini_hochberg([]).shape == (0,)
    assert np.isnan(benjamini_yekutieli([np.nan])).all()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.inf])
def test_what_is_not_a_probability_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="lies in"):
        benjamini_hochberg([0.5, wrong])


@settings(deadline=None)
@given(families)
def test_q_is_at_least_p_and_at_most_one(p) -> None:
    q = benjamini_hochberg(p)

    assert np.all(q >= np.array(p) * (1 - 1e-12))
    assert np.all(q <= 1)
    assert np.all(benjamini_yekutieli(p) >= q * (1 - 1e-12))


@settings(deadline=None)
@given(families, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(p, random) -> None:
    order = list(range(len(p)))
    random.shuffle(order)
    values = np.array(p)

    np.testing.assert_array_equal(benjamini_hochberg(values[order]), benjamini_hochberg(values)[order])


@settings(deadline=None)
@given(
    trials=st.integers(1, 300),
    share=st.integers(0, 300),
    probability=st.floats(0.001, 0.999),
)
def test_exact_binomial_agrees_with_scipy(trials, share, probability) -> None:
    k = min(share, trials)
    two_sided = stats.binomtest(k, trials, probability).pvalue
    upper = stats.binomtest(k, trials, probability, alternative="greater").pvalue

    assert float(binomial_two_sided(k, trials, probability)) == pytest.approx(two_sided, rel=1e-9, abs=1e-300)
    assert float(binomial_upper(k, trials, probability)) == pytest.approx(upper, rel=1e-9, abs=1e-300)


def test_a_tiny_p_value_keeps_its_digits() -> None:
    k, n, probability = 400, 1000, 0.1

    exact = stats.binomtest(k, n, probability).pvalue
    assert exact < 1e-100
    assert float(binomial_two_sided(k, n, probability)) == pytest.approx(exact, rel=1e-9)


def test_large_counts_agree_with_scipy() -> None:
    n, probability = 2_000_000, 1 / 168
    counts = np.array([11_500, 11_904, 11_905, 12_300])

    exact = [stats.binomtest(int(k), n, probability).pvalue for k in counts]
    np.testing.assert_allclose(binomial_two_sided(counts, n, probability), exact, rtol=1e-6)


def test_without_a_trial_nothing_is_surprising() -> None:
    assert float(binomial_two_sided(0, 0, 0.3)) == 1.0
    assert float(binomial_upper(0, 0, 0.3)) == 1.0
