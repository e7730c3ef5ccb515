import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import COMPLETE
from observatoire.statistics.empirical_bayes import smoothed_rates
from observatoire.statistics.not_computable import NotComputable

FIXTURE = json.loads(
    (Path(__file__).parents[1] / "data" / "fixtures" / "eb_smoothing_ncsids.json").read_text()
)
places = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 200_000)), min_size=3, max_size=40)


def test_the_hundred_counties_of_north_carolina() -> None:
    """Published by pysal and spdep: sudden infant deaths, 1974-78."""
    found = smoothed_rates(FIXTURE["events"], FIXTURE["population"])
    expected = FIXTURE["expected"]
    assert found.mean == pytest.approx(expected["m"], abs=FIXTURE["tolerance"])
    assert found.variance == pytest.approx(expected["a"], rel=1e-9)
    assert found.rates == pytest.approx(np.array(expected["eb"]), abs=FIXTURE["tolerance"])
    assert found.rates[:5] == pytest.approx(expected["first5_published"], abs=5e-8)


@given(places)
def test_a_smoothed_rate_lies_between_that_of_the_place_and_that_of_all(drawn) -> None:
    counts, people = np.array(drawn).T
    if not counts.any():
        return
    found = smoothed_rates(counts, people)
    crude = counts / people
    slack = 1e-12 + 1e-9 * crude
    assert np.all(found.rates >= np.minimum(crude, found.mean) - slack)
    assert np.all(found.rates <= np.maximum(crude, found.mean) + slack)


@given(places)
def test_against_the_formulas_written_place_by_place(drawn) -> None:
    if not any(count for count, _ in drawn):
        return
    whole = sum(people for _, people in drawn)
    mean = sum(count for count, _ in drawn) / whole
    spread = sum(people * (count / people - mean) ** 2 for count, people in drawn) / whole
    between = max(spread - mean / (whole / len(drawn)), 0)
    slow = [mean + between / (between + mean / people) * (count / people - mean) for count, people in drawn]
    counts, people = np.array(drawn).T
    assert smoothed_rates(counts, people).rates == pytest.approx(slow, rel=1e-9)


def test_a_hamlet_with_one_fact_no_longer_heads_the_list() -> None:
    counts, people = [2, 40, 900, 500], [80, 5000, 60_000, 90_000]
    found = smoothed_rates(counts, people)
    assert max(range(4), key=lambda i: counts[i] / people[i]) == 0
    assert max(range(4), key=lambda i: found.rates[i]) == 2


def test_places_that_vary_less_than_chance_all_have_the_common_rate() -> None:
    found = smoothed_rates([10, 10, 10], [1000, 1000, 1000])
    assert found.variance == 0
    assert found.rates == pytest.approx([0.01] * 3)


@pytest.mark.parametrize(("counts", "people"), [([3, 4], [10, 10]), ([0, 0, 0], [10, 10, 10])])
def test_two_places_or_no_fact_teach_nothing(counts, people) -> None:
    with pytest.raises(NotComputable) as refusal:
        smoothed_rates(counts, people)
    assert refusal.value.reason == "effectif_insuffisant"


def test_a_place_without_residents_is_refused() -> None:
    with pytest.raises(ValueError, match="exposure"):
        smoothed_rates([1, 1, 1], [0, 10, 10])


@pytest.mark.parametrize("differ", [0.1, 0.4])
def test_smoothed_rates_are_nearer_the_true_risks_and_know_how_much_these_differ(differ: float) -> None:
    """Maps of 300 places whose risks are drawn: the error of a map, and Marshall's variance, on average."""
    rng = np.random.default_rng([20261128, int(10 * differ)])
    people = rng.integers(200, 5000, 300).astype(float)
    crude, smooth, best, variances = [], [], [], []
    for _ in range(400 if COMPLETE else 40):
        risks = 0.005 * rng.gamma(1 / differ**2, differ**2, people.size)
        facts = rng.poisson(risks * people)
        found = smoothed_rates(facts, people)
        weight = (0.005 * differ) ** 2 / ((0.005 * differ) ** 2 + 0.005 / people)
        crude.append(np.mean((facts / people - risks) ** 2))
        smooth.append(np.mean((found.rates - risks) ** 2))
        best.append(np.mean((0.005 + weight * (facts / people - 0.005) - risks) ** 2))
        variances.append(found.variance)
    assert np.mean(smooth) < 0.6 * np.mean(crude)
    assert np.mean(smooth) < 1.1 * np.mean(best), "nearly as good as one who knows the law of the risks"
    error = np.std(variances) / np.sqrt(len(variances))
    assert np.mean(variances) == pytest.approx(
        (0.005 * differ) ** 2, abs=3 * error + 0.1 * (0.005 * differ) ** 2
    )
