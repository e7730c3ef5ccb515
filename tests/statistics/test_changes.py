"""Two counts of one place: exact without roughness, honest with it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from conftest import COMPLETE
from observatoire.statistics.changes import change
from observatoire.statistics.dispersion import monthly_dispersion
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.rates import rate_ratio, rate_ratios
from observatoire.statistics.significance import benjamini_hochberg

FIXTURES = Path(__file__).parents[1] / "data" / "fixtures"
RATIOS = json.loads((FIXTURES / "rate_ratio.json").read_text())
SIMULATED = (
    (5, 1, 0.02195),
    (5, 2, 0.096625),
    (5, 4, 0.2102),
    (20, 1, 0.034025),
    (20, 2, 0.132725),
    (20, 4, 0.280475),
    (100, 1, 0.04185),
    (100, 2, 0.1511),
    (100, 4, 0.3128),
    (1000, 1, 0.047025),
    (1000, 2, 0.162175),
    (1000, 4, 0.3208),
)
"""Mean, dispersion, share of the pairs without change where the exact 5 % test fires (40,000 pairs each)."""
SMALLEST_RISES = ((10, 23), (20, 36), (50, 73), (100, 131), (200, 243), (500, 565), (1000, 1091))

counts = st.integers(0, 400)
exposures = st.floats(0.1, 1e4)
factors = st.floats(1.01, 30)


@pytest.mark.parametrize("case", RATIOS["cases"], ids=lambda case: f"{case['k1']} against {case['k2']}")
def test_without_roughness_it_is_the_exact_comparison(case) -> None:
    found = change(case["k1"], case["t1"], case["k2"], case["t2"])

    expected = (case["rr"], *case["ci95"], case["p_exact"])
    assert (found.ratio, found.low, found.high, found.p) == pytest.approx(expected, abs=RATIOS["tolerance"])


@pytest.mark.parametrize("case", RATIOS["cases"], ids=lambda case: f"{case['k1']} against {case['k2']}")
def test_the_exact_test_is_that_of_statsmodels(case) -> None:
    rates = pytest.importorskip("statsmodels.stats.rates")
    oracle = rates.test_poisson_2indep(case["k1"], case["t1"], case["k2"], case["t2"], method="exact-cond")

    assert change(case["k1"], case["t1"], case["k2"], case["t2"]).p == pytest.approx(oracle.pvalue, rel=1e-8)


@settings(deadline=None)
@given(k=counts, t=exposures, k0=counts, t0=exposures, factor=factors)
def test_with_roughness_the_interval_is_that_of_beta_laws_of_effective_sizes(k, t, k0, t0, factor) -> None:
    """The beta laws of Clopper and Pearson, by another road: quantiles of scipy.stats."""
    if k + k0 == 0:
        return
    found = change(k, t, k0, t0, factor)
    effective, other = k / factor, k0 / factor
    low = stats.beta(effective, other + 1).ppf(0.025) if k else 0.0
    # By symmetry: the share of the reference has the mirrored law, and loses nothing near 0.
    rest = stats.beta(other, effective + 1).ppf(0.025) if k0 else 0.0

    assert found.low == pytest.approx(low / (1 - low) * t0 / t, rel=1e-6)
    if k0 and rest > 0:
        assert found.high == pytest.approx((1 - rest) / rest * t0 / t, rel=1e-6)
    assert found.low <= found.ratio <= found.high


@settings(deadline=None)
@given(k=counts, t=exposures, k0=counts, t0=exposures, factor=factors)
def test_p_is_small_exactly_when_the_interval_leaves_one_out(k, t, k0, t0, factor) -> None:
    if k + k0 == 0:
        return
    found = change(k, t, k0, t0, factor)
    if abs(found.p - 0.05) > 1e-9:
        assert (found.p < 0.05) == (found.low > 1 or found.high < 1)


@settings(deadline=None)
@given(k=st.integers(1, 400), k0=st.integers(1, 400), t=exposures, t0=exposures, factor=factors)
def test_exchanging_the_periods_inverts_the_answer(k, k0, t, t0, factor) -> None:
    there, back = change(k, t, k0, t0, factor), change(k0, t0, k, t, factor)

    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.p == pytest.approx(back.p, rel=1e-6, abs=1e-300)


@settings(deadline=None)
@given(k=st.integers(1, 400), k0=st.integers(1, 400), factor=factors)
def test_a_rougher_place_is_told_less(k, k0, factor) -> None:
    smooth, rough = rate_ratio(k, 365, k0, 365), change(k, 365, k0, 365, factor)

    assert rough.ratio == smooth.ratio
    assert rough.low <= smooth.low * (1 + 1e-9)
    assert rough.high >= smooth.high * (1 - 1e-9)


def test_three_years_weigh_more_than_one() -> None:
    one, three = change(130, 365, 100, 365), change(130, 365, 300, 1095)

    assert one.ratio == three.ratio
    assert one.low < three.low
    assert three.p < one.p


def test_two_empty_periods_cannot_be_compared() -> None:
    with pytest.raises(NotComputable):
        change(0, 365, 0, 365, 2)


@pytest.mark.parametrize("factor", [0.9, 0, -1, np.nan, np.inf])
def test_nobody_is_credited_for_counts_smoother_than_chance(factor) -> None:
    with pytest.raises(ValueError, match="variance factor"):
        change(12, 365, 10, 365, factor)


@pytest.mark.parametrize(("before", "smallest"), SMALLEST_RISES)
def test_the_smallest_rise_that_may_be_claimed_is_the_reference(before, smallest) -> None:
    assert change(smallest, 1, before, 1).p <= 0.05
    assert change(smallest - 1, 1, before, 1).p > 0.05


# ---- simulations: nothing has changed, how often is a change claimed? ------------------------------

REPETITIONS = 2000 if COMPLETE else 120


def monthly(rng, mean, dispersion, months):
    level = mean * (1 + 0.25 * np.sin(2 * np.pi * np.arange(months) / 12))
    if dispersion == 1:
        return rng.poisson(level)
    return rng.negative_binomial(level / (dispersion - 1), 1 / dispersion)


def claimed(rng, mean, dispersion, past, rise=1.0):
    """p of one town: its last year against the one before, with the roughness of its past."""
    counts = monthly(rng, mean, dispersion, past)
    now = int(monthly(rng, mean * rise, dispersion, 12).sum())
    months = np.arange(past)
    found = monthly_dispersion(counts, np.full(past, 30.4), months % 12, np.ones(past, dtype=bool))
    return change(now, 365, int(counts[-12:].sum()), 365, found.variance_factor(12)).p


@pytest.mark.parametrize("past", [24, 36, 60])
@pytest.mark.parametrize("dispersion", [1, 2, 4])
@pytest.mark.parametrize("mean", [5, 50])
def test_without_a_change_few_towns_are_told_one_however_rough(mean, dispersion, past) -> None:
    """At most 7 % at the nominal 5 %, roughness estimated from 24, 36 or 60 months of the same town."""
    rng = np.random.default_rng([20261128, mean, dispersion, past])

    fired = np.mean([claimed(rng, mean, dispersion, past) <= 0.05 for _ in range(REPETITIONS)])

    margin = 0 if COMPLETE else 3 * np.sqrt(0.07 * 0.93 / REPETITIONS)
    assert fired <= 0.07 + margin


def test_a_real_rise_by_half_is_seen_even_in_a_rough_town() -> None:
    rng = np.random.default_rng(20261129)

    seen = np.mean([claimed(rng, 50, 2, 60, rise=1.5) <= 0.05 for _ in range(REPETITIONS)])

    assert seen >= 0.9


@pytest.mark.parametrize(("mean", "dispersion", "rate"), SIMULATED)
def test_the_exact_test_alone_keeps_its_word_for_chance_and_breaks_it_for_roughness(
    mean, dispersion, rate
) -> None:
    """The reference rates: why a roughness is needed at all."""
    rng = np.random.default_rng([mean, dispersion])
    size = 40_000 if COMPLETE else 4_000
    law = (
        rng.poisson(mean, (2, size))
        if dispersion == 1
        else rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, (2, size))
    )

    fired = np.mean(rate_ratios(law[0], 1, law[1], 1).p <= 0.05)

    assert fired == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) * (1 / size + 1 / 40_000)))


def test_among_all_the_communes_of_france_without_any_change_none_is_named() -> None:
    """35 000 communes: thousands move by a fifth, hardly one map in twenty names any."""
    maps = 100 if COMPLETE else 6
    named, moved = 0, 0
    for seed in range(maps):
        rng = np.random.default_rng([35_000, seed])
        means = rng.lognormal(np.log(5), 1.4, 35_000)
        now, before = rng.poisson(means, (2, 35_000))
        found = rate_ratios(now, 1, before, 1)
        named += bool(np.nansum(benjamini_hochberg(found.p) <= 0.05))
        with np.errstate(invalid="ignore"):
            moved += int(np.sum(found.ratio >= 1.2))
    assert moved / maps > 5_000
    assert named <= max(1, 0.05 * maps)


def test_the_interval_holds_the_true_ratio_at_least_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(20261130)
    held = []
    for _ in range(REPETITIONS * 4):
        mean, ratio, factor = rng.uniform(20, 400), rng.uniform(0.5, 2), rng.uniform(1.2, 4)
        now = rng.negative_binomial(mean * ratio / (factor - 1), 1 / factor)
        before = rng.negative_binomial(mean / (factor - 1), 1 / factor)
        if now + before:
            found = change(int(now), 1, int(before), 1, factor)
            held.append(found.low <= ratio <= found.high)
    assert np.mean(held) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / len(held))
