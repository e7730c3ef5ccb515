"""What is refused as a password, and what is not."""

import pytest

from observatoire.people import passwords
from observatoire.people.errors import WeakPassword

LOGIN, LABEL = "jeanne.moulin@mairie-ville.fr", "Jeanne Moulin"


@pytest.mark.parametrize(
    "password",
    [
        "onze lettre",
        "x" * 129,
        "jeannemoulin",
        "Moulin à vent 1",
        "MAIRIE ville 31",
        "Motdepasse2026",
        "M0tDeP@sse2026!",
        "azertyuiop12",
        "bonjour-2026-!",
        "Observatoire31",
        "abcabcabcabc",
        "112233445566",
        "abcdefabcdef",
    ],
)
def test_what_is_guessed_first_is_refused(password: str):
    with pytest.raises(WeakPassword):
        passwords.check(password, LOGIN, LABEL)


@pytest.mark.parametrize(
    "password",
    [
        "cigale lampe rivage",
        "Le préfet mange une pomme",
        "kJ8#vTq2!mZx",
        "日本語のパスワードですよ今日",
        "douze lettre",
    ],
)
def test_what_is_long_enough_passes_whatever_it_is_made_of(password: str):
    passwords.check(password, LOGIN, LABEL)


def test_a_password_is_the_same_however_its_accents_were_composed():
    encoded = passwords.encode("préfecture et café noir")
    assert passwords.matches(encoded, "pre\u0301fecture et cafe\u0301 noir")
    assert not passwords.matches(encoded, "prefecture et cafe noir")


def test_two_equal_passwords_have_two_hashes_and_nobody_matches_nothing():
    assert passwords.encode("cigale lampe rivage") != passwords.encode("cigale lampe rivage")
    assert not passwords.matches(None, "personne n'a ce mot de passe")
