"""Doors that close: on who guesses, and not on a town hall whose every clerk goes out by one address."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from observatoire.domain.network import network_of
from observatoire.people.errors import RefusedLogin, TooManyAttempts
from observatoire.people.lockout import BY_ADDRESS, BY_LOGIN, Allowance, Lockout
from observatoire.store import attempts
from support.world import World

KEY = "essai"


@pytest.fixture
def connection(shared_world: World) -> Iterator[Connection]:
    """Nothing of what is tried here stays."""
    with shared_world.database.identifying() as found:
        yield found
        found.rollback()


def knock(connection: Connection, allowance: Allowance) -> int:
    """Seconds to wait, or 0: the attempt is counted."""
    return attempts.reserve(connection, KEY, allowance.free, allowance.first, allowance.longest)


def wait(connection: Connection, **span: float) -> None:
    """Time passes: within a transaction it is what is written that grows old."""
    moved = text("update accounts.attempt set last_at = last_at - :s, blocked_until = blocked_until - :s")
    connection.execute(moved, {"s": timedelta(**span)})


def test_a_week_of_an_address_where_somebody_mistypes_each_hour_never_closes_it(connection: Connection):
    for hour in range(7 * 24):
        for attempt in range(6):
            assert knock(connection, BY_ADDRESS) == 0, (hour, attempt)
            if attempt:  # the first of each hour is the slip
                attempts.give_back(connection, KEY)
            wait(connection, minutes=10)


@pytest.mark.parametrize("allowance", [BY_LOGIN, BY_ADDRESS])
def test_who_guesses_as_soon_as_the_door_opens_is_held_to_one_guess_a_quarter_of_an_hour(
    connection: Connection, allowance: Allowance
):
    guesses, seconds = 0, 0
    while seconds < 24 * 3600:
        closed = knock(connection, allowance)
        guesses += not closed
        wait(connection, seconds=closed)
        seconds += closed
    assert allowance.free < guesses <= allowance.free + 5 + 24 * 4 + 1


def test_who_guesses_patiently_gains_nothing_either(connection: Connection):
    refused = 0
    for _ in range(24 * 6):  # one guess each ten minutes, whatever is answered
        refused += knock(connection, BY_LOGIN) > 0
        wait(connection, minutes=10)
    assert refused >= 24 * 6 / 3 - BY_LOGIN.free - 5


def test_knocking_at_a_closed_login_does_not_close_the_address_of_others(shared_world: World):
    lockout, address = Lockout(shared_world.database, b"k" * 32), "192.0.2.77"
    name = lockout.name_of("close@mairie.fr", None)
    for _ in range(BY_LOGIN.free):
        with pytest.raises(RefusedLogin), lockout.attempt(name, address):
            raise RefusedLogin
    for _ in range(BY_ADDRESS.free):
        with pytest.raises(TooManyAttempts), lockout.attempt(name, address):
            pytest.fail("the login is closed")
    with lockout.attempt(lockout.name_of("une.autre@mairie.fr", None), address):
        pass


def test_good_attempts_that_come_at_once_are_neither_refused_nor_lost_in_a_ring(shared_world: World):
    """A double click on the button, and a whole office on Monday morning."""
    lockout, address = Lockout(shared_world.database, b"k" * 32), "192.0.2.78"
    names = [lockout.name_of(f"{login}@mairie.fr", None) for login in ("une", "une", "deux", "trois")]

    def enters(name: str) -> None:
        for _ in range(25):
            with lockout.attempt(name, address):
                pass

    with ThreadPoolExecutor(len(names)) as office:
        assert list(office.map(enters, names)) == [None] * len(names)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::"),
        ("2001:db8:1:3:bbbb::2", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_subscriber_has_one_network_whatever_address_it_takes(address: str, network: str):
    assert network_of(address) == network
