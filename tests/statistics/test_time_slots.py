import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from conftest import COMPLETE
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.time_slots import exposure, slot_matrix, slot_tests, slots

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "time_slots.json").read_text())
PRESETS = ("1h", "3h", "6h", "service")
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

presets = st.sampled_from(PRESETS)
days_of_two_centuries = st.dates(date(1950, 1, 1), date(2149, 12, 31))


def one_fact(weekday: int, hour: int) -> np.ndarray:
    week = np.zeros(168, dtype=np.int64)
    week[24 * weekday + hour] = 1
    return week


def where(matrix: np.ndarray) -> tuple[int, int]:
    (found,) = np.argwhere(matrix)
    return tuple(int(index) for index in found)


class TestReferenceWeek:
    """28 slots of 6 hours; scipy, and Benjamini-Hochberg by statsmodels."""

    counts = np.array(FIXTURE["observed"]).reshape(7, 4)
    hours = np.array(FIXTURE["exposure"], dtype=float).reshape(7, 4)

    def test_the_week_is_not_even(self) -> None:
        found = slot_tests(self.counts, self.hours)

        assert found.chi_square == pytest.approx(FIXTURE["expected"]["chi2"], abs=FIXTURE["tolerance"])
        assert found.degrees_of_freedom == FIXTURE["expected"]["df"]
        assert found.p == pytest.approx(FIXTURE["expected"]["p"], abs=1e-15, rel=1e-6)

    def test_excess_of_each_slot_is_the_reference(self) -> None:
        found = slot_tests(self.counts, self.hours, excess_only=True)

        for ours, theirs in (
            (found.slot_p, FIXTURE["expected"]["p_slot"]),
            (found.slot_q, FIXTURE["expected"]["q_slot"]),
            (found.residuals, FIXTURE["expected"]["adjusted_residuals"]),
        ):
            np.testing.assert_allclose(ours.ravel(), theirs, rtol=0, atol=FIXTURE["tolerance"])

    @pytest.mark.parametrize("excess_only", [True, False])
    def test_three_nights_stand_out(self, excess_only) -> None:
        found = slot_tests(self.counts, self.hours, excess_only=excess_only)

        assert np.flatnonzero(found.slot_q <= 0.05).tolist() == FIXTURE["expected"]["significant"]


class TestSlotTests:
    rng = np.random.default_rng(20260303)
    hours = exposure(date(2026, 1, 1), 100, "3h")
    counts = rng.poisson(hours / 4)
    found = slot_tests(counts, hours)

    def test_the_whole_week_agrees_with_scipy(self) -> None:
        expected = self.counts.sum() * self.hours / self.hours.sum()
        oracle = stats.chisquare(self.counts.ravel(), expected.ravel())

        assert self.found.chi_square == pytest.approx(oracle.statistic)
        assert self.found.p == pytest.approx(oracle.pvalue)
        np.testing.assert_allclose(self.found.expected, expected)

    def test_each_slot_agrees_with_scipy(self) -> None:
        total, share = int(self.counts.sum()), self.hours / self.hours.sum()
        exact = [
            stats.binomtest(int(count), total, part).pvalue
            for count, part in zip(self.counts.ravel(), share.ravel(), strict=True)
        ]

        np.testing.assert_allclose(self.found.slot_p.ravel(), exact, rtol=1e-9)
        np.testing.assert_allclose(self.found.slot_q.ravel(), stats.false_discovery_control(exact), rtol=1e-9)

    def test_residuals_are_adjusted_for_the_share_of_the_slot(self) -> None:
        share = self.hours / self.hours.sum()
        plain = (self.counts - self.found.expected) / np.sqrt(self.found.expected)

        np.testing.assert_allclose(self.found.residuals, plain / np.sqrt(1 - share))

    def test_a_slot_that_did_not_take_place_is_left_out(self) -> None:
        hours, counts = self.hours.copy(), self.counts.copy()
        hours[SUNDAY], counts[SUNDAY] = 0, 0

        found = slot_tests(counts, hours)

        assert found.degrees_of_freedom == 6 * 8 - 1
        assert np.isnan(found.slot_p[SUNDAY]).all()
        assert np.isnan(found.residuals[SUNDAY]).all()
        assert (found.expected[SUNDAY] == 0).all()
        assert not np.isnan(found.slot_q[:SUNDAY]).any()

    def test_without_facts_there_is_nothing_to_test(self) -> None:
        with pytest.raises(NotComputable) as refusal:
            slot_tests(np.zeros((7, 4)), np.ones((7, 4)))
        assert refusal.value.reason == "trop_peu_de_faits"

    @pytest.mark.parametrize(
        ("counts", "hours"),
        [
            (np.ones((6, 4)), np.ones((6, 4))),
            (np.ones((7, 4)), np.ones((7, 8))),
            (np.full((7, 4), 0.5), np.ones((7, 4))),
            (np.full((7, 4), -1), np.ones((7, 4))),
            (np.ones((7, 4)), np.zeros((7, 4))),
            (np.ones((7, 4)), np.eye(7, 4)),
        ],
        ids=["six days", "other slots", "aoristic", "negative", "no exposure", "facts outside"],
    )
    def test_what_is_not_a_week_of_counts_is_refused(self, counts, hours) -> None:
        with pytest.raises(ValueError, match=r"slot|count"):
            slot_tests(counts, hours)


