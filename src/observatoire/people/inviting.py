"""Persons: invited, described anew, switched off. Nobody chooses the password of another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from observatoire.disclosure.policy import ROLES_OF_AN_ORGANISATION, Role
from observatoire.domain.person import NewPerson, Person
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import FieldError, InvalidRequest
from observatoire.people import secrets
from observatoire.people.errors import KnownLogin
from observatoire.people.lockout import Lockout
from observatoire.settings import Settings
from observatoire.store import accounts, organisations, persons, sessions
from observatoire.store.engine import Connection, Database

INVITATION_BITS = 120
LOGIN = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}\.[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """``code``: told once, to be handed to the person."""

    person: Person
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Registrar:
    """Who keeps the list of persons; ``by`` and ``role`` of each act go to the journal."""

    database: Database
    settings: Settings
    by: str
    role: str

    def invite(self, new: NewPerson) -> Invitation:
        """A new person, and the one-time code with which it chooses its password.

        Raises:
            InvalidRequest, UnknownTerritory, KnownLogin.
        """
        self._check(new, new.grant)
        with self.database.importing() as connection:
            if new.organisation:
                organisations.ensure(connection, new.organisation)
        with self.database.identifying() as connection:
            number = persons.add(connection, new)
            if number is None:
                raise KnownLogin
        return self.invite_again(number)

    def invite_again(self, number: int) -> Invitation:
        """Another one-time code: the codes of before open nothing, the password stands until it is used.

        A closed account is opened again: it holds nothing but this code.

        Raises:
            NotFound.
        """
        code = secrets.spoken(INVITATION_BITS)
        expires_at = datetime.now(UTC) + timedelta(hours=self.settings.invitation_hours)
        with self.database.identifying() as connection:
            if persons.open_again(connection, number):
                self._write(connection, "personne rouverte", number)
            person = persons.get(connection, number)
            persons.invite(connection, number, secrets.digest(secrets.heard(code)), expires_at)
            self._write(connection, "personne invitée", number)
        self._lockout().release(person.login)
        return Invitation(person, code, expires_at)

    def describe(self, number: int, new: NewPerson, *, active: bool) -> Person:
        """Role, organisation, territories; given a role that wants a second factor, every session of the
        person is over; not ``active``, its account is closed.

        A territory that the person had already is not looked at again: communes merge.

        Raises:
            NotFound, InvalidRequest, UnknownTerritory.
        """
        with self.database.identifying() as connection:
            had = persons.get(connection, number).grant
        self._check(new, [code for code in new.grant if str(code) not in had])
        with self.database.importing() as connection:
            if new.organisation:
                organisations.ensure(connection, new.organisation)
        with self.database.identifying() as connection:
            before = persons.get(connection, number)
            persons.replace(connection, number, new, active=active)
            raised = new.role != before.role and new.role in self.settings.roles_with_second_factor()
            if raised:
                sessions.end_all(connection, number)
            if not active:
                self._shut(connection, number)
            self._write(connection, "personne modifiée" if active else "personne désactivée", number)
            return persons.get(connection, number)

    def close(self, number: int) -> None:
        """Close an account: nothing of what let the person in is kept, to open it again is to invite anew.

        Raises:
            NotFound.
        """
        with self.database.identifying() as connection:
            self._shut(connection, number)
            self._write(connection, "personne désactivée", number)

    @staticmethod
    def _shut(connection: Connection, number: int) -> None:
        persons.close(connection, number)
        sessions.end_all(connection, number)

    def take_factor_away(self, number: int) -> None:
        """For who has lost telephone and recovery codes: a new factor is asked for at the next login.

        Raises:
            NotFound.
        """
        with self.database.identifying() as connection:
            persons.get(connection, number)
            persons.propose_factor(connection, number, None)
            sessions.end_all(connection, number)
            self._write(connection, "second facteur retiré", number)

    def _check(self, new: NewPerson, granted: Iterable[TerritoryCode]) -> None:
        if new.login is not None and not LOGIN.fullmatch(new.login):
            fault = FieldError("courriel", "une adresse de courrier est attendue", "prenom.nom@mairie.fr")
            raise InvalidRequest(fields=(fault,))
        if new.organisation is None and Role(new.role) in ROLES_OF_AN_ORGANISATION:
            message = "ce rôle ne lit que les sources de son organisation"
            raise InvalidRequest(fields=(FieldError("organisation", message, "le code d'une organisation"),))
        with self.database.reading() as connection:
            accounts.check_grant(connection, granted, "perimetre")

    def _write(self, connection: Connection, action: str, number: int) -> None:
        accounts.write_journal(connection, self.by, self.role, action, str(number), None)

    def _lockout(self) -> Lockout:
        return Lockout(self.database, self.settings.pseudonymisation_key())
