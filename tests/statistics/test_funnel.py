import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from conftest import COMPLETE
from observatoire.statistics.funnel import Position, dispersion, limits, positions

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "funnel.json").read_text())
INSIDE_95 = {Position.INSIDE}
INSIDE_998 = {Position.INSIDE, Position.ABOVE, Position.BELOW}


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=lambda case: f"{case['count']}/{case['expected']}")
def test_limits_are_those_of_the_poisson_law(case) -> None:
    found = limits(case["expected"])
    assert (found.low_95, found.high_95) == pytest.approx(case["limits95"], abs=FIXTURE["tolerance"])
    assert (found.low_998, found.high_998) == pytest.approx(case["limits998"], abs=FIXTURE["tolerance"])


@given(st.floats(1e-3, 1e6))
def test_against_the_quantiles_of_scipy(expected: float) -> None:
    found = limits(expected)
    slow = stats.poisson.ppf([0.025, 0.975, 0.001, 0.999], expected)
    assert [found.low_95, found.high_95, found.low_998, found.high_998] == pytest.approx(slow, abs=1e-9)


def share_outside(expected: float) -> tuple[float, float]:
    """Exact share of places outside either pair of limits when all have the same risk."""
    counts = np.arange(int(expected + 12 * np.sqrt(expected) + 30))
    mass = stats.poisson.pmf(counts, expected)
    found = positions(counts, limits(np.full(counts.shape, expected)))
    return (
        float(mass[[place not in INSIDE_95 for place in found]].sum()),
        float(mass[[place not in INSIDE_998 for place in found]].sum()),
    )


@pytest.mark.parametrize(("expected", "share"), [(5, 0.021), (10, 0.025), (30, 0.045), (100, 0.046)])
def test_chance_alone_leaves_the_published_share_outside(expected: float, share: float) -> None:
    outer, far = share_outside(expected)
    assert outer == pytest.approx(share, abs=0.006)
    assert outer <= 0.05
    assert 0.0007 <= round(far, 4) <= 0.0019


@pytest.mark.parametrize("mean", [5, 10, 30, 100])
def test_towns_of_one_risk_are_rarely_outside(mean: float) -> None:
    """The whole chain (common rate, dispersion, limits) on maps where no town differs."""
    rng = np.random.default_rng(20261128)
    maps, towns = (400 if COMPLETE else 40), 300
    outside, far = 0, 0
    for _ in range(maps):
        people = rng.integers(500, 1500, towns)
        counts = rng.poisson(mean * people / 1000)
        expected = counts.sum() / people.sum() * people
        found = positions(counts, limits(expected, dispersion(counts, expected)))
        outside += sum(place not in INSIDE_95 for place in found)
        far += sum(place not in INSIDE_998 for place in found)
    assert outside / (maps * towns) <= 0.05
    assert 0.0004 <= far / (maps * towns) <= 0.0022


def test_towns_that_differ_for_ordinary_reasons_widen_the_limits() -> None:
    """Risks that vary by a third: plain Poisson limits would point at one town in three."""
    rng = np.random.default_rng(5)
    people = rng.integers(5000, 50_000, 200)
    counts = rng.poisson(rng.gamma(9, 1 / 9, 200) * people / 100)
    expected = counts.sum() / people.sum() * people
    phi = dispersion(counts, expected)
    assert phi > 10
    plain = sum(place is not Position.INSIDE for place in positions(counts, limits(expected)))
    honest = sum(place is not Position.INSIDE for place in positions(counts, limits(expected, phi)))
    assert plain > 60
    assert honest < plain / 3


def test_the_towns_that_one_looks_for_do_not_widen_their_own_limits() -> None:
    rng = np.random.default_rng(8)
    people = np.full(100, 1000.0)
    counts = rng.poisson(100, 100)
    counts[:4] = 260
    expected = np.full(100, 100.0)
    assert dispersion(counts, expected) == 1
    assert positions(counts, limits(expected))[:4] == [Position.FAR_ABOVE] * 4
    assert people.sum() == 100_000


def test_of_nine_places_the_dispersion_can_not_be_told() -> None:
    assert dispersion([500] * 9, [10.0] * 9) == 1
    assert dispersion([500] * 10, [10.0] * 10) > 1


@given(st.floats(0.01, 1e4), st.floats(1, 50))
def test_dispersion_moves_every_limit_by_its_square_root(expected: float, phi: float) -> None:
    plain, wide = limits(expected), limits(expected, phi)
    raised = expected + np.sqrt(phi) * (plain.high_95 - expected)
    assert wide.high_95 == pytest.approx(max(raised, 0), abs=1e-6)
    moved = expected - np.sqrt(phi) * (expected - plain.low_998)
    assert wide.low_998 == pytest.approx(max(moved, 0), abs=1e-6)


@pytest.mark.parametrize(("expected", "phi"), [(0, 1), (-1, 1), (np.nan, 1), (5, 0.5)])
def test_limits_without_a_meaning_are_refused(expected: float, phi: float) -> None:
    with pytest.raises(ValueError, match=r"above 0|1 or more"):
        limits(expected, phi)
