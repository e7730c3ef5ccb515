"""One possible change of level: found where it is, and seldom where there is none."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from tests.statistics.test_trends import calendar, rough_series, seasonal_mean

from observatoire.statistics.change_points import change_point, monthly_change_point
from observatoire.statistics.not_computable import NotComputable

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "changepoint.json").read_text())
COMPLETE = os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1"
REPETITIONS = 1000 if COMPLETE else 60
ANNOUNCED = 0.01


def of(counts, observed=None):
    days, month_of_year = calendar(len(counts))
    seen = np.ones(len(counts), dtype=bool) if observed is None else observed
    return monthly_change_point(counts, days, month_of_year, seen)


def flat(counts):
    return change_point(counts, np.ones(len(counts)), np.ones((len(counts), 1)), side=5)


def stepped(months, mean, where, ratio):
    return seasonal_mean(months, mean) * np.where(np.arange(months) >= where, ratio, 1)


class TestReferenceSeries:
    def test_coal_mining_disasters(self) -> None:
        found, expected = flat(FIXTURE["coal"]), FIXTURE["expected_coal"]

        assert found.index == expected["index"]
        assert found.likelihood_ratio == pytest.approx(expected["lrt"], abs=1e-6)
        assert found.ratio == pytest.approx(expected["mean_after"] / expected["mean_before"])
        assert found.p <= 0.001

    def test_the_nile(self) -> None:
        found = flat(FIXTURE["nile"])

        assert found.index == FIXTURE["expected_nile"]["index_first_of_new_regime"]
        assert found.dispersion > 10
        assert found.p <= 0.001


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_gain_is_that_of_statsmodels_place_by_place(seed) -> None:
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(seed)
    counts = rng.negative_binomial(6, 6 / (6 + stepped(48, 20, 20 + 3 * seed, 1.8)))
    observed = rng.random(48) < (1.0, 0.95, 0.9)[seed]
    days, month_of_year = calendar(48)
    t = np.arange(48)

    def likelihood(*more):
        columns = [*(month_of_year == m for m in range(12)), t / 12, *more]
        design = np.column_stack(columns)[observed].astype(float)
        family = api.families.Poisson()
        return api.GLM(counts[observed], design, family=family, offset=np.log(days[observed])).fit(tol=1e-12)

    places = np.flatnonzero(observed)[12:-11]
    gains = {place: 2 * (likelihood(t >= place).llf - likelihood().llf) for place in places}

    found = of(counts, observed)

    assert found.index == max(gains, key=gains.get)
    assert found.likelihood_ratio == pytest.approx(max(gains.values()), rel=1e-6)
    assert np.log(found.ratio) == pytest.approx(likelihood(t >= found.index).params[-1], abs=1e-6)


def test_a_steady_rise_is_no_break() -> None:
    rng = np.random.default_rng(20261202)

    announced = [of(rng.poisson(seasonal_mean(72, 60, 0.25))).p <= ANNOUNCED for _ in range(40)]

    assert np.mean(announced) <= 0.1


def announced(series):
    """Share of the series that are said to have a break, of those that can tell one."""
    found = []
    for counts in series:
        try:
            found.append(of(counts).p <= ANNOUNCED)
        except NotComputable:
            continue
    return np.mean(found), len(found)


@pytest.mark.parametrize("mean", [2, 5, 20, 60] if COMPLETE else [5, 20])
@pytest.mark.parametrize("months", [36, 60, 120] if COMPLETE else [60])
def test_without_a_change_few_rough_series_are_said_to_have_one(months, mean) -> None:
    """At most 3 %, with dispersion 2 and a memory of 0.4, at the threshold where a break is announced (0.01).

    Months whose level wanders remember longer than their neighbours tell (record 0031): one in a hundred is
    what pure chance gives.
    """
    rng = np.random.default_rng([20261203, months, mean])
    level = seasonal_mean(months, mean)

    fired, told = announced(rough_series(rng, level, 2, 0.4) for _ in range(REPETITIONS))

    assert told >= REPETITIONS / 2
    assert fired <= 0.03 + (0 if COMPLETE else 3 * np.sqrt(0.03 * 0.97 / told)), fired


@pytest.mark.skipif(not COMPLETE, reason="many draws: --complet")
@pytest.mark.parametrize("mean", [2, 20])
@pytest.mark.parametrize("months", [36, 60, 120])
def test_nor_are_series_of_pure_chance(months, mean) -> None:
    rng = np.random.default_rng([20261129, months, mean])
    level = seasonal_mean(months, mean)

    fired, told = announced(rng.poisson(level) for _ in range(REPETITIONS))

    assert told >= REPETITIONS / 2
    assert fired <= ANNOUNCED + 3 * np.sqrt(ANNOUNCED * (1 - ANNOUNCED) / told), fired


def test_a_rise_by_half_overnight_is_seen_and_dated() -> None:
    rng = np.random.default_rng(20261204)
    level = stepped(72, 60, 40, 1.5)

    found = [of(rough_series(rng, level, 1.5, 0.2)) for _ in range(40)]

    assert np.mean([f.p <= ANNOUNCED for f in found]) >= 0.9
    assert np.mean([abs(f.index - 40) <= 2 for f in found]) >= 0.8


def test_the_same_series_always_gives_the_same_p() -> None:
    counts = np.random.default_rng(9).poisson(seasonal_mean(60, 20))

    assert of(counts) == of(counts)


def test_a_month_of_the_year_without_facts_says_nothing() -> None:
    counts = np.random.default_rng(10).poisson(seasonal_mean(72, 30))
    _, month_of_year = calendar(72)
    august = month_of_year == 7

    assert of(np.where(august, 0, counts)) == of(counts, ~august)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (np.ones(35), "moins_de_36_mois"),
        (np.zeros(48), "effectif_insuffisant"),
        (np.where(np.arange(48) == 47, 9, 0), "effectif_insuffisant"),
        (np.where(np.arange(48) < 12, 9, 0), "effectif_insuffisant"),
    ],
)
def test_what_says_nothing_of_a_level_is_refused(counts, reason) -> None:
    with pytest.raises(NotComputable) as refusal:
        of(counts)
    assert refusal.value.reason == reason
