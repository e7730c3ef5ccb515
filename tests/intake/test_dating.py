"""Rows of text cells to instants and local clock: cases of the table, both nights, whole files."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.intake import moment_columns
from observatoire.intake.dating import Evidence, with_time
from observatoire.intake.profiles.model import TimeRules
from observatoire.statistics.aoristic import hour_weights

RECEIVED = date(2026, 11, 1)
PARIS = "Europe/Paris"
CELLS = ("date", "heure", "fin", "heure_fin")
ZONES = (PARIS, "Indian/Reunion", "America/Miquelon", "America/Cayenne", "Pacific/Noumea")


def rows_of(*rows: tuple[str, ...]) -> pl.DataFrame:
    filled = [(*row, *("",) * (4 - len(row))) for row in rows]
    return pl.DataFrame(filled, dict.fromkeys(CELLS, pl.String), orient="row")


def dated(*rows: tuple[str, ...], rules: TimeRules | None = None, zone: str = PARIS) -> pl.DataFrame:
    return with_time(rows_of(*rows), rules or TimeRules(), pl.lit(zone), received=RECEIVED)


class Fact:
    """One row, dated."""

    def __init__(self, *cells: str, rules: TimeRules | None = None, zone: str = PARIS) -> None:
        frame = dated(cells, rules=rules, zone=zone)
        self.row = frame.row(0, named=True)
        self.flags = [v for k, v in self.row.items() if k.startswith("flag_") and v]
        self.start, self.end = self.row["occurred_from"], self.row["occurred_to"]
        self.precision, self.hour = self.row["time_precision"], self.row["local_hour"]
        self.local, self.day = self.row["local"], self.row["local_day"]
        self.fault = self.row["fault_date"]

    @property
    def weights(self) -> np.ndarray:
        as_numpy = [np.array([i.replace(tzinfo=None)], "datetime64[s]") for i in (self.start, self.end)]
        return hour_weights(*as_numpy, PARIS)[0]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


# ---- hours ----------------------------------------


def test_heu_24_midnight_is_that_of_the_next_day_even_on_the_eve_of_the_change() -> None:
    fact = Fact("28/03/2026", "24:00")
    assert (fact.start, fact.day, fact.hour, fact.flags) == (
        utc(2026, 3, 28, 23),
        date(2026, 3, 29),
        0,
        ["HEU_24"],
    )
    assert Fact("31/12/2025", "24:00").day == date(2026, 1, 1)


def test_heu_invalide_the_day_stays_and_the_operating_day_runs_until_the_morning() -> None:
    fact = Fact("12/03/2026", "25:10")
    assert (fact.day, fact.hour, fact.precision, fact.flags) == (
        date(2026, 3, 12),
        None,
        "jour",
        ["HEU_INVALIDE"],
    )
    night = Fact("12/03/2026", "25:10", rules=TimeRules(service_day=True))
    assert (night.local, night.flags) == (datetime(2026, 3, 13, 1, 10), ["HEU_EXPLOITATION"])


def test_heu_invalide_an_operating_hour_may_fall_in_the_hour_that_is_skipped() -> None:
    fact = Fact("28/03/2026", "26:30", rules=TimeRules(service_day=True))
    assert (fact.start, fact.hour) == (utc(2026, 3, 29, 1, 30), 3)
    assert fact.flags == ["HEU_EXPLOITATION", "HEU_INEXISTANTE"]


def test_heu_vide_no_hour_is_the_day_and_no_local_hour() -> None:
    fact = Fact("12/03/2026")
    assert (fact.precision, fact.hour, fact.end, fact.flags) == ("jour", None, None, ["HEU_VIDE"])
    assert fact.row["hour_of_week"] is None


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("soirée", utc(2026, 3, 12, 17), utc(2026, 3, 12, 21)),
        ("nuit", utc(2026, 3, 12, 21), utc(2026, 3, 13, 5)),
        ("matin", utc(2026, 3, 12, 5), utc(2026, 3, 12, 11)),
    ],
)
def test_heu_creneau_a_word_is_a_slot_of_local_time(word: str, start: datetime, end: datetime) -> None:
    fact = Fact("12/03/2026", word)
    assert (fact.start, fact.end, fact.precision, fact.hour) == (start, end, "creneau", None)
    assert (fact.day, fact.flags) == (date(2026, 3, 12), ["HEU_CRENEAU"])


def test_heu_creneau_about_an_hour_is_an_hour() -> None:
    fact = Fact("12/03/2026", "vers 22h")
    assert (fact.hour, fact.precision, fact.flags) == (22, "heure", [])


def test_heu_inexistante_an_hour_that_the_clock_skipped_is_read_an_hour_later() -> None:
    fact = Fact("29/03/2026", "02:30")
    assert (fact.start, fact.local) == (utc(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 3, 30))
    assert (fact.hour, fact.flags) == (3, ["HEU_INEXISTANTE"])


def test_heu_ambigue_an_hour_struck_twice_is_the_first() -> None:
    fact = Fact("25/10/2026", "02:30")
    assert (fact.start, fact.hour, fact.flags) == (utc(2026, 10, 25, 0, 30), 2, ["HEU_AMBIGUE"])


@pytest.mark.parametrize(("text", "minute"), [("2026-10-25T00:30:00Z", 0), ("2026-10-25T01:30:00Z", 1)])
def test_heu_ambigue_an_instant_with_its_offset_is_neither_moved_nor_flagged(text: str, minute: int) -> None:
    fact = Fact(text)
    assert (fact.start, fact.hour, fact.flags) == (utc(2026, 10, 25, minute, 30), 2, [])


@pytest.mark.parametrize("clock", ["01:59", "03:00", "12:00", "23:59"])
@pytest.mark.parametrize("day", ["29/03/2026", "25/10/2026"])
def test_the_other_hours_of_both_nights_are_ordinary(day: str, clock: str) -> None:
    fact = Fact(day, clock)
    assert (fact.hour, fact.flags) == (int(clock[:2]), [])


def test_heu_fuseau_the_hour_is_that_of_the_place_never_that_of_paris() -> None:
    fact = Fact("12/03/2026", "22:15", zone="Indian/Reunion")
    assert (fact.start, fact.hour, fact.day) == (utc(2026, 3, 12, 18, 15), 22, date(2026, 3, 12))
    assert Fact("29/03/2026", "02:30", zone="Indian/Reunion").flags == []


def test_heu_fuseau_each_row_has_its_zone_and_its_place_in_the_file() -> None:
    frame = rows_of(*[("29/03/2026", "02:30")] * 6).with_columns(zone=pl.Series([*ZONES, PARIS]))
    found = with_time(frame, TimeRules(), pl.col("zone"), received=RECEIVED)
    assert found["occurred_from"].to_list() == [
        utc(2026, 3, 29, 1, 30),
        utc(2026, 3, 28, 22, 30),
        utc(2026, 3, 29, 4, 30),
        utc(2026, 3, 29, 5, 30),
        utc(2026, 3, 28, 15, 30),
        utc(2026, 3, 29, 1, 30),
    ]
    assert found["flag_clock"].to_list() == ["HEU_INEXISTANTE", None, None, None, None, "HEU_INEXISTANTE"]


def test_an_instant_is_brought_to_the_clock_of_its_place() -> None:
    fact = Fact("2026-03-12T22:30:00Z", zone="Indian/Reunion")
    assert (fact.start, fact.local) == (utc(2026, 3, 12, 22, 30), datetime(2026, 3, 13, 2, 30))
    assert Fact("2026-03-12T22:30:00Z", "20h").local == datetime(2026, 3, 12, 20)
    assert Fact("2026-03-12T23:30:00Z", "20h").local == datetime(
        2026, 3, 13, 20
    )  # the local day, then the hour


# ---- shifts, unknown midnights ----------------------------------------


def test_a_shift_begun_at_noon_dates_its_small_hours_to_the_next_morning() -> None:
    rules = TimeRules(day_starts_at=720)
    early = Fact("12/03/2026", "01:20", "", "01:34", rules=rules)
    assert (early.start, early.end) == (utc(2026, 3, 13, 0, 20), utc(2026, 3, 13, 0, 34))
    assert early.flags == ["HEU_VACATION"]
    late = Fact("12/03/2026", "23:50", "", "00:06", rules=rules)
    assert (late.start, late.end) == (utc(2026, 3, 12, 22, 50), utc(2026, 3, 12, 23, 6))
    assert late.flags == ["INT_MINUIT"]
    assert Fact("12/03/2026", "12:00", rules=rules).flags == []
    assert Fact("13/03/2026 01:20", rules=rules).day == date(2026, 3, 13)  # a full moment is on the clock


def test_heu_minuit_midnight_is_an_hour_unless_the_source_says_that_it_is_unknown() -> None:
    assert (Fact("12/03/2026", "00:00").hour, Fact("12/03/2026", "00:00").flags) == (0, [])
    for cells in (("12/03/2026", "00:00"), ("12/03/2026 00:00:00",), ("12/03/2026", "0h")):
        fact = Fact(*cells, rules=TimeRules(midnight_unknown=True))
        assert (fact.hour, fact.precision, fact.flags) == (None, "jour", ["HEU_MINUIT"])
    unknown = TimeRules(midnight_unknown=True)
    assert Fact("12/03/2026", "24:00", rules=unknown).hour == 0
    assert Fact("12/03/2026 14:30", "00:00", rules=unknown).hour == 14


# ---- the date's cell and the hour apart ----------------------------------------


def test_the_hour_given_apart_wins_over_that_of_the_date() -> None:
    assert Fact("12/03/2026 00:00:00", "22h45").local == datetime(2026, 3, 12, 22, 45)
    assert Fact("12/03/2026 08:15", "22h45").local == datetime(2026, 3, 12, 22, 45)


def test_an_unreadable_hour_apart_leaves_that_of_the_date() -> None:
    fact = Fact("12/03/2026 14:30", "???")
    assert (fact.hour, fact.flags) == (14, [])
    assert Fact("12/03/2026", "???").flags == ["HEU_INVALIDE"]


@pytest.mark.parametrize("text", ["mars 2026", "2026-S11", "du 01/03/2026 au 03/03/2026"])
def test_an_hour_without_a_day_is_not_kept(text: str) -> None:
    fact = Fact(text, "22h")
    assert fact.hour is None
    assert "HEU_SANS_JOUR" in fact.flags
    assert (fact.start, fact.end) == (Fact(text).start, Fact(text).end)


def test_a_month_runs_to_the_next_and_a_week_to_its_sunday() -> None:
    month, week = Fact("mars 2026"), Fact("2026-S11")
    assert (month.start, month.end) == (utc(2026, 2, 28, 23), utc(2026, 3, 31, 22))
    assert (month.precision, month.flags) == ("mois", ["DAT_MOIS"])
    assert (week.start, week.end) == (utc(2026, 3, 8, 23), utc(2026, 3, 15, 23))
    assert (week.precision, week.flags) == ("intervalle", ["DAT_SEMAINE"])


def test_a_week_of_169_hours_is_no_longer_than_another() -> None:
    assert Fact("2026-S43").flags == ["DAT_SEMAINE"]
    assert not np.isnan(Fact("2026-S43").weights).any()


@pytest.mark.parametrize(
    ("text", "code"), [("31/02/2026", "DAT_INVALIDE"), ("", "DAT_ABSENTE"), ("03/11/2026", "DAT_BORNES")]
)
def test_dat_invalide_a_row_without_a_day_has_neither_time_nor_flag(text: str, code: str) -> None:
    fact = Fact(text, "25:10", "bientôt", "6h")
    assert (fact.fault, fact.precision, fact.flags) == (code, "inconnue", [])
    assert (fact.start, fact.end, fact.local, fact.day, fact.hour) == (None,) * 5


# ---- intervals ----------------------------------------


def test_int_aoriste_a_night_weighs_an_eighth_an_hour() -> None:
    fact = Fact("entre le 12/03/2026 22h et le 13/03/2026 6h")
    assert (fact.precision, fact.hour, fact.flags) == ("intervalle", None, [])
    assert fact.weights[[22, 23, 0, 1, 2, 3, 4, 5]] == pytest.approx(1 / 8)
    assert (fact.weights[18:].sum(), fact.weights[:6].sum()) == pytest.approx((0.25, 0.75))


def test_int_dst_the_night_of_the_change_lasts_seven_hours() -> None:
    fact = Fact("28/03/2026 22:00", "", "29/03/2026 06:00")
    assert fact.end - fact.start == timedelta(hours=7)
    assert (fact.weights[18:].sum(), fact.weights[:6].sum()) == pytest.approx((2 / 7, 5 / 7))
    assert fact.weights[2] == 0


@pytest.mark.parametrize(
    "cells",
    [
        ("12/03/2026", "22:00", "", "02:00"),
        ("12/03/2026", "22:00", "02:00"),
        ("12/03/2026", "22:00", "12/03/2026 02:00"),
        ("12/03/2026", "22:00", "12/03/2026", "02:00"),
        ("12/03/2026 22:00", "", "12/03/2026 02:00"),
        ("12/03/2026 22:00 - 02:00",),
    ],
)
def test_int_minuit_an_end_before_its_start_is_the_next_day(cells: tuple[str, ...]) -> None:
    fact = Fact(*cells)
    assert (fact.start, fact.end) == (utc(2026, 3, 12, 21), utc(2026, 3, 13, 1))
    assert (fact.precision, fact.flags) == ("intervalle", ["INT_MINUIT"])


def test_int_minuit_an_interval_in_the_hour_crosses_midnight() -> None:
    fact = Fact("05/02/2026", "entre 18h et 8h")
    assert (fact.start, fact.end) == (utc(2026, 2, 5, 17), utc(2026, 2, 6, 7))
    assert (fact.precision, fact.flags) == ("intervalle", ["INT_MINUIT"])
    evening = Fact("12/03/2026", "20h-24h")
    assert (evening.end, evening.flags) == (utc(2026, 3, 12, 23), [])


@pytest.mark.parametrize("end", ["10/03/2026 22:00", "10/03/2026", "11/03/2026 23:00"])
def test_int_inverse_the_start_alone_is_kept(end: str) -> None:
    fact = Fact("12/03/2026", "14:00", end)
    assert (fact.start, fact.end, fact.hour) == (utc(2026, 3, 12, 13), None, 14)
    assert (fact.precision, fact.flags) == ("minute", ["INT_INVERSE"])


@pytest.mark.parametrize("cells", [("du 01/07/2026 au 31/08/2026",), ("01/07/2026", "", "31/08/2026")])
def test_int_long_the_date_stays_and_no_hour_gets_a_weight(cells: tuple[str, ...]) -> None:
    fact = Fact(*cells)
    assert (fact.start, fact.end) == (utc(2026, 6, 30, 22), utc(2026, 8, 31, 22))
    assert (fact.day, fact.precision, fact.flags) == (date(2026, 7, 1), "intervalle", ["INT_LONG"])
    assert np.isnan(fact.weights).all()


def test_int_long_begins_above_168_hours() -> None:
    assert Fact("12/03/2026 08:00", "", "19/03/2026 08:00").flags == []
    assert Fact("12/03/2026 08:00", "", "19/03/2026 08:01").flags == ["INT_LONG"]


@pytest.mark.parametrize(
    "cells",
    [("bientôt",), ("", "??"), ("13/03/2026", "26h"), ("31/02/2026",), ("01/01/2030 08:00",), ("mars 2026",)],
)
def test_an_end_that_cannot_be_read_leaves_the_start(cells: tuple[str, ...]) -> None:
    fact = Fact("12/03/2026", "14:00", *cells)
    assert (fact.hour, fact.end, fact.flags) == (14, None, ["INT_FIN"])


@pytest.mark.parametrize(
    "cells", [("12/03/2026 14:00",), ("", "14h"), ("12/03/2026",), ("12/03/2026", "14:00")]
)
def test_an_end_that_adds_nothing_leaves_a_moment(cells: tuple[str, ...]) -> None:
    fact = Fact("12/03/2026", "14:00", *cells)
    assert (fact.hour, fact.end, fact.precision, fact.flags) == (14, None, "minute", [])


def test_the_same_day_at_both_ends_is_a_day_and_two_days_an_interval() -> None:
    same, two = Fact("12/03/2026", "", "12/03/2026"), Fact("12/03/2026", "", "13/03/2026")
    assert (same.precision, same.end, same.flags) == ("jour", None, ["HEU_VIDE"])
    assert (two.precision, two.start, two.end, two.flags) == (
        "intervalle",
        utc(2026, 3, 11, 23),
        utc(2026, 3, 13, 23),
        [],
    )


def test_an_end_by_its_hour_alone_says_nothing_when_the_start_has_none() -> None:
    fact = Fact("12/03/2026", "", "", "06:00")
    assert (fact.precision, fact.end, fact.flags) == ("jour", None, ["HEU_VIDE"])


def test_a_slot_stands_unless_the_end_outlasts_it() -> None:
    assert Fact("12/03/2026", "nuit", "13/03/2026").precision == "creneau"
    longer = Fact("12/03/2026", "nuit", "14/03/2026 08:00")
    assert (longer.precision, longer.start, longer.end) == (
        "intervalle",
        utc(2026, 3, 12, 21),
        utc(2026, 3, 14, 7),
    )


def test_an_end_that_a_moved_start_overtakes_is_dropped() -> None:
    fact = Fact("29/03/2026", "02:30", "", "03:10")  # 02:30 does not exist and is read 03:30
    assert (fact.start, fact.end) == (utc(2026, 3, 29, 1, 30), None)


def test_an_end_in_the_hour_struck_twice_comes_after_its_start() -> None:
    fact = Fact("2026-10-25T01:15:00Z", "", "25/10/2026 02:45")
    assert (fact.start, fact.end) == (utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 1, 45))


# ---- files ----------------------------------------


def notices(frame: pl.DataFrame, rules: TimeRules | None = None, batches: int = 1) -> dict[str, int]:
    evidence = Evidence(rules or TimeRules())
    size = max(1, -(-frame.height // batches))
    for begin in range(0, frame.height, size):
        evidence.observe(frame.slice(begin, size))
    return {notice.flag.code: notice.count for notice in evidence.notices()}


def test_dat_ambigu_a_column_without_a_day_above_twelve_proves_nothing() -> None:
    rows = [
        ("12/03/2026", "8h"),
        ("05/12/2025", "9h"),
        ("2026-03-25", "9h"),
        ("25 mars 2026", "9h"),
        ("31/02/2026", ""),
    ]
    assert notices(dated(*rows)) == {"DAT_AMBIGU": 2}
    assert dated(*rows)["local_day"][0] == date(2026, 3, 12)


def test_dat_fr_one_day_above_twelve_anywhere_proves_the_whole_file() -> None:
    rows = [("12/03/2026", "8h")] * 9 + [("13/03/2026 08:00",)]
    assert notices(dated(*rows), batches=3) == {}


def test_heu_minuit_more_than_three_per_cent_of_midnights_is_proposed_as_unknown() -> None:
    midnights, hours = [("13/03/2026", "00:00")], [("13/03/2026", "8h30")]
    unknown = [("13/03/2026", "")] * 50
    assert notices(dated(*midnights * 12, *hours * 88, *unknown), batches=7) == {"HEU_MINUIT": 12}
    assert notices(dated(*midnights * 3, *hours * 97, *unknown)) == {}
    assert notices(dated(*[("13/03/2026", "24:00")] * 12, *hours * 88)) == {}
    declared = TimeRules(midnight_unknown=True)
    assert notices(dated(*midnights * 12, *hours * 88, rules=declared), declared) == {}


def test_an_empty_batch_keeps_its_columns() -> None:
    frame = dated()
    assert frame.height == 0
    evidence = Evidence(TimeRules())
    evidence.observe(frame)
    assert evidence.notices() == []
    assert frame.schema["occurred_from"] == pl.Datetime("us", "UTC")


WHOLE_CELLS = st.sampled_from(
    [
        "", "12/03/2026 22:45", " 12/03/2026  22:45 ", "12/03/2026 22:45:10", "12/03/2026\u00a022:45",
        "12/03/2026 à 22h45", "12/03/26 2h", "12/03/2026 00:00", "12/03/2026 nuit", "12/03/2026 25:10",
        "12/03/2026 22:00-02:00", "31/02/2026 22:00-02:00", "12/03/2030 22:00", "12/13/2026 08:00",
        "2026-03-12T22:45:00", "2026-03-12T22:45:00Z", "2026-03-12T22:45:00+04:00", "2026-03-12 22:45:00-04",
        "2026-03-12T22:45:00 +01:00", "46093,604166", "46093.0", "46093,5 x", "46093 22:00", "99999,5",
        "12/03/2026 x", "12/03/2026 22:00 - 13/03/2026 06:00", "12/03/2026 22h et 13-03-2026 6h",
        "vendredi 13 mars 2026 22h45", "12/03/2026", "2026-03-12", "mars 2026", "2026-S11",
        "12/03/2026T22:45",
        "12/03/2026 30/12/1899 14:30", "1２/03/2026 22:45", "12/03/2026 ２2:45", "12/03/2026 14", "\t",
        "12/03/2026 .5",
    ]
)  # fmt: skip


@given(
    st.lists(WHOLE_CELLS, min_size=1, max_size=60), st.sampled_from([TimeRules(), TimeRules(True, 720, True)])
)
def test_cells_cut_in_halves_read_as_whole_cells(cells: list[str], rules: TimeRules) -> None:
    frame = rows_of(*[(cell,) for cell in cells])
    whole = with_time(frame, rules, pl.lit(PARIS), received=RECEIVED)
    usual = moment_columns._MANY
    moment_columns._MANY = 0
    try:
        halved = with_time(frame, rules, pl.lit(PARIS), received=RECEIVED)
    finally:
        moment_columns._MANY = usual
    assert halved.equals(whole)


MINUTES = st.integers(0, 1439)
DAYS = st.dates(date(1990, 1, 2), date(2026, 10, 30))
NIGHTS = st.sampled_from([date(2026, 3, 28), date(2026, 3, 29), date(2025, 10, 25), date(2025, 10, 26)])


def slow_instant(day: date, minutes: int, zone: str) -> datetime:
    """The obvious way: the civil time with its zone, moved by an hour when going there and back moves it."""
    civil = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    there = civil.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if there.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != civil:
        there = (civil + timedelta(hours=1)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return there


@given(st.lists(st.tuples(DAYS | NIGHTS, MINUTES, st.sampled_from(ZONES)), min_size=1, max_size=30))
def test_each_row_is_the_instant_of_its_civil_time_in_its_zone(rows: list[tuple[date, int, str]]) -> None:
    frame = rows_of(*[(f"{day:%d/%m/%Y}", f"{m // 60:02}h{m % 60:02}") for day, m, _ in rows])
    frame = frame.with_columns(zone=pl.Series([zone for *_, zone in rows]))
    found = with_time(frame, TimeRules(), pl.col("zone"), received=RECEIVED)
    assert found["occurred_from"].to_list() == [slow_instant(*row) for row in rows]
    for row, (_, _, zone) in zip(found.iter_rows(named=True), rows, strict=True):
        local = row["occurred_from"].astimezone(ZoneInfo(zone))
        assert row["local"] == local.replace(tzinfo=None)
        assert (row["local_day"], row["local_hour"]) == (local.date(), local.hour)
        assert row["hour_of_week"] == local.weekday() * 24 + local.hour


ANY_CELL = WHOLE_CELLS | st.sampled_from(
    ["22:45", "nuit", "18h-8h", "24:00", "25:10", "00:00", "x", "13/03/2026"]
)


@given(
    st.lists(
        st.tuples(ANY_CELL, ANY_CELL, ANY_CELL, ANY_CELL, st.sampled_from(ZONES)), min_size=1, max_size=40
    ),
    st.sampled_from([TimeRules(), TimeRules(True, 720, True)]),
    st.integers(1, 5),
)
def test_rows_keep_the_laws_of_time_and_do_not_depend_on_their_neighbours(
    rows: list[tuple[str, ...]], rules: TimeRules, batch: int
) -> None:
    frame = rows_of(*[row[:4] for row in rows]).with_columns(zone=pl.Series([row[4] for row in rows]))
    found = with_time(frame, rules, pl.col("zone"), received=RECEIVED)
    parts = [
        with_time(frame.slice(i, batch), rules, pl.col("zone"), received=RECEIVED)
        for i in range(0, frame.height, batch)
    ]
    assert pl.concat(parts).equals(found)
    for row in found.iter_rows(named=True):
        known = row["fault_date"] is None
        assert known == (row["occurred_from"] is not None) == (row["time_precision"] != "inconnue")
        assert (row["local_hour"] is not None) == (row["time_precision"] in ("minute", "heure"))
        assert row["occurred_to"] is None or row["occurred_to"] > row["occurred_from"]
        if row["time_precision"] in ("minute", "heure", "jour"):
            assert row["occurred_to"] is None
