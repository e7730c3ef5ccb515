"""A released value says what was applied to it, and is made at the door only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.policy import Audience
from observatoire.disclosure.released import Count, Disclosure, Released, ValueState
from observatoire.disclosure.reopening import reopen
from observatoire.web.rendering import encode, respond
from observatoire.web.schemas.base import CountOut, Wire

APPLIED = Disclosure(Audience.INTERNE, "politique", 1, None)


@pytest.mark.parametrize("seal", [None, object(), True, "_SEAL"])
def test_nobody_else_makes_a_released_value(seal: object):
    with pytest.raises(TypeError, match="gate only"):
        Released(12, APPLIED, seal)


def test_the_seal_must_be_given():
    with pytest.raises(TypeError):
        Released(12, APPLIED)  # type: ignore[call-arg]


def test_what_is_released_keeps_its_policy_when_it_is_reshaped():
    released = reopen([1, 2], Audience.PUBLIC, 7, "politique d'alors", 1)
    reshaped = released.transform(len)
    assert reshaped.value == 2
    assert (
        reshaped.disclosure == released.disclosure == Disclosure(Audience.PUBLIC, "politique d'alors", 1, 7)
    )


def test_the_web_encodes_released_values_and_nothing_else():
    with pytest.raises(TypeError, match="Released"):
        respond(Confidential(12), Wire())  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        encode(12, {})  # type: ignore[arg-type]


def test_a_public_answer_may_be_cached_by_anyone_and_no_other():
    public = encode(reopen(0, Audience.PUBLIC, 1, "p", 1), {})
    partners = encode(reopen(0, Audience.PARTENAIRES, 1, "p", 1), {})
    assert public.headers["cache-control"].startswith("public")
    assert partners.headers["cache-control"].startswith("private")
    for answer in (public, partners):
        assert "Authorization" in answer.headers["vary"]


@given(st.integers(min_value=0, max_value=10**9))
def test_a_known_count_is_a_number_and_zero_has_its_own_state(value: int):
    count = Count.exact(value)
    assert count == Count(value, ValueState.ZERO if value == 0 else ValueState.PUBLISHED)
    wire = CountOut.model_validate(count).model_dump(by_alias=True)
    assert wire == {"valeur": value, "etat": "zero" if value == 0 else "publie"}


@pytest.mark.parametrize(("count", "state"), [(Count.absent(), "absent"), (Count.secret(), "secret")])
def test_a_missing_value_is_null_and_says_why(count: Count, state: str):
    assert CountOut.model_validate(count).model_dump(by_alias=True) == {"valeur": None, "etat": state}


def test_protection_runs_once_for_all_audiences():
    runs: list[int] = []

    def protect(value: int) -> int:
        runs.append(value)
        return value - value % 5

    one, other = gate.publish(Confidential(13), protect, (Audience.PARTENAIRES, Audience.PUBLIC))
    assert runs == [13]
    assert (one.value, other.value) == (10, 10)
    assert (one.disclosure.audience, other.disclosure.audience) == (Audience.PARTENAIRES, Audience.PUBLIC)
