"""Sums of weights: Garwood's interval where each weighs 1, and intervals that hold the truth."""

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import COMPLETE
from observatoire.statistics.slot_weights import known, spread
from observatoire.statistics.weighted_counts import weighted_interval

GARWOOD = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "poisson_rate_ci.json").read_text())
REPETITIONS = 20_000 if COMPLETE else 3_000


@pytest.mark.parametrize("row", GARWOOD["counts"], ids=lambda row: str(row["count"]))
def test_whole_facts_have_the_exact_interval(row: dict[str, object]) -> None:
    low, high = weighted_interval(row["count"], row["count"])
    assert (float(low), float(high)) == pytest.approx(tuple(row["garwood"]), abs=1e-6)


@pytest.mark.parametrize("mean", [3, 20, 200])
def test_the_interval_of_facts_shared_out_holds_their_mean_95_times_in_100(mean: float) -> None:
    chance = np.random.default_rng(int(mean))
    weights = np.array([1.0, 0.5, 0.125])
    facts = chance.poisson(mean * np.array([0.3, 0.3, 0.4]), size=(REPETITIONS, 3))
    low, high = weighted_interval(facts @ weights, facts @ weights**2)
    truth = mean * np.array([0.3, 0.3, 0.4]) @ weights
    assert np.mean((low <= truth) & (truth <= high)) >= 0.945


def test_intervals_of_hours_known_and_unknown_add_up() -> None:
    week = np.arange(168)
    one = known(week, "6h")
    start = np.array(["2026-03-12T21:00"], dtype="datetime64[s]")
    more = spread(start, start + np.timedelta64(8, "h"), np.array([10]), "Europe/Paris", "6h")
    both = one + more
    assert both.kept == week.sum() + 10 == pytest.approx(both.total.sum(), abs=1e-9)
    assert more.total[3, 3] == pytest.approx(2.5)
    assert more.total[4, 0] == pytest.approx(7.5)
    assert more.squares[4, 0] == pytest.approx(10 * 0.75**2)


def test_a_negative_sum_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        weighted_interval([-1.0], [1.0])
