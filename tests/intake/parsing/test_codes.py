"""Commune codes are text, whatever a spreadsheet made of them."""

import pytest

from observatoire.intake.faults import Fault
from observatoire.intake.parsing.codes import DeclaredCode, parse_insee


@pytest.mark.parametrize(
    ("text", "code", "flag"),
    [("1001", "01001", "COG_ZERO"), ("2A004", "2A004", None), ("2a004", "2A004", None)],
)
def test_cog_zero_the_lost_zero_comes_back_and_corsica_stays_text(
    text: str, code: str, flag: str | None
) -> None:
    found = parse_insee(text)
    assert isinstance(found, DeclaredCode)
    assert (found.code, found.flag and found.flag.code) == (code, flag)


@pytest.mark.parametrize("text", ["1,31E+08", "2,00E+08", "1.31e8"])
def test_cog_expo_a_power_of_ten_says_that_the_spreadsheet_spoilt_the_code(text: str) -> None:
    found = parse_insee(text)
    assert isinstance(found, Fault)
    assert found.code == "COG_EXPO"
    assert "abîmé par le tableur" in found.label


@pytest.mark.parametrize("text", ["３1555", "٣1555", "31555²", "①1001"])
def test_figures_of_another_script_are_no_code(text: str) -> None:
    found = parse_insee(text)
    assert isinstance(found, Fault)
    assert found.code == "COG_INCONNU"
