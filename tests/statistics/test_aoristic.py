import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.statistics.aoristic import aoristic_hours, hour_weights

FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures"
PARIS, MIQUELON, REUNION = "Europe/Paris", "America/Miquelon", "Indian/Reunion"
NAMES = ("aoristic_small", "aoristic_dc_burglaries")


def instants(*texts: str | None) -> np.ndarray:
    return np.array([text.replace(" ", "T") if text else "NaT" for text in texts], dtype="datetime64[s]")


def weights(start: str, end: str | None, zone: str = PARIS, hours: int = 24) -> np.ndarray:
    return hour_weights(instants(start), instants(end), zone, hours=hours)[0]


def reference(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    path = FIXTURES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"reference figures absent ({path})")
    figures = json.loads(path.read_text())
    starts, ends = (
        zip(*figures["events"], strict=True) if "events" in figures else (figures["start"], figures["end"])
    )
    expected = figures["expected"].get("week168", figures["expected"].get("week_Mon0_7x24"))
    return instants(*starts), instants(*ends), np.ravel(expected), figures["tolerance"]


class TestReferenceFigures:
    """The R package's rules: civil time without changes of the clock, long intervals spread evenly."""

    @pytest.mark.parametrize("name", NAMES)
    def test_the_week_is_that_of_the_reference(self, name) -> None:
        starts, ends, expected, tolerance = reference(name)

        found = aoristic_hours(starts, ends, "UTC", long_spans="spread")

        np.testing.assert_allclose(found.weights, expected, rtol=0, atol=tolerance)
        assert found.weights.sum() == pytest.approx(starts.size, abs=1e-9)
        assert (found.kept, found.excluded) == (starts.size, 0)

    @pytest.mark.parametrize(("name", "excluded", "without_end"), [(NAMES[0], 1, 2), (NAMES[1], 28, 37)])
    def test_by_our_rule_long_intervals_leave_and_are_counted(self, name, excluded, without_end) -> None:
        starts, ends, _, _ = reference(name)

        found = aoristic_hours(starts, ends, "UTC")

        assert (found.excluded, found.without_end) == (excluded, without_end)
        assert found.weights.sum() == pytest.approx(starts.size - excluded, abs=1e-9)

    def test_instants_give_the_local_table_and_not_that_of_greenwich(self) -> None:
        starts, ends, _, _ = reference(NAMES[1])
        winter = (starts < np.datetime64("2016-03-01")) & (
            np.isnat(ends) | (ends < np.datetime64("2016-03-01"))
        )
        starts, ends = starts[winter], ends[winter]
        later = np.timedelta64(5, "h")

        civil = aoristic_hours(starts, ends, "UTC").weights
        local = aoristic_hours(starts + later, ends + later, "America/New_York").weights

        np.testing.assert_allclose(local, civil, rtol=0, atol=1e-9)
        assert np.abs(aoristic_hours(starts + later, ends + later, "UTC").weights - civil).max() > 1


def test_int_aoriste_a_night_of_eight_hours_weighs_an_eighth_each() -> None:
    night = weights("2026-03-12 21:00", "2026-03-13 05:00")

    assert night[[22, 23, 0, 1, 2, 3, 4, 5]] == pytest.approx(1 / 8)
    assert (night[18:].sum(), night[:6].sum()) == pytest.approx((0.25, 0.75))


def test_int_dst_the_night_without_its_third_hour_lasts_seven() -> None:
    night = weights("2026-03-28 21:00", "2026-03-29 04:00")

    assert (night[18:].sum(), night[:6].sum()) == pytest.approx((2 / 7, 5 / 7))
    assert night[2] == 0


def test_int_dst_the_hour_struck_twice_weighs_double() -> None:
    night = weights("2026-10-24 20:00", "2026-10-25 05:00")

    assert night[2] == pytest.approx(2 / 9)
    assert night[[22, 23, 0, 1, 3, 4, 5]] == pytest.approx(1 / 9)


def test_the_hours_are_those_of_the_place() -> None:
    assert weights("2026-03-12 18:15", "2026-03-12 18:45", REUNION)[22] == 1


def test_minutes_are_shared_out() -> None:
    assert weights("2026-03-02 09:55", "2026-03-02 10:55")[[10, 11]] == pytest.approx([5 / 60, 55 / 60])


def test_the_week_runs_from_sunday_night_into_monday() -> None:
    week = weights("2026-03-01 22:30", "2026-03-01 23:30", hours=168)

    assert (week[167], week[0]) == (0.5, 0.5)


@pytest.mark.parametrize("end", [None, "2026-03-12 21:15", "2026-03-12 20:00"])
def test_without_an_end_after_the_start_the_weight_is_on_the_hour_of_the_start(end) -> None:
    found = weights("2026-03-12 21:15", end)

    assert found[22] == 1
    assert found.sum() == 1


def test_int_long_more_than_168_hours_is_in_no_hour() -> None:
    assert np.isnan(weights("2026-06-30 22:00", "2026-08-31 22:00")).all()
    assert weights("2026-03-09 00:00", "2026-03-16 00:00", hours=168) == pytest.approx(1 / 168)
    assert np.isnan(weights("2026-03-09 00:00", "2026-03-16 00:01")).all()


