"""What one date cell says: a day, an hour, an instant, an interval, a week, a month."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.intake.faults import Fault
from observatoire.intake.parsing.dates import full_year, parse_date
from observatoire.intake.parsing.hours import Hour
from observatoire.intake.parsing.moments import Conventions, Moment, parse_end, parse_moment

LATEST = date(2026, 10, 2)
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
USUAL = Conventions(LATEST, EPOCH_1900)
DAY = 1440


def read(text: str, conventions: Conventions = USUAL) -> Moment:
    found = parse_moment(text, conventions)
    assert isinstance(found, Moment), found
    return found


def said(text: str, conventions: Conventions = USUAL) -> tuple[str, int | None, int | None, str]:
    found = read(text, conventions)
    return found.day.isoformat(), found.minutes, found.until, found.precision.value


def flags(text: str) -> list[str]:
    found = read(text)
    return [flag.code for flag in (found.flag_date, found.flag_hour, found.flag_interval) if flag]


def fault(text: str, conventions: Conventions = USUAL) -> str | None:
    found = parse_moment(text, conventions)
    return found.code if isinstance(found, Fault) else None


# ---- days --------------------------------------------------------------------------------------------


def test_dat_fr_the_day_comes_before_the_month_never_after() -> None:
    assert said("12/03/2026") == ("2026-03-12", None, None, "jour")
    assert said("03/04/2026")[0] == "2026-04-03"
    assert fault("03/14/2026") == "DAT_INVALIDE"


@pytest.mark.parametrize("text", ["46093,604166", "46093.604166", "46093.6041666667"])
def test_dat_excel_a_serial_number_is_a_day_and_an_hour(text: str) -> None:
    assert said(text) == ("2026-03-12", 870, None, "minute")
    assert flags(text) == ["DAT_EXCEL"]


@pytest.mark.parametrize("text", ["46093", "46093.0", "46093,000"])
def test_dat_excel_a_whole_serial_number_is_a_day_without_an_hour(text: str) -> None:
    assert said(text) == ("2026-03-12", None, None, "jour")


def test_dat_excel_a_workbook_of_1904_counts_from_its_own_day() -> None:
    assert said("44631,604166", Conventions(LATEST, EPOCH_1904)) == ("2026-03-12", 870, None, "minute")


@pytest.mark.parametrize(
    "text", ["32873", "46298", "99999", "4609", "460930", "46093.604166.1", "-46093", "31555"]
)
def test_dat_excel_a_number_that_is_no_serial_of_1990_to_reception_is_no_date(text: str) -> None:
    assert fault(text) == "DAT_INVALIDE"


@pytest.mark.parametrize(
    "text", ["31/02/2026", "00/00/0000", "12/13/2026", "31/02/2026 22:00", "2026-02-30T10:00"]
)
def test_dat_invalide_a_day_of_no_calendar_waits_in_quarantine(text: str) -> None:
    assert fault(text) == "DAT_INVALIDE"


@pytest.mark.parametrize(
    "text", ["03/10/2026", "31/12/1989", "12/03/98", "31/12/1989 22:00", "décembre 2026", "2026-S52"]
)
def test_dat_bornes_the_future_and_what_precedes_1990_wait_in_quarantine(text: str) -> None:
    assert fault(text) == "DAT_BORNES"


def test_dat_2c_years_of_two_digits_are_of_the_century_of_the_source() -> None:
    assert said("12/03/26")[0] == "2026-03-12"
    assert full_year("16", 2000) == 2016
    assert parse_date("12/03/98", LATEST, century=1900) == date(1998, 3, 12)
    assert said("12/03/98", Conventions(LATEST, EPOCH_1900, century=1900))[0] == "1998-03-12"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("vendredi 13 mars 2026", "2026-03-13"),
        ("Ven. 13 mars 2026", "2026-03-13"),
        ("1er avril 2026", "2026-04-01"),
        ("13 févr. 2026", "2026-02-13"),
        ("le vendredi 13 mars 2026", "2026-03-13"),
        ("13-mars-26", "2026-03-13"),
        ("ven. 13/03/2026", "2026-03-13"),
    ],
)
def test_dat_lettres_days_and_months_in_french(text: str, day: str) -> None:
    assert said(text) == (day, None, None, "jour")
    assert flags(text) == []


@pytest.mark.parametrize("text", ["jeudi 13 mars 2026", "jeu. 13/03/2026", "jeudi 13 mars 2026 à 22h"])
def test_dat_lettres_a_wrong_weekday_is_noted_and_the_date_stands(text: str) -> None:
    assert said(text)[0] == "2026-03-13"
    assert flags(text) == ["DAT_LETTRES"]


@pytest.mark.parametrize("text", ["2026-03", "mars 2026", "03/2026", "3/2026", "Mars-26"])
def test_a_month_alone_is_a_month(text: str) -> None:
    assert said(text) == ("2026-03-01", None, 31 * DAY, "mois")
    assert flags(text) == ["DAT_MOIS"]


@pytest.mark.parametrize(
    "text", ["2026-S11", "2026-W11", "2026W11", "S11-2026", "s11 2026", "semaine 11 2026"]
)
def test_an_iso_week_is_seven_days_from_monday(text: str) -> None:
    assert said(text) == ("2026-03-09", None, 7 * DAY, "intervalle")
    assert flags(text) == ["DAT_SEMAINE"]


@pytest.mark.parametrize(
    "text", ["2025-S53", "2026-S00", "2026-13", "9999-12", "0000-01", "13/2026", "0000-S01"]
)
def test_a_week_or_a_month_that_the_calendar_lacks_is_a_fault(text: str) -> None:
    assert fault(text) == "DAT_INVALIDE"


# ---- days and hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28/03/2026 22:00", ("2026-03-28", 1320, None, "minute")),
        ("30/03/26 2h", ("2026-03-30", 120, None, "heure")),
        ("13/03/2026 03:12:09", ("2026-03-13", 192, None, "minute")),
        ("13/03/2026 à 22h45", ("2026-03-13", 1365, None, "minute")),
        ("13/03/2026 - 22h45", ("2026-03-13", 1365, None, "minute")),
        ("vendredi 13 mars 2026, 22h45", ("2026-03-13", 1365, None, "minute")),
        ("2026-03-13T22:45:59.123", ("2026-03-13", 1365, None, "minute")),
        ("13/03/2026 vers 22h", ("2026-03-13", 1320, None, "heure")),
        ("13/03/2026 nuit", ("2026-03-13", 1320, 1800, "creneau")),
        ("13/03/2026 de 14h à 16h", ("2026-03-13", 840, 960, "intervalle")),
        ("13/03/2026 22:00-02:00", ("2026-03-13", 1320, 1560, "intervalle")),
        ("13/03/2026 24:00", ("2026-03-13", 1440, None, "minute")),
    ],
)
def test_a_day_and_its_hour_may_share_a_cell(text: str, expected: tuple[object, ...]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text", ["12/03/2026 25:10", "12/03/2026 12:75", "12/03/2026 14", "2026-03-12T25:10"]
)
def test_heu_invalide_an_impossible_hour_in_the_cell_leaves_the_day(text: str) -> None:
    assert said(text) == ("2026-03-12", None, None, "jour")
    assert flags(text) == ["HEU_INVALIDE"]


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2026 Dupont",
        "12/03/2026 ou 13/03/2026",
        "12/03/20261",
        "12/03/2026x",
        "12/03/2026," + "9" * 500,
        "9" * 5_000,
    ],
)
def test_a_date_followed_by_anything_else_is_a_fault(text: str) -> None:
    assert fault(text) == "DAT_INVALIDE"


@pytest.mark.parametrize(
    ("text", "minutes", "offset"),
    [
        ("2026-03-12T14:30:00Z", 870, 0),
        ("2026-03-12T14:30Z", 870, 0),
        ("2026-03-12 14:30:00+00:00", 870, 0),
        ("2026-03-12T14:30:00+0100", 870, 60),
        ("2026-03-12T14:30-04", 870, -240),
        ("2026-03-12 14:30:00-04:00", 870, -240),
        ("20260312T143000Z", 870, 0),
        ("2026-03-12 22:00-02:00", 1320, None),  # without seconds nor T: an interval
        ("2026-03-12T14:30", 870, None),
    ],
)
def test_an_instant_keeps_its_offset(text: str, minutes: int, offset: int | None) -> None:
    found = read(text)
    assert (found.minutes, found.offset) == (minutes, offset)


# ---- intervals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "entre le 12/03/2026 22h et le 13/03/2026 6h",
        "du 12/03/2026 22h au 13/03/2026 6h",
        "12/03/2026 22:00 - 13/03/2026 06:00",
        "12/03/2026 22:00 -> 13/03/2026 06:00",
        "12/03/2026 22:00 → 13/03/2026 06:00",
        "2026-03-12 22:00 – 2026-03-13 06:00",
        "du jeudi 12 mars 2026 à 22h au vendredi 13 mars 2026 à 6h",
        "entre le 12/03 22h et le 13/03/2026 6h",
        "du 12 à 22h au 13 mars 2026 à 6h",
    ],
)
def test_int_aoriste_two_moments_are_an_interval(text: str) -> None:
    assert said(text) == ("2026-03-12", 1320, DAY + 360, "intervalle")
    assert flags(text) == []


@pytest.mark.parametrize(
    ("text", "day", "days"),
    [
        ("du 01/07/2026 au 31/08/2026", "2026-07-01", 62),
        ("du 28/12 au 03/01/2026", "2025-12-28", 7),
        ("du 1er au 3 avril 2026", "2026-04-01", 3),
        ("12-13/03/2026", "2026-03-12", 2),
        ("du 28 février au 1er mars 2026", "2026-02-28", 2),
    ],
)
def test_int_long_two_days_are_an_interval_that_ends_with_the_last(text: str, day: str, days: int) -> None:
    assert said(text) == (day, None, days * DAY, "intervalle")


def test_int_minuit_an_end_before_its_start_on_the_same_date_is_the_next_day() -> None:
    text = "12/03/2026 22:00 - 12/03/2026 02:00"
    assert said(text) == ("2026-03-12", 1320, DAY + 120, "intervalle")
    assert flags(text) == ["INT_MINUIT"]


@pytest.mark.parametrize(
    "text", ["12/03/2026 22:00 - 10/03/2026 02:00", "13/03/2026 02:00 - 12/03/2026 23:00"]
)
def test_int_inverse_an_end_of_a_day_before_is_dropped_and_never_swapped(text: str) -> None:
    assert said(text)[2:] == (None, "minute")
    assert flags(text) == ["INT_INVERSE"]


def test_an_end_in_the_future_is_dropped() -> None:
    assert said("du 30/09/2026 au 31/12/2026") == ("2026-09-30", None, None, "jour")
    assert flags("du 30/09/2026 au 31/12/2026") == ["INT_FIN"]


def test_the_same_day_twice_is_that_day() -> None:
    assert said("du 12/03/2026 au 12/03/2026") == ("2026-03-12", None, None, "jour")


def test_two_offsets_are_brought_to_the_first() -> None:
    assert said("2026-03-12T22:00:00+00:00 - 2026-03-13T06:00:00+02:00")[1:3] == (1320, DAY + 240)


# ---- ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["06:00", "6h00", "0,25", "30/12/1899 06:00:00"])
def test_an_end_may_be_an_hour_alone(text: str) -> None:
    found = parse_end(text, USUAL)
    assert isinstance(found, Hour)
    assert found.minutes == 360


def test_an_end_may_be_a_moment_nothing_or_unreadable() -> None:
    assert parse_end("13/03/2026 06:00", USUAL) == read("13/03/2026 06:00")
    assert parse_end(" ", USUAL) is None
    assert isinstance(parse_end("bientôt", USUAL), Fault)
    assert isinstance(parse_end("31/02/2026 06:00", USUAL), Fault)


# ---- properties ---------------------------------------------------------------------------------------

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
WEEKDAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()


@given(st.datetimes(datetime(1990, 1, 1), datetime(2026, 10, 1)))
def test_every_minute_reads_the_same_in_every_style(when: datetime) -> None:
    day, month = when.date(), MONTHS[when.month - 1]
    serial = (day - EPOCH_1900).days + (when.hour * 60 + when.minute) / 1440
    styles = [
        f"{when:%d/%m/%Y %H:%M}",
        f"{when:%d/%m/%Y à %Hh%M}",
        f"{when:%d/%m/%Y %H:%M:%S}",
        f"{when:%Y-%m-%dT%H:%M:%S}",
        f"{WEEKDAYS[day.weekday()]} {day.day} {month} {day.year} à {when.hour}h{when:%M}",
        f"{when:%d.%m.%Y %H.%M}",
    ]
    expected = (day.isoformat(), when.hour * 60 + when.minute, None, "minute")
    assert {said(style) for style in styles} == {expected}
    if when.hour or when.minute:
        assert said(f"{serial:.6f}".replace(".", ",")) == expected


@given(st.dates(date(1990, 1, 1), LATEST), st.integers(0, 40), st.integers(0, 1439), st.integers(0, 1439))
def test_an_interval_reads_back_whole(day: date, days: int, start: int, end: int) -> None:
    last = day + timedelta(days=days)
    if last > LATEST or (days == 0 and end <= start):
        return
    first_clock, last_clock = (f"{minute // 60:02}:{minute % 60:02}" for minute in (start, end))
    text = f"{day:%d/%m/%Y} {first_clock} - {last:%d/%m/%Y} {last_clock}"
    assert said(text) == (day.isoformat(), start, days * DAY + end, "intervalle")


@given(st.text(alphabet="0123456789/-.:hHtTzZ+ SWdujanvieretlà,→", max_size=45))
def test_any_text_is_a_moment_in_bounds_or_a_fault(text: str) -> None:
    found = parse_moment(text, USUAL)
    assert isinstance(found, Moment | Fault)
    if isinstance(found, Moment):
        assert date(1990, 1, 1) <= found.day <= LATEST
        assert found.until is None or (found.minutes or 0) < found.until
        parse_end(text, USUAL)
