"""A closed box: exact values run inside it, and come out of it by the gate alone."""

import copy
import json
import logging
import operator
import pickle
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential

SECRET = 314159
BOX = Confidential(SECRET)


@pytest.mark.parametrize("tell", [repr, str, "{}".format, "{!r}".format, "%s".__mod__, "{:>8}".format, ascii])
def test_whatever_tells_the_box_never_tells_its_content(tell: Callable[[object], str]):
    assert str(SECRET) not in tell(BOX)
    assert "Confidential" in tell(BOX)


REFUSED: dict[str, Callable[[Confidential[Any]], object]] = {
    "iteration": list,
    "unpacking": lambda box: [*box],
    "membership": lambda box: SECRET in box,
    "truth": bool,
    "negation": operator.not_,
    "equality": lambda box: box == SECRET,
    "difference": lambda box: box != SECRET,
    "equality with a box": lambda box: box == Confidential(SECRET),
    "order": lambda box: box < SECRET,
    "hash": hash,
    "use as a key": lambda box: {box: 1},
    "set": lambda box: {box},
    "length": len,
    "sum": lambda box: box + 1,
    "whole number": int,
    "fraction": float,
    "index": operator.index,
    "item": lambda box: box[0],
    "pickle": pickle.dumps,
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
    "json": json.dumps,
    "orjson": orjson.dumps,
    "pydantic value": lambda box: TypeAdapter(int).validate_python(box),
    "vars": vars,
}


@pytest.mark.parametrize("use", REFUSED)
def test_the_box_refuses_every_use_but_map(use: str):
    with pytest.raises((TypeError, ValueError)) as refusal:
        REFUSED[use](BOX)
    assert str(SECRET) not in str(refusal.value)


def test_no_wire_schema_can_hold_a_box():
    with pytest.raises(PydanticSchemaGenerationError):

        class Leak(BaseModel):
            facts: Confidential[int]


def test_a_log_line_holds_no_content(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        logging.getLogger("observatoire").info("counted %s %r", BOX, {"box": BOX})
    assert str(SECRET) not in caplog.text


def test_a_box_has_no_public_attribute_that_gives_the_value():
    public = {name: getattr(BOX, name) for name in dir(BOX) if not name.startswith("_")}
    assert set(public) == {"map", "combine"}


@given(st.integers(), st.integers())
def test_functions_run_inside_and_the_result_stays_closed(one: int, other: int):
    mapped = Confidential(one).map(lambda value: value + 1)
    combined = mapped.combine(Confidential(other), lambda a, b: a * b)
    assert type(mapped) is type(combined) is Confidential
    assert gate.receipt(combined) == (one + 1) * other


def test_an_error_inside_the_box_comes_out_as_it_is():
    with pytest.raises(ZeroDivisionError):
        Confidential(0).map(lambda value: 1 / value)
