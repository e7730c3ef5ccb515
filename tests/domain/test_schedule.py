"""What is expected, and from which day it is late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.domain.period import next_month
from observatoire.domain.schedule import Periodicity, Schedule

JANUARY = date(2026, 1, 1)


def schedule(periodicity: Periodicity = Periodicity.MONTHLY, delay: int = 10, *suspended: str) -> Schedule:
    return Schedule(periodicity, delay, JANUARY, frozenset(suspended))


@pytest.mark.parametrize(
    ("periodicity", "due"),
    [
        (Periodicity.MONTHLY, date(2026, 3, 11)),
        (Periodicity.QUARTERLY, date(2026, 4, 11)),
        (Periodicity.HALF_YEARLY, date(2026, 7, 11)),
        (Periodicity.YEARLY, date(2027, 1, 11)),
    ],
)
def test_a_month_is_late_once_the_delay_after_the_end_of_its_sending_is_over(
    periodicity: Periodicity, due: date
):
    assert schedule(periodicity).due_date(date(2026, 2, 1)) == due


def test_nothing_is_expected_before_the_calendar_begins():
    assert schedule().due_date(date(2025, 12, 1)) is None


def test_a_suspended_month_is_not_expected_every_year_or_once():
    holidays = schedule(Periodicity.MONTHLY, 10, "08", "2027-02")
    expected = [month for month in (f"{m:02d}" for m in range(1, 13)) if month != "08"]
    assert [f"{m:02d}" for m in range(1, 13) if holidays.expects(date(2026, m, 1))] == expected
    assert holidays.expects(date(2026, 2, 1))
    assert not holidays.expects(date(2027, 2, 1))


@given(
    st.dates(JANUARY, date(2100, 1, 1)),
    st.sampled_from(Periodicity),
    st.integers(0, 366),
)
def test_the_months_of_a_sending_share_its_due_date_and_no_other_does(
    day: date, periodicity: Periodicity, delay: int
):
    calendar = schedule(periodicity, delay)
    month = day.replace(day=1)
    sending = calendar.sending_of(month)
    assert len(list(sending.months())) == periodicity.months
    assert sending.covers_month(month)
    assert {calendar.due_date(m) for m in sending.months()} == {sending.end + timedelta(days=delay)}
    assert calendar.due_date(next_month(max(sending.months()))) != calendar.due_date(month)
