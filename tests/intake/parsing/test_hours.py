"""Hours, slots in words, and intervals within a day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.intake.parsing.hours import Hour, minutes_of_fraction, parse_hour


def read(text: str, **rules: object) -> tuple[int | None, int | None, str, str | None]:
    hour = parse_hour(text, **{"service_day": False, **rules})  # type: ignore[arg-type]
    return hour.minutes, hour.until, hour.precision.value, hour.flag.code if hour.flag else None


@pytest.mark.parametrize(
    ("text", "minutes", "precision"),
    [
        ("14h30", 870, "minute"),
        ("14 h 30", 870, "minute"),
        ("14H", 840, "heure"),
        ("2h", 120, "heure"),
        ("1430", 870, "minute"),
        ("14:30:00", 870, "minute"),
        ("14.30", 870, "minute"),
        ("14 heures 30", 870, "minute"),
        ("à 22h45", 1365, "minute"),
        ("30/12/1899 14:30:00", 870, "minute"),
        ("1899-12-30T14:30:00", 870, "minute"),
    ],
)
def test_heu_formats_every_way_to_write_an_hour(text: str, minutes: int, precision: str) -> None:
    assert read(text) == (minutes, None, precision, None)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0,604166", 870),
        ("0.604166666666667", 870),
        ("0.6042", 870),
        ("0,5", 720),
        ("0.75", 1080),
        ("0.99999", 1439),
    ],
)
def test_a_fraction_of_a_day_is_how_a_spreadsheet_writes_an_hour(text: str, minutes: int) -> None:
    assert read(text) == (minutes, None, "minute", None)


def test_two_decimals_after_a_zero_are_minutes_when_they_can_be() -> None:
    assert read("0.30")[0] == 30
    assert read("0.75")[0] == 18 * 60


@pytest.mark.parametrize("text", ["22:00 - 13/03/2026 06:00", "fin le soir", "22h 13/03/2026 06:00"])
def test_a_date_or_a_word_in_the_midst_is_no_hour(text: str) -> None:
    assert read(text) == (None, None, "jour", "HEU_INVALIDE")


@given(st.integers(0, 1439))
def test_every_minute_survives_a_spreadsheet(minute: int) -> None:
    for decimals in (4, 6, 9, 15):
        assert minutes_of_fraction(f"{minute / 1440:.{decimals}f}"[2:]) == minute


@given(st.integers(0, 86_399))
def test_every_second_survives_a_spreadsheet_as_its_minute(second: int) -> None:
    for decimals in (5, 6, 9, 15):
        assert minutes_of_fraction(f"{second / 86_400:.{decimals}f}"[2:]) == second // 60


def test_heu_24_midnight_that_ends_the_day_is_the_next_day() -> None:
    assert read("24:00") == (1440, None, "minute", "HEU_24")


@pytest.mark.parametrize("text", ["25:10", "12:75"])
def test_heu_invalide_an_impossible_hour_is_unknown_unless_the_operating_day_has_it(text: str) -> None:
    assert read(text) == (None, None, "jour", "HEU_INVALIDE")
    assert read("25:10", service_day=True) == (1510, None, "minute", "HEU_EXPLOITATION")
    assert read("12:75", service_day=True)[3] == "HEU_INVALIDE"


def test_heu_vide_no_hour_is_a_precision_of_a_day() -> None:
    assert read("") == (None, None, "jour", "HEU_VIDE")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("matin", 6, 12),
        ("Matinée", 6, 12),
        ("midi", 12, 14),
        ("après-midi", 12, 18),
        ("l’après midi", 12, 18),
        ("soirée", 18, 22),
        ("le soir", 18, 22),
        ("nuit", 22, 30),
        ("dans la nuit", 22, 30),
        ("JOURNÉE", 8, 18),
    ],
)
def test_heu_creneau_a_word_is_a_slot(text: str, start: int, end: int) -> None:
    assert read(text) == (60 * start, 60 * end, "creneau", "HEU_CRENEAU")


@pytest.mark.parametrize(
    ("text", "minutes"), [("vers 22h", 1320), ("vers 22h30", 1350), ("~22h", 1320), ("env. 22h", 1320)]
)
def test_heu_creneau_about_an_hour_is_that_hour_without_its_minutes(text: str, minutes: int) -> None:
    assert read(text) == (minutes, None, "heure", None)


def test_heu_creneau_the_words_of_a_source_win_over_the_usual_ones() -> None:
    slots = {"nuit": (21 * 60, 5 * 60), "tranche 1": (300, 780)}
    assert read("Nuit", slots=slots) == (1260, 1740, "creneau", "HEU_CRENEAU")
    assert read("TRANCHE 1", slots=slots) == (300, 780, "creneau", "HEU_CRENEAU")
    assert read("matin", slots=slots)[:2] == (360, 720)


@pytest.mark.parametrize(
    ("text", "start", "end", "flag"),
    [
        ("entre 18h et 8h", 1080, 480 + 1440, "INT_MINUIT"),
        ("18h-8h", 1080, 480 + 1440, "INT_MINUIT"),
        ("20h-24h", 1200, 1440, None),
        ("de 14h à 16h", 840, 960, None),
        ("de 14 à 16", 840, 960, None),
        ("22:00 – 02:30", 1320, 150 + 1440, "INT_MINUIT"),
        ("14h30/15h", 870, 900, None),
        ("1430-1630", 870, 990, None),
        ("18h-18h", 1080, 1080 + 1440, "INT_MINUIT"),
    ],
)
def test_two_hours_are_an_interval_that_may_cross_midnight(
    text: str, start: int, end: int, flag: str | None
) -> None:
    assert read(text) == (start, end, "intervalle", flag)


@given(st.text(alphabet="0123456789h:.,-–/ aetvrs", max_size=18), st.booleans())
def test_what_looks_like_an_hour_is_one_or_says_that_it_is_not(text: str, service_day: bool) -> None:
    hour = parse_hour(text, service_day=service_day)
    assert isinstance(hour, Hour)
    assert (hour.minutes is None) == (hour.precision.value == "jour")
    assert hour.until is None or (
        hour.minutes is not None and hour.minutes < hour.until <= hour.minutes + 1440
    )
