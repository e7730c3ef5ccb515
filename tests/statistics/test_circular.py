"""The mean of hours: the reference, scipy on fresh data, and what a clock demands."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from observatoire.statistics.circular import mean_hour
from observatoire.statistics.not_computable import NotComputable

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "circular_hours.json").read_text())
hours = st.lists(st.floats(0, 23.99), min_size=1, max_size=50)


def test_the_reference_hours_point_past_midnight_and_not_to_the_morning() -> None:
    found, expected, tolerance = mean_hour(FIXTURE["hours"]), FIXTURE["expected"], FIXTURE["tolerance"]
    assert found.hour == pytest.approx(expected["mean_hour"], abs=tolerance)
    assert found.concentration == pytest.approx(expected["R"], abs=tolerance)
    assert found.p == pytest.approx(expected["rayleigh_p"], abs=tolerance)
    assert abs(found.hour - expected["arithmetic_mean_wrong"]) > 9


def test_scipy_finds_the_same_direction() -> None:
    some = np.random.default_rng(7).normal(22, 3, 400) % 24
    assert mean_hour(some).hour == pytest.approx(stats.circmean(some, high=24), abs=1e-9)
    spread = np.sqrt(-2 * np.log(mean_hour(some).concentration)) * 24 / (2 * np.pi)
    assert spread == pytest.approx(stats.circstd(some, high=24), abs=1e-9)


@given(hours, st.floats(0, 24))
def test_turning_the_clock_turns_the_mean_and_nothing_else(some: list[float], turn: float) -> None:
    before, after = mean_hour(some), mean_hour((np.array(some) + turn) % 24)
    assert after.concentration == pytest.approx(before.concentration, abs=1e-9)
    if before.concentration > 1e-6:
        gap = (after.hour - before.hour - turn) % 24
        assert min(gap, 24 - gap) == pytest.approx(0, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(1, 20)), min_size=1, max_size=24))
def test_counted_hours_are_hours_repeated(told: list[tuple[int, int]]) -> None:
    at, number = np.array(told).T
    one, many = mean_hour(at, number), mean_hour(np.repeat(at, number))
    assert one.concentration == pytest.approx(many.concentration, abs=1e-12)
    assert one.p == pytest.approx(many.p, abs=1e-12)


def test_two_opposite_peaks_point_nowhere_and_nothing_has_no_mean() -> None:
    assert mean_hour([2, 14], [50, 50]).concentration == pytest.approx(0, abs=1e-12)
    assert mean_hour([2, 14], [50, 50]).p > 0.9
    with pytest.raises(NotComputable, match="trop_peu_de_faits"):
        mean_hour([2], [0])
    with pytest.raises(ValueError, match="as many"):
        mean_hour([1, 2], [1])
