"""``observatoire organisation`` and ``observatoire cle``, with the words that a person types."""

import re
from collections.abc import Callable

import pytest

from support.terminal import Terminal
from support.world import EPCI, World

Typed = Callable[..., tuple[str, str]]


@pytest.fixture
def typed(shared_world: World) -> Typed:
    """Types one command; what it printed and what it complained of."""

    def type_(*words: str, code: int = 0) -> tuple[str, str]:
        printed = Terminal(shared_world).run(*words, code=code)
        return printed.stdout, printed.stderr

    return type_


def test_an_organisation_then_its_key_then_neither(typed: Typed, shared_world: World):
    words = ("organisation", "creer", "metropole", "--type", "epci", "--libelle", "Toulouse Métropole")
    assert typed(*words, "--territoire", EPCI, "--depuis", "2020-01-01")[0].endswith("créée.\n")
    listed, _ = typed("organisation", "lister")
    assert f"metropole  Toulouse Métropole : epci ; {EPCI} depuis le 01/01/2020" in listed
    key = typed("cle", "creer", "SIG", "--role", "analyste", "--organisation", "metropole")[0].strip()
    assert shared_world.get("/moi", shared_world.headers(key))["perimetre"] == [EPCI]
    told, _ = typed("cle", "lister")
    assert key not in told
    number = re.search(r"(?m)^(\d+)  obs_.{4}…  SIG : analyste ; metropole ; territoires", told)
    assert number is not None, told
    assert "révoquée" in typed("cle", "revoquer", number.group(1))[0]
    assert "révoquée le" in typed("cle", "lister")[0]


def test_an_organisation_is_changed_without_losing_what_is_not_said(typed: Typed, shared_world: World):
    typed("organisation", "creer", "office", "--type", "bailleur", "--territoire", EPCI)
    typed("organisation", "modifier", "office", "--inactive")
    found = shared_world.get("/organisations/office")
    assert (found["type"], found["active"]) == ("bailleur", False)
    assert [t["territoire"] for t in found["territoires"]] == [EPCI]
    _, complaint = typed("organisation", "creer", "office", "--type", "autre", code=2)
    assert "existe déjà" in complaint
    typed("organisation", "modifier", "inconnue", "--active", code=2)


def test_a_key_covers_whole_communes(typed: Typed):
    words = ("cle", "creer", "x", "--role", "agent", "--territoire")
    assert "communes entières" in typed(*words, "arrondissement:75118", code=2)[1]
