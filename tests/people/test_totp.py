"""One-time codes against the values that RFC 6238 publishes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.people import second_factor

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(moment: int, code: str):
    """Eight digits there, of which an application shows the last six."""
    assert second_factor.code_at(SECRET, moment // 30) == code
    assert second_factor.step_of(SECRET, f"{code[:3]} {code[3:]}", moment, 0) == moment // 30


@given(st.integers(10**9, 2 * 10**9), st.integers(-3, 3), st.integers(-3, 3))
def test_a_code_passes_within_a_step_and_after_the_last_that_passed(moment: int, drift: int, spent: int):
    present = moment // 30
    code = second_factor.code_at(SECRET, present + drift)
    near = {second_factor.code_at(SECRET, present + d): present + d for d in (-1, 0, 1)}
    found = second_factor.step_of(SECRET, code, moment, present + spent)
    expected = near.get(code)
    assert found == (expected if expected is not None and expected > present + spent else None)
