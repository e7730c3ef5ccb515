"""Doors that close a little longer at each wrong attempt, and never for good.

Three counts (OWASP, « Slow Down Online Guessing Attacks with Device Cookies »): by network address; by login;
and, for a browser from which this login has entered before, by that browser, so that who hammers at a login
from elsewhere does not keep its owner out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from observatoire.domain.network import network_of
from observatoire.people import secrets
from observatoire.people.errors import TooManyAttempts
from observatoire.store import attempts
from observatoire.store.engine import Database


@dataclass(frozen=True, slots=True)
class Allowance:
    """``free`` attempts, then ``first`` seconds closed, doubled each time up to ``longest``; one failure is
    forgiven each ``longest``.
    """

    free: int
    first: int = 30
    longest: int = 900


BY_LOGIN, BY_ADDRESS = Allowance(5), Allowance(30)
"""A town hall goes out by one address: thirty persons may each mistype once."""


@dataclass(frozen=True, slots=True)
class Lockout:
    """Counts under keyed hashes: neither a login nor an address can be read in the database."""

    database: Database
    key: bytes

    def device(self, login: str, nonce: str) -> str:
        """What a browser keeps once this login has entered from it."""
        return f"{nonce}.{secrets.keyed(self.key, 'appareil', f'{nonce}:{login}')}"

    def new_device(self, login: str) -> str:
        """The same, for a browser seen for the first time."""
        return self.device(login, secrets.fresh())

    def knows(self, login: str, device: str | None) -> bool:
        """Whether this login has entered from this browser."""
        nonce = (device or "").partition(".")[0]
        return device is not None and secrets.same(device, self.device(login, nonce))

    def name_of(self, login: str, device: str | None) -> str:
        """Under which name attempts at a login are counted."""
        if device and self.knows(login, device):
            return secrets.keyed(self.key, "appareil connu", device)
        return secrets.keyed(self.key, "adresse de connexion", login)

    @contextmanager
    def attempt(self, name: str, address: str) -> Iterator[None]:
        """An attempt, counted before it is looked at; it was good if nothing is raised.

        Raises:
            TooManyAttempts: this address, or this name, must wait.
        """
        self._reserve(name, address)
        yield
        with self.database.identifying() as connection:
            # The place first, as when an attempt is reserved: two of one person never wait in a ring.
            attempts.give_back(connection, self._place(address))
            attempts.succeed(connection, name)

    def _reserve(self, name: str, address: str) -> None:
        place = self._place(address)
        with self.database.identifying() as connection:
            wait = attempts.reserve(connection, place, *_terms(BY_ADDRESS))
            if not wait:
                wait = attempts.reserve(connection, name, *_terms(BY_LOGIN))
                if wait:  # nothing was tried: a closed login does not close the address
                    attempts.give_back(connection, place)
        if wait:
            raise TooManyAttempts(wait)

    def release(self, login: str) -> None:
        """An administrator lets a login try again."""
        with self.database.identifying() as connection:
            attempts.succeed(connection, self.name_of(login, None))

    def _place(self, address: str) -> str:
        return secrets.keyed(self.key, "adresse du réseau", network_of(address))


def _terms(allowance: Allowance) -> tuple[int, int, int]:
    return allowance.free, allowance.first, allowance.longest
