"""The gate opens a fresh answer for « interne » only, and writes each passage down."""

import pytest

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Passage
from observatoire.disclosure.policy import PUBLIC, Audience, Caller, Role
from observatoire.errors import OutsideDiffusion

ANALYST = Caller("analyste de démonstration", Role.ANALYSTE, communes=None)


def nothing(_: Passage) -> None:
    raise AssertionError("no passage is written for a refusal")


@pytest.mark.parametrize("audience", [a for a in Audience if a is not Audience.INTERNE])
@pytest.mark.parametrize("caller", [PUBLIC, ANALYST])
def test_a_fresh_answer_is_refused_to_every_other_audience(audience: Audience, caller: Caller):
    with pytest.raises(OutsideDiffusion) as refusal:
        gate.release(Confidential(3), audience, caller, "synthese", nothing)
    assert "3" not in str(refusal.value)


def test_a_fresh_answer_for_interne_is_exact_and_its_passage_is_written_first():
    passages: list[Passage] = []
    released = gate.release(Confidential(3), Audience.INTERNE, ANALYST, "synthese {…}", passages.append)
    assert released.value == 3
    assert released.disclosure.audience is Audience.INTERNE
    assert released.disclosure.edition is None
    assert passages == [
        Passage("analyste de démonstration", Role.ANALYSTE, "lecture", "synthese {…}", Audience.INTERNE)
    ]


def test_an_answer_that_cannot_be_written_down_is_not_given():
    def broken(_: Passage) -> None:
        raise OSError("journal full")

    opened: list[int] = []
    box = Confidential(3)
    with pytest.raises(OSError, match="journal full"):
        opened.append(gate.release(box, Audience.INTERNE, ANALYST, "synthese", broken).value)
    assert opened == []


def test_the_passage_holds_no_value():
    fields = set(Passage.__dataclass_fields__)
    assert fields == {"caller", "role", "action", "question", "audience"}
