"""From a login and a password to a session, and from a one-time code to a password."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from observatoire.domain.person import Means, Person, Session, Stage
from observatoire.errors import NotFound
from observatoire.people import passwords, secrets
from observatoire.people.errors import RefusedInvitation, RefusedLogin
from observatoire.people.lockout import Lockout
from observatoire.settings import Settings
from observatoire.store import persons, sessions
from observatoire.store.engine import Connection, Database

HALFWAY = timedelta(minutes=10)
"""What a session lasts that still has something to prove."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A new session: ``secret`` is for the browser alone, ``device`` tells it apart the next time."""

    person: Person
    stage: Stage
    secret: str
    device: str


@dataclass(frozen=True, slots=True)
class Door:
    """Where one enters. Addresses are those of the network, logins are in any case."""

    database: Database
    settings: Settings
    lockout: Lockout

    @classmethod
    def of(cls, database: Database, settings: Settings) -> "Door":
        """The door of an installation."""
        passwords.nobody()  # made before anybody comes: the first unknown login takes no longer than others
        return cls(database, settings, Lockout(database, settings.pseudonymisation_key()))

    @property
    def idle(self) -> timedelta:
        """After how long without a request a session is over."""
        return timedelta(minutes=self.settings.session_idle_minutes)

    @property
    def lasting(self) -> timedelta:
        """How long a session lasts at most."""
        return timedelta(hours=self.settings.session_hours)

    def enter(self, login: str, password: str, address: str, device: str | None = None) -> Entered:
        """Open a session.

        Unknown login, wrong password and closed account take the same statements and one argon2id each.

        Raises:
            TooManyAttempts, RefusedLogin (its ``person`` is who was tried, if anybody).
        """
        login = login.strip().lower()
        with self.lockout.attempt(self.lockout.name_of(login, device), address):
            with self.database.identifying() as connection:
                encoded = persons.password_of(connection, login)
                person = persons.find(connection, login)
            right = passwords.matches(encoded, password)
            if person is None or encoded is None or not right or not person.opens:
                raise RefusedLogin(person=person)
            anew = passwords.encode(password) if passwords.is_outdated(encoded) else None
            with self.database.identifying() as connection:
                person = _still(connection, person, encoded)
                if anew is not None:
                    persons.set_password(connection, person.number, anew, chosen=False)
                return self.begin(connection, person, Means.PASSWORD, device=device)

    def begin(
        self,
        connection: Connection,
        person: Person,
        means: Means,
        *,
        device: str | None = None,
        proved_twice: bool = False,
        id_token: bytes | None = None,
    ) -> Entered:
        """A new session of somebody who has proved who it is, once, or twice at a provider's.

        ``person``: locked by this transaction, so that what it opens is what its role asks for now.
        """
        stage = Stage.OPEN if proved_twice else self.stage_of(person)
        secret = secrets.fresh()
        lasting = self.lasting if stage is Stage.OPEN else HALFWAY
        sessions.forget_ended(connection)
        sessions.begin(connection, secrets.digest(secret), person.number, stage, means, lasting, id_token)
        known = device if device and self.lockout.knows(person.login, device) else None
        return Entered(person, stage, secret, known or self.lockout.new_device(person.login))

    def stage_of(self, person: Person) -> Stage:
        """What is still to be proved after a password."""
        if person.has_second_factor:
            return Stage.SECOND_FACTOR
        return Stage.ENROLMENT if person.role in self.settings.roles_with_second_factor() else Stage.OPEN

    def session(self, secret: str) -> Session | None:
        """The session in use with this secret."""
        with self.database.identifying() as connection:
            return sessions.find(connection, secrets.digest(secret), self.idle)

    def leave(self, session: Session) -> None:
        """End a session; one that another page has ended already is no error."""
        with suppress(NotFound), self.database.identifying() as connection:
            sessions.end(connection, session.person.number, session.number)

    def accept(self, login: str, code: str, password: str, address: str) -> Person:
        """Choose a password with a one-time code; every session of before is over.

        Raises:
            TooManyAttempts, RefusedInvitation, WeakPassword (the code is still good).
        """
        login = login.strip().lower()
        name, digest = self.lockout.name_of(login, None), secrets.digest(secrets.heard(code))
        with self.lockout.attempt(name, address), self.database.identifying() as connection:
            number = persons.use_invitation(connection, login, digest)
            if number is None:
                raise RefusedInvitation
            person = persons.get(connection, number)
            self._choose(connection, person, password)
        return person

    def change_password(self, session: Session, present: str, chosen: str, address: str) -> None:
        """Choose another password; every other session is over.

        Raises:
            TooManyAttempts, RefusedLogin, WeakPassword.
        """
        person = session.person
        name = secrets.keyed(self.lockout.key, "mot de passe", str(person.number))
        with self.lockout.attempt(name, address):
            with self.database.identifying() as connection:
                encoded = persons.password_of(connection, person.login)
            if encoded is None or not passwords.matches(encoded, present):
                raise RefusedLogin(person=person)
            with self.database.identifying() as connection:
                self._choose(connection, _still(connection, person, encoded), chosen, but=session.number)

    @staticmethod
    def _choose(connection: Connection, person: Person, chosen: str, but: int | None = None) -> None:
        passwords.check(chosen, person.login, person.label)
        persons.set_password(connection, person.number, passwords.encode(chosen))
        sessions.end_all(connection, person.number, but=but)


def _still(connection: Connection, person: Person, encoded: str) -> Person:
    """The person as it is now, locked: a proof of before is worth nothing if the password changed since.

    Raises:
        RefusedLogin.
    """
    held = persons.lock(connection, person.number)
    if not held.opens or persons.password_of(connection, held.login) != encoded:
        raise RefusedLogin(person=held)
    return held
