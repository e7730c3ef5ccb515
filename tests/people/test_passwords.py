"""What is refused as a password, and what is not."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

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


def test_a_crowd_that_all_log_in_holds_the_memory_of_eight(monkeypatch: pytest.MonkeyPatch):
    lock, under_way, seen = threading.Lock(), 0, 0

    class Slow:
        def verify(self, encoded: str, password: str) -> bool:
            nonlocal under_way, seen
            with lock:
                under_way += 1
                seen = max(seen, under_way)
            time.sleep(0.02)
            with lock:
                under_way -= 1
            return True

        def hash(self, password: str) -> str:
            return str(self.verify("", password))

    monkeypatch.setattr(passwords, "HASHER", Slow())
    with ThreadPoolExecutor(40) as pool:
        done = [pool.submit(passwords.matches, "x", "y") for _ in range(30)]
        done += [pool.submit(lambda: bool(passwords.encode("y"))) for _ in range(30)]
        assert all(one.result() for one in done)
    assert seen == passwords.AT_ONCE == 8