class TestServiceDay:
    def test_saturday_at_two_belongs_to_friday(self) -> None:
        assert where(slot_matrix(one_fact(SATURDAY, 2), "service")) == (FRIDAY, 3)
        assert where(slot_matrix(one_fact(SATURDAY, 2), "6h")) == (SATURDAY, 0)

    def test_monday_before_six_belongs_to_sunday(self) -> None:
        assert where(slot_matrix(one_fact(MONDAY, 5), "service")) == (SUNDAY, 3)
        assert where(slot_matrix(one_fact(MONDAY, 6), "service")) == (MONDAY, 0)

    def test_the_day_is_told_from_six_to_six(self) -> None:
        labels = [slot.label for slot in slots("service")]

        assert labels == ["06h-12h", "12h-18h", "18h-24h", "00h-06h (lendemain)"]

    def test_the_night_of_a_lone_saturday_exposes_friday_and_saturday(self) -> None:
        hours = exposure(date(2026, 3, 7), 1, "service")

        assert hours[FRIDAY].tolist() == [0, 0, 0, 6]
        assert hours[SATURDAY].tolist() == [6, 6, 6, 0]


@pytest.mark.parametrize(("preset", "number"), [("1h", 24), ("3h", 8), ("6h", 4), ("service", 4)])
def test_the_slots_of_a_day_cover_it_once(preset, number) -> None:
    hours = [(slot.start_hour + step) % 24 for slot in slots(preset) for step in range(slot.hours)]

    assert len(slots(preset)) == number
    assert sorted(hours) == list(range(24))


@pytest.mark.parametrize("preset", PRESETS)
def test_each_hour_falls_in_the_slot_that_names_it(preset) -> None:
    for hour in range(24):
        _, column = where(slot_matrix(one_fact(SATURDAY, hour), preset))
        slot = slots(preset)[column]
        assert slot.start_hour <= hour < slot.start_hour + slot.hours


def test_slots_are_named_in_french_hours() -> None:
    assert [slot.label for slot in slots("6h")] == ["00h-06h", "06h-12h", "12h-18h", "18h-24h"]


def test_a_whole_year_of_days_is_counted_day_by_day() -> None:
    first, days = date(2024, 2, 10), 366
    by_hand = np.zeros((7, 8))
    for step in range(days):
        by_hand[(first + timedelta(days=step)).weekday()] += 3

    np.testing.assert_array_equal(exposure(first, days, "3h"), by_hand)


@pytest.mark.parametrize("call", [slots, lambda preset: slot_matrix(np.zeros(168), preset)])
def test_an_unknown_preset_is_refused(call) -> None:
    with pytest.raises(ValueError, match="preset"):
        call("2h")


def test_a_week_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="168"):
        slot_matrix(np.zeros(24), "1h")


def test_a_period_of_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="period"):
        exposure(date(2026, 1, 1), -1, "1h")


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=168, max_size=168), presets)
def test_no_fact_is_lost_between_hours_and_slots(week, preset) -> None:
    matrix = slot_matrix(np.array(week, dtype=np.int64), preset)

    assert matrix.shape == (7, len(slots(preset)))
    assert matrix.dtype == np.int64
    assert matrix.sum() == sum(week)


@settings(deadline=None)
@given(days_of_two_centuries, st.integers(0, 1500), presets)
def test_a_period_exposes_exactly_its_hours(first_day, days, preset) -> None:
    hours = exposure(first_day, days, preset)

    assert hours.shape == (7, len(slots(preset)))
    assert hours.sum() == 24 * days


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=28, max_size=28).filter(any), presets)
def test_every_test_answers_with_a_probability(counts, preset) -> None:
    hours = exposure(date(2026, 1, 1), 45, "6h" if preset != "service" else preset)

    found = slot_tests(np.array(counts).reshape(7, 4), hours)

    assert 0 <= found.p <= 1
    assert np.all((found.slot_p >= 0) & (found.slot_p <= found.slot_q) & (found.slot_q <= 1))
    assert found.expected.sum() == pytest.approx(sum(counts))


@pytest.mark.parametrize("facts", [30, 300, 3000])
@pytest.mark.parametrize("preset", ["1h", "6h"])
def test_in_a_week_without_a_hot_hour_one_is_named_once_in_twenty_weeks_at_most(facts, preset) -> None:
    """Any slot at all, after Benjamini-Hochberg; exact tests of so few facts do not even reach their 5 %."""
    rng = np.random.default_rng([20261128, facts, len(preset)])
    repetitions = 4000 if COMPLETE else 200
    hours = exposure(date(2026, 1, 1), 100, preset)
    weeks = rng.multinomial(facts, (hours / hours.sum()).ravel(), repetitions).reshape(-1, *hours.shape)

    named = np.mean([np.nanmin(slot_tests(week, hours, excess_only=True).slot_q) <= 0.05 for week in weeks])

    assert named <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / repetitions)