def test_int_long_a_calendar_week_stays_whole_when_the_clock_changes() -> None:
    october = weights("2026-10-18 22:00", "2026-10-25 23:00", hours=168)  # 169 hours, Monday to Monday

    assert october[6 * 24 + 2] == pytest.approx(2 / 169)
    assert np.delete(october, 6 * 24 + 2) == pytest.approx(1 / 169)


def test_counts_say_what_was_kept_left_out_and_uncertain() -> None:
    starts = instants(*["2026-03-12 21:00"] * 4)
    ends = instants(None, "2026-03-12 22:00", "2026-03-14 21:00", "2026-04-12 21:00")

    found = aoristic_hours(starts, ends, PARIS)

    assert (found.kept, found.excluded, found.without_end, found.over_a_day) == (3, 1, 1, 1)
    assert found.weights.sum() == pytest.approx(3)


def test_no_fact_has_no_weight() -> None:
    nothing = instants()

    assert hour_weights(nothing, nothing, PARIS).shape == (0, 24)
    assert aoristic_hours(nothing, nothing, PARIS).weights.sum() == 0


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        (instants("2026-03-12"), instants(), 24),
        (instants(None), instants("2026-03-12"), 24),
        (instants("2026-03-12"), instants("2026-03-13"), 12),
        (instants("2026-03-12")[:, None], instants("2026-03-13")[:, None], 24),
    ],
)
def test_what_makes_no_sense_is_refused(starts, ends, hours) -> None:
    with pytest.raises(ValueError, match=r"hours of the day|two lists|is an instant"):
        hour_weights(starts, ends, PARIS, hours=hours)


def test_many_intervals_are_weighed_alike_one_by_one_and_together() -> None:
    rng = np.random.default_rng(20260312)
    starts = np.datetime64("2015-01-01", "s") + rng.integers(0, 12 * 365 * 86_400, 20_000)
    ends = starts + rng.integers(-86_400, 9 * 86_400, 20_000)
    for hours in (24, 168):
        each, all_ = (
            hour_weights(starts, ends, PARIS, hours=hours),
            aoristic_hours(starts, ends, PARIS, hours=hours),
        )
        assert int(np.isnan(each).all(axis=1).sum()) == all_.excluded
        np.testing.assert_allclose(np.nansum(each, axis=0), all_.weights, rtol=0, atol=1e-9)
        assert all_.weights.sum() == pytest.approx(all_.kept, abs=1e-9)


# ---- the slow obvious version: minute by minute ----------------------------------------


def minute_by_minute(
    start: datetime, minutes: int, zone: str, hours: int, days: set[date] | None = None
) -> np.ndarray:
    counts, total = np.zeros(hours), max(minutes, 1)
    for minute in range(total):
        local = (start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        if days is None or local.date() in days:
            counts[local.hour if hours == 24 else local.weekday() * 24 + local.hour] += 1
    return counts / total


NIGHTS = [
    datetime(2026, 3, 28, 18),
    datetime(2026, 10, 24, 18),
    datetime(2026, 3, 8, 0),
    datetime(2026, 11, 1, 0),
]
NEAR_A_CHANGE = st.builds(
    lambda night, m: night + timedelta(minutes=m), st.sampled_from(NIGHTS), st.integers(0, 720)
)
ANY_MINUTE = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


@given(
    NEAR_A_CHANGE | ANY_MINUTE,
    st.integers(-60, 900) | st.integers(1, 7 * 1440 - 60),
    st.sampled_from([PARIS, MIQUELON, REUNION, "Pacific/Noumea"]),
    st.sampled_from([24, 168]),
)
def test_weights_are_those_of_counting_minutes(start, minutes, zone, hours) -> None:
    begins = start.replace(tzinfo=UTC)
    texts = [(start + timedelta(minutes=m)).isoformat() for m in (0, minutes)]

    found = weights(*texts, zone, hours)

    np.testing.assert_allclose(found, minute_by_minute(begins, minutes, zone, hours), rtol=0, atol=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    together = aoristic_hours(instants(texts[0]), instants(texts[1]), zone, hours=hours)
    np.testing.assert_allclose(together.weights, found, rtol=0, atol=1e-10)


@given(
    NEAR_A_CHANGE | ANY_MINUTE,
    st.integers(-60, 900) | st.integers(1, 7 * 1440 - 60),
    st.sampled_from([PARIS, MIQUELON, REUNION, "Pacific/Noumea"]),
    st.sampled_from([24, 168]),
    st.sets(st.integers(-1, 8)),
)
def test_only_the_minutes_of_the_days_asked_for_weigh(start, minutes, zone, hours, which) -> None:
    begins = start.replace(tzinfo=UTC)
    first = begins.astimezone(ZoneInfo(zone)).date()
    days = {first + timedelta(days=n) for n in which}
    start_end = [instants((start + timedelta(minutes=m)).isoformat()) for m in (0, minutes)]

    asked, others = (
        hour_weights(*start_end, zone, hours=hours, days=np.array(sorted(chosen), dtype="datetime64[D]"))[0]
        for chosen in (days, {first + timedelta(days=n) for n in range(-1, 9)} - days)
    )

    slow = minute_by_minute(begins, minutes, zone, hours, days)
    np.testing.assert_allclose(asked, slow, rtol=0, atol=1e-12)
    whole = hour_weights(*start_end, zone, hours=hours)[0]
    np.testing.assert_allclose(asked + others, whole, rtol=0, atol=1e-12)
