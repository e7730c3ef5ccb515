"""Numbers, quantities, and what stands where a number is absent."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.intake.faults import Fault
from observatoire.intake.parsing.numbers import Absent, parse_number, parse_quantity, quantity_flag


def outcome(parsed: object) -> object:
    return parsed.code if isinstance(parsed, Fault) else parsed


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009"])
def test_nb_milliers_a_space_of_any_width_separates_thousands(space: str) -> None:
    assert parse_number(f"17{space}369") == 17369
    assert parse_number(f"1{space}234{space}567,5") == 1234567.5
    assert outcome(parse_quantity(f"1{space}250")) == 1250


@pytest.mark.parametrize("text", ["1 2 3", "12 34", "1  234", "1234 567", "17 3690"])
def test_nb_milliers_spaces_that_do_not_cut_in_threes_are_not_thousands(text: str) -> None:
    assert outcome(parse_number(text)) == "NB_INVALIDE"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0,0078318", 0.0078318),
        ("2,76968965272353e+00", 2.76968965272353),
        ("2.76968965272353E+00", 2.76968965272353),
        ("0,00000000000000e+00", 0.0),
        ("-1,5", -1.5),
        ("+22,6", 22.6),
        ("\u00a012 ", 12.0),
        ("1e3", 1000.0),
    ],
)
def test_nb_virgule_a_comma_and_an_exponent_are_read(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("NA", Absent.UNAVAILABLE),
        ("N/A", Absent.UNAVAILABLE),
        ("-", Absent.UNAVAILABLE),
        ("–", Absent.UNAVAILABLE),
        ("", Absent.UNAVAILABLE),
        ("n.d.", Absent.SECRET),
        ("nd", Absent.SECRET),
        ("ndiff", Absent.SECRET),
        ("<5", Absent.SECRET),
        ("< 11", Absent.SECRET),
    ],
)
def test_nb_absent_what_is_not_a_number_says_why_and_is_never_zero(text: str, why: Absent) -> None:
    assert parse_number(text) is why
    if text:
        assert parse_quantity(text) is why


@pytest.mark.parametrize(
    "text",
    ["1e999", "-1e999", "nan", "NaN", "inf", "-Infinity", "３", "٣", "²", "1.234,5", "1,2,3", "12 €", "0x1F"],
)
def test_nb_invalide_what_is_not_finite_or_not_written_in_our_figures_is_refused(text: str) -> None:
    assert outcome(parse_number(text)) == "NB_INVALIDE"


@pytest.mark.parametrize(
    "text", ["-1", "-1,0", "0", "0,0", "1,5", "10001", "1e999", "３", "20~", "3 personnes", "2e9"]
)
def test_nb_invalide_a_quantity_is_a_whole_number_from_one(text: str) -> None:
    assert outcome(parse_quantity(text)) == "NB_INVALIDE"


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("", 1),
        ("  ", 1),
        ("1", 1),
        ("12", 12),
        ("20,0", 20),
        ("20.0", 20),
        ("~20", 20),
        ("env. 20", 20),
        ("10000", 10_000),
    ],
)
def test_a_quantity_is_one_when_nothing_is_said_and_may_be_approximate(text: str, quantity: int) -> None:
    found = parse_quantity(text)
    assert (found, type(found)) == (quantity, int)


def test_a_quantity_above_fifty_is_kept_and_to_be_confirmed() -> None:
    flag = quantity_flag(51)
    assert flag is not None
    assert flag.code == "NB_GRAND"
    assert "à confirmer" in flag.label
    assert quantity_flag(50) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_reads_back_with_a_point_and_with_a_comma(value: float) -> None:
    assert parse_number(repr(value)) == value
    assert parse_number(repr(value).replace(".", ",")) == value


@given(st.integers(1, 10_000))
def test_every_quantity_reads_back_with_thousands(value: int) -> None:
    assert parse_quantity(f"{value:,}".replace(",", "\u202f")) == value


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_an_absence_or_a_fault(text: str) -> None:
    number = parse_number(text)
    assert isinstance(number, Absent | Fault) or math.isfinite(number)
    quantity = parse_quantity(text)
    assert isinstance(quantity, Absent | Fault) or 1 <= quantity <= 10_000
