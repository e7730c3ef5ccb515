import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from observatoire.statistics.poisson_rates import poisson_rates

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "poisson_rate_ci.json").read_text())


@pytest.mark.parametrize("case", FIXTURE["counts"], ids=lambda case: str(case["count"]))
def test_the_interval_of_a_count_is_that_of_garwood(case) -> None:
    found = poisson_rates(case["count"], 1, per=1)
    assert (found.low, found.high) == pytest.approx(case["garwood"], abs=FIXTURE["tolerance"])


@pytest.mark.parametrize("case", FIXTURE["rates_per_1000"], ids=lambda case: case["label"])
def test_a_rate_per_thousand_has_the_interval_of_its_count(case) -> None:
    found = poisson_rates(case["count"], case["population"])
    expected = (case["rate_per_1000"], *case["ci95"])
    assert (found.rate, found.low, found.high) == pytest.approx(expected, abs=FIXTURE["tolerance"])


def test_the_example_of_the_manual_of_r() -> None:
    case = FIXTURE["r_example"]
    found = poisson_rates(case["count"], case["exposure"], per=1)
    assert (found.rate, found.low, found.high) == pytest.approx((case["rate"], *case["ci95"]), abs=1e-6)


@given(st.integers(0, 5000), st.floats(0.5, 0.999))
def test_either_bound_leaves_its_tail_to_the_count_seen(count: int, level: float) -> None:
    """The definition, by an independent road: the Poisson law at each bound."""
    found = poisson_rates(count, 1, per=1, level=level)
    tail = (1 - level) / 2
    assert stats.poisson.cdf(count, found.high) == pytest.approx(tail, rel=1e-8)
    if count:
        assert stats.poisson.sf(count - 1, found.low) == pytest.approx(tail, rel=1e-8)
    else:
        assert found.low == 0


@pytest.mark.parametrize("nobody", [0, np.nan, -3])
def test_without_residents_there_is_no_rate(nobody: float) -> None:
    found = poisson_rates([4, 4], [nobody, 1000])
    assert np.isnan([found.rate[0], found.low[0], found.high[0]]).all()
    assert found.rate[1] == 4


@pytest.mark.parametrize("count", [-1, 2.5, np.nan, np.inf])
def test_what_is_no_count_is_refused(count: float) -> None:
    with pytest.raises(ValueError, match="whole number"):
        poisson_rates(count, 1000)


def test_half_a_million_intervals_are_one_call() -> None:
    """Fifteen indicators of every commune: no loop in Python (which would take minutes)."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(6, 525_000)
    before = time.process_time()
    found = poisson_rates(counts, rng.integers(100, 10_000, counts.size))
    assert time.process_time() - before < 30
    assert np.all((found.low <= found.rate) & (found.rate < found.high))


def test_the_interval_holds_any_mean_nineteen_times_in_twenty_and_misses_either_side_evenly() -> None:
    """Summed exactly over all the counts that a mean can give, not drawn."""
    counts = np.arange(1500)
    found = poisson_rates(counts, np.ones(counts.size), per=1)
    for mean in [*np.arange(0.1, 20, 0.05), *np.arange(20, 900, 7.3)]:
        law = stats.poisson.pmf(counts, mean)
        assert law[found.low > mean].sum() <= 0.025 + 1e-9
        assert law[found.high < mean].sum() <= 0.025 + 1e-9
