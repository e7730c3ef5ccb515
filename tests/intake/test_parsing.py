"""One cell to a value or a fault: dates, hours, codes, numbers, and what looks personal."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.domain.incident import TimePrecision
from observatoire.intake.faults import FAULTS, FLAGS, Fault, label_of, shape_of
from observatoire.intake.parsing.codes import DeclaredCode, parse_insee
from observatoire.intake.parsing.dates import latest_admissible, parse_date
from observatoire.intake.parsing.hours import parse_hour
from observatoire.intake.parsing.numbers import decimal_comma
from observatoire.intake.parsing.text import over_distinct, plain
from observatoire.intake.personal import looks_personal

LATEST = date(2026, 4, 2)
MINUTE, HOUR, DAY = TimePrecision.MINUTE, TimePrecision.HOUR, TimePrecision.DAY
FRENCH_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def fault_of(text: str) -> str | None:
    parsed = parse_date(text, LATEST)
    return parsed.code if isinstance(parsed, Fault) else None


# ---- dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2026",
        "12/3/2026",
        " 12/03/2026 ",
        "12-03-2026",
        "12.03.2026",
        "12/03/26",
        "2026-03-12",
        "2026/03/12",
        "20260312",
        "12 mars 2026",
        "jeudi 12 mars 2026",
        "Jeudi, 12 MARS 2026",
        "jeu. 12 mars 2026",
        "12\u00a0mars\u202f2026",
    ],
)
def test_every_way_to_write_the_twelfth_of_march(text: str) -> None:
    assert parse_date(text, LATEST) == date(2026, 3, 12)


def test_the_day_always_comes_before_the_month() -> None:
    assert parse_date("02/01/2026", LATEST) == date(2026, 1, 2)
    assert fault_of("12/13/2026") == "DAT_INVALIDE"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1er avril 2026", date(2026, 4, 1)),
        ("13 févr. 2026", date(2026, 2, 13)),
        ("13 fév 2026", date(2026, 2, 13)),
        ("3 janv. 2026", date(2026, 1, 3)),
        ("3 sept. 2025", date(2025, 9, 3)),
        ("3 déc. 2025", date(2025, 12, 3)),
        ("14 juil. 2025", date(2025, 7, 14)),
    ],
)
def test_french_dates_in_letters_bear_accents_points_and_ordinals(text: str, expected: date) -> None:
    assert parse_date(text, LATEST) == expected


@pytest.mark.parametrize(("number", "name"), list(enumerate(FRENCH_MONTHS, start=1)))
def test_each_french_month_is_known_with_and_without_accents(number: int, name: str) -> None:
    for text in (name, name.upper(), plain(name)):
        assert parse_date(f"5 {text} 2025", LATEST) == date(2025, number, 5)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2026",
        "00/00/0000",
        "29/02/2025",
        "31/04/2026",
        "12/2026",
        "mars 2026",
        "12 brumaire 2026",
        "hier",
        "12/03/202",
        "12/03/20266",
        "46093",
        "-12/03/2026",
        "12-03/2026",
        "lund 12 mars 2026",
        "12 mars 2026 bis",
        "1２/03/2026",
        "12/03/202⁶",
        "٣/03/2026",
    ],
)
def test_a_date_that_does_not_exist_is_a_fault(text: str) -> None:
    assert fault_of(text) == "DAT_INVALIDE"


@pytest.mark.parametrize("text", ["", "   ", "\u00a0"])
def test_a_missing_date_is_another_fault_than_a_wrong_one(text: str) -> None:
    assert fault_of(text) == "DAT_ABSENTE"


def test_the_bounds_are_1990_and_the_day_after_reception() -> None:
    assert latest_admissible(date(2026, 4, 1)) == LATEST
    assert parse_date("01/01/1990", LATEST) == date(1990, 1, 1)
    assert fault_of("31/12/1989") == "DAT_BORNES"
    assert parse_date("02/04/2026", LATEST) == LATEST
    assert fault_of("03/04/2026") == "DAT_BORNES"
    assert fault_of("12/03/98") == "DAT_BORNES"  # 2098, never 1998: the year must be checked


@given(st.dates(date(1990, 1, 1), LATEST))
def test_every_date_reads_the_same_in_every_form(day: date) -> None:
    month = FRENCH_MONTHS[day.month - 1]
    first = "1er" if day.day == 1 else str(day.day)
    forms = [f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{first} {month} {day.year}"]
    if day.year >= 2000:
        forms.append(f"{day:%d/%m/%y}")
    assert {parse_date(form, LATEST) for form in forms} == {day}


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_fault_and_never_an_error(text: str) -> None:
    assert isinstance(parse_date(text, LATEST), date | Fault)


# ---- hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "minutes", "precision"),
    [
        ("14h30", 870, MINUTE),
        ("14 h 30", 870, MINUTE),
        ("14H30", 870, MINUTE),
        ("14\u202fh\u202f30", 870, MINUTE),
        ("1430", 870, MINUTE),
        ("830", 510, MINUTE),
        ("0005", 5, MINUTE),
        ("14:30", 870, MINUTE),
        ("14:30:00", 870, MINUTE),
        ("14:30:59.123", 870, MINUTE),
        ("14.30", 870, MINUTE),
        ("14h30min", 870, MINUTE),
        ("14 h 30 mn", 870, MINUTE),
        ("2h05", 125, MINUTE),
        ("00:00", 0, MINUTE),
        ("23:59", 1439, MINUTE),
        ("14H", 840, HOUR),
        ("2h", 120, HOUR),
        ("14", 840, HOUR),
        ("7", 420, HOUR),
        ("vers 22h", 1320, HOUR),
        ("vers 22h30", 1350, HOUR),
    ],
)
def test_every_way_to_write_an_hour(text: str, minutes: int, precision: TimePrecision) -> None:
    hour = parse_hour(text, service_day=False)
    assert (hour.minutes, hour.precision, hour.flag) == (minutes, precision, None)


@pytest.mark.parametrize("text", ["", "  ", "\u00a0"])
def test_an_empty_hour_is_unknown_at_the_day(text: str) -> None:
    hour = parse_hour(text, service_day=False)
    assert (hour.minutes, hour.precision, hour.flag and hour.flag.code) == (None, DAY, "HEU_VIDE")


@pytest.mark.parametrize(
    "text",
    [
        "25:10",
        "12:75",
        "24:01",
        "29:59",
        "30:00",
        "abc",
        "14h5",
        "-1",
        "12345",
        "14:3",
        "½",
        "99",
        "14 min",
        "14:30:75",
        "2²h",
        "٣h",
        "06 12 34 56 78",
        "14-30",
        "3/2026",
        "14h à 25h",
        "x" * 9_999,
    ],
)
def test_an_impossible_hour_is_unknown_and_flagged_but_never_loses_the_fact(text: str) -> None:
    hour = parse_hour(text, service_day=False)
    assert (hour.minutes, hour.precision, hour.flag and hour.flag.code) == (None, DAY, "HEU_INVALIDE")


@pytest.mark.parametrize("service_day", [False, True])
@pytest.mark.parametrize("text", ["24:00", "24h00", "2400", "24h"])
def test_24_00_is_midnight_of_the_next_day(text: str, service_day: bool) -> None:
    hour = parse_hour(text, service_day=service_day)
    assert (hour.minutes, hour.flag and hour.flag.code) == (1440, "HEU_24")


@pytest.mark.parametrize(
    ("text", "minutes"), [("25:10", 1510), ("24:01", 1441), ("29:59", 1799), ("2510", 1510)]
)
def test_an_operating_day_runs_until_half_past_five_the_next_morning(text: str, minutes: int) -> None:
    hour = parse_hour(text, service_day=True)
    assert (hour.minutes, hour.precision, hour.flag and hour.flag.code) == (
        minutes,
        MINUTE,
        "HEU_EXPLOITATION",
    )


def test_an_operating_day_ends_before_six() -> None:
    assert parse_hour("30:00", service_day=True).minutes is None
    assert parse_hour("5:59", service_day=True).minutes == 359


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_the_day_reads_the_same_in_every_form(hours: int, minutes: int) -> None:
    forms = [
        f"{hours:02}:{minutes:02}",
        f"{hours}h{minutes:02}",
        f"{hours:02}{minutes:02}",
        f"{hours}.{minutes:02}",
        f"{hours} h {minutes:02} min",
        f"{hours:02}:{minutes:02}:00",
    ]
    assert {parse_hour(form, service_day=False).minutes for form in forms} == {hours * 60 + minutes}


@given(st.text(max_size=20), st.booleans())
def test_any_text_is_an_hour_or_is_flagged(text: str, service_day: bool) -> None:
    hour = parse_hour(text, service_day=service_day)
    assert (hour.minutes is None) == (hour.precision is DAY)
    assert hour.minutes is not None or hour.flag is not None
    assert hour.minutes is None or 0 <= hour.minutes < 30 * 60
    assert (hour.until is None) == (hour.precision in (DAY, MINUTE, HOUR))
    assert hour.until is None or (hour.minutes is not None and hour.minutes < hour.until)


# ---- codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "flag"),
    [
        ("31555", "31555", None),
        (" 31555 ", "31555", None),
        ("1001", "01001", "COG_ZERO"),
        ("2A004", "2A004", None),
        ("2a004", "2A004", None),
        ("2b033", "2B033", None),
        ("97411", "97411", None),
        ("75118", "75118", None),
    ],
)
def test_a_commune_code_is_text_whose_lost_zero_comes_back(text: str, code: str, flag: str | None) -> None:
    parsed = parse_insee(text)
    assert isinstance(parsed, DeclaredCode)
    assert (parsed.code, parsed.flag and parsed.flag.code) == (code, flag)


@pytest.mark.parametrize("text", ["1,31E+08", "1.31E+08", "2,00E+08", "3E+04", "1,31e+08", "3E4"])
def test_a_code_that_the_spreadsheet_made_a_power_of_ten_is_a_fault_of_its_own(text: str) -> None:
    parsed = parse_insee(text)
    assert isinstance(parsed, Fault)
    assert parsed.code == "COG_EXPO"
    assert "abîmé par le tableur" in parsed.label


@pytest.mark.parametrize(
    "text", ["3155", "315551", "2C004", "A1001", "31 555", "31555.0", "３1555", "٣1555", "Toulouse", "0"]
)
def test_what_is_not_a_code_is_unknown_or_a_shorter_code(text: str) -> None:
    parsed = parse_insee(text)
    if text == "3155":  # four digits: the zero of départements 01 to 09
        assert parsed == DeclaredCode("03155", FLAGS["COG_ZERO"])
    else:
        assert isinstance(parsed, Fault)
        assert parsed.code == "COG_INCONNU"


def test_an_empty_code_is_neither_a_code_nor_a_fault() -> None:
    assert parse_insee("") is None
    assert parse_insee("  ") is None


# ---- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("574357,3", 574357.3),
        ("574357.3", 574357.3),
        ("574 357,3", 574357.3),
        ("574\u00a0357,3", 574357.3),
        ("574\u202f357,3", 574357.3),
        ("574\u2009357,3", 574357.3),
        ("0,0078318", 0.0078318),
        ("2,76968965272353e+00", 2.76968965272353),
        ("-1,0", -1.0),
        (" 12 ", 12.0),
        ("", None),
        ("NA", None),
        ("n.d.", None),
        ("-", None),
        ("<5", None),
        ("1.234,5", None),
        ("1e999", None),
        ("inf", None),
        ("nan", None),
        ("３", None),
    ],
)
def test_decimals_are_read_with_a_comma_or_a_point_and_spaces_of_any_width(
    text: str, number: float | None
) -> None:
    assert pl.select(decimal_comma(pl.lit(text))).item() == number


# ---- personal data, shapes, comparison -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Tapage, rappeler le 06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "+33 6 12 34 56 78",
        "dupont@example.org",
        "véhicule AB-123-CD",
        "AB123CD",
        "M. DUPONT Jean",
        "différend avec Mme Martin",
        "né le 01/02/1990",
        "née le 3 mai",
    ],
)
def test_a_cell_that_holds_a_person_is_seen(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize(
    "text", ["Tapage nocturne", "Vol 2 roues", "Plus de 7 jours", "IPM", "MC-2026-004512", "GIG-GIC", "31555"]
)
def test_an_ordinary_label_is_not_personal(text: str) -> None:
    assert not looks_personal(text)


@given(st.text(alphabet=st.characters(categories=["L", "Nd", "P", "Z"]), max_size=40))
def test_a_shape_tells_no_letter_and_no_digit_of_its_value(text: str) -> None:
    shape = shape_of(text)
    assert len(shape) <= 20
    assert all(sign in "a9" for sign in shape if sign.isalnum())


def test_a_shape_shows_what_went_wrong() -> None:
    assert shape_of("31/02/2026") == "99/99/9999"
    assert shape_of(" M. Dupont, 12 rue ") == "a. aaaaaa, 99 aaa"


def test_labels_are_compared_without_case_accents_nor_the_width_of_spaces() -> None:
    assert plain("  ÉTÉ\u00a0 à  l’Œuvre ") == plain("ete a l'Œuvre")
    assert plain("Straße") == plain("STRASSE")


def test_a_function_runs_once_for_each_distinct_text() -> None:
    seen: list[str] = []
    column = pl.Series(["a", "b", "a", "a"])
    assert over_distinct(column, lambda text: seen.append(text) or text.upper()) == ["A", "B", "A", "A"]
    assert sorted(seen) == ["a", "b"]


@pytest.mark.parametrize("code", sorted(FAULTS | FLAGS))
def test_every_code_has_a_french_sentence(code: str) -> None:
    assert label_of(code).endswith(".")
    assert " " in label_of(code)


def test_faults_and_flags_share_no_code() -> None:
    assert not FAULTS.keys() & FLAGS.keys()


def test_a_day_and_a_night_later_is_still_admissible() -> None:
    assert latest_admissible(date(2025, 12, 31)) - timedelta(days=1) == date(2025, 12, 31)
