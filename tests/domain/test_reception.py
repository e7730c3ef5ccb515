"""What a month is, from what was received; how long its figures move."""

import uuid
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.domain.period import Period, next_month
from observatoire.domain.reception import (
    MonthState,
    ReceivedPeriod,
    measured_settling,
    month_state,
    settling_days,
)
from observatoire.domain.schedule import Periodicity, Schedule
from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode

MARCH = date(2026, 3, 1)
TODAY = date(2026, 6, 1)


def source(schedule: Schedule | None = None, settling: int | None = None) -> Source:
    return Source(
        code="pm",
        label="pm",
        kind=SourceKind.POLICE_MUNICIPALE,
        territory=TerritoryCode.parse("commune:31555"),
        organisation="ville",
        covered_since=date(2020, 1, 1),
        covered_until=None,
        timezone="Europe/Paris",
        group="pm",
        visibility=Visibility.PUBLIC,
        schedule=schedule,
        settling_days=settling,
    )


MONTHLY = Schedule(Periodicity.MONTHLY, 10, date(2020, 1, 1))


def received(
    start: date,
    end: date,
    as_of: date | None = None,
    *,
    partial: bool = False,
    nil: bool = False,
    changed: int = 1,
) -> ReceivedPeriod:
    told = as_of or max(end, TODAY)
    return ReceivedPeriod(uuid.uuid4(), "pm", Period(start, end), partial, nil, False, told, changed)


@pytest.mark.parametrize(
    ("imports", "state"),
    [
        ([received(MARCH, date(2026, 4, 1))], MonthState.RECEIVED),
        ([received(MARCH, date(2026, 4, 1), nil=True)], MonthState.NIL),
        ([received(MARCH, date(2026, 4, 1), partial=True)], MonthState.PARTIAL),
        ([received(MARCH, date(2026, 3, 20))], MonthState.PARTIAL),
        (
            [received(MARCH, date(2026, 3, 20)), received(date(2026, 3, 20), date(2026, 4, 1))],
            MonthState.RECEIVED,
        ),
        ([received(date(2026, 4, 1), date(2026, 5, 1))], MonthState.LATE),
        ([], MonthState.LATE),
    ],
)  # fmt: skip
def test_a_month_is_what_the_valid_imports_make_of_it(imports: list[ReceivedPeriod], state: MonthState):
    assert month_state(source(MONTHLY), MARCH, imports, TODAY) is state


def test_what_was_extracted_before_the_end_of_a_month_does_not_hold_the_whole_month():
    early = received(MARCH, date(2026, 4, 1), as_of=date(2026, 3, 20))
    assert month_state(source(), MARCH, [early], TODAY) is MonthState.PARTIAL
    assert month_state(source(), date(2026, 4, 1), [early], TODAY) is MonthState.MISSING
    on_the_last_day = received(MARCH, date(2026, 4, 1), as_of=date(2026, 3, 31))
    assert month_state(source(), MARCH, [on_the_last_day], TODAY) is MonthState.RECEIVED


def test_a_silent_month_is_to_come_until_its_delay_is_over_then_late():
    states = [month_state(source(MONTHLY), MARCH, [], date(2026, 4, day)) for day in (1, 10, 11)]
    assert states == [MonthState.UPCOMING, MonthState.UPCOMING, MonthState.LATE]


def test_without_a_calendar_no_month_is_ever_late():
    assert month_state(source(), MARCH, [], date(2099, 1, 1)) is MonthState.MISSING


@given(
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(1, 60), st.integers(0, 200), st.booleans(), st.booleans()),
        max_size=6,
    ),
    st.integers(0, 5),
)
def test_a_month_is_whole_exactly_when_each_of_its_days_was_told(
    imports: list[tuple[int, int, int, bool, bool]], rank: int
):
    first = date(2026, 1, 1)
    rows = [
        received(
            first + timedelta(days=start),
            first + timedelta(days=start + days),
            first + timedelta(days=as_of),
            partial=partial,
            nil=nil,
        )
        for start, days, as_of, partial, nil in imports
    ]
    month = first
    for _ in range(rank):
        month = next_month(month)
    days = [month + timedelta(days=n) for n in range((next_month(month) - month).days)]

    def tells(row: ReceivedPeriod, day: date) -> bool:
        return row.period.start <= day < row.period.end and day <= row.as_of

    whole = all(any(tells(row, day) and not row.partial for row in rows) for day in days)
    begun = any(tells(row, day) for row in rows for day in days)
    state = month_state(source(), month, rows, TODAY)
    assert (state in (MonthState.RECEIVED, MonthState.NIL)) == whole
    assert state.is_silent == (not begun)


def monthly(first: date, number: int, delay: int) -> list[ReceivedPeriod]:
    """One file a month, extracted ``delay`` days after the end of the month."""
    found, month = [], first
    for _ in range(number):
        end = next_month(month)
        found.append(received(month, end, end + timedelta(days=delay)))
        month = end
    return found


def test_a_source_that_sends_on_the_fifth_has_settled_on_the_fifth():
    assert measured_settling(monthly(date(2025, 1, 1), 12, 5)) == 5


def test_a_month_corrected_once_in_ten_moves_no_other_but_habitual_corrections_do():
    files = monthly(date(2025, 1, 1), 12, 5)
    one = received(date(2025, 6, 1), date(2025, 7, 1), date(2025, 9, 1), changed=4)
    assert measured_settling([*files, one]) == 5
    again = [received(f.period.start, f.period.end, f.period.end + timedelta(days=50)) for f in files]
    assert measured_settling([*files, *again]) == 50
    idle = [
        received(f.period.start, f.period.end, f.period.end + timedelta(days=50), changed=0) for f in files
    ]
    assert measured_settling([*files, *idle]) == 5


def test_a_file_since_january_corrects_no_month_when_it_brings_a_new_one():
    months = monthly(date(2025, 1, 1), 12, 5)
    cumulated = [received(date(2025, 1, 1), f.period.end, f.as_of) for f in months]
    assert measured_settling(cumulated) == 5


def test_history_loaded_at_once_tells_nothing_of_the_usual_delay():
    history = received(date(2020, 1, 1), date(2025, 1, 1), date(2025, 1, 20))
    assert measured_settling([history]) is None
    assert measured_settling([history, *monthly(date(2025, 1, 1), 8, 3)]) == 3


def test_the_contract_comes_before_the_measure_and_the_measure_before_the_calendar():
    files = monthly(date(2025, 1, 1), 12, 5)
    assert settling_days(source(MONTHLY, 60), files) == 60
    assert settling_days(source(MONTHLY), files) == 5
    assert settling_days(source(MONTHLY), []) == 10
    assert settling_days(source(), []) is None
