"""Whom a provider's identity stands for. No account is ever created by a login."""

from dataclasses import dataclass

from observatoire.domain.person import Means, Person
from observatoire.openid.answers import Claims
from observatoire.openid.provider import Identified
from observatoire.people import secrets
from observatoire.people.door import Door, Entered
from observatoire.people.errors import UnexpectedIdentity
from observatoire.store import persons, sessions
from observatoire.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Recogniser:
    """(issuer, subject) is the key, never the address: that serves once, to whom an invitation awaits."""

    door: Door

    def enter(self, found: Identified, device: str | None) -> Entered:
        """Open a session; our own second factor is asked for, unless the provider says it asked for two.

        Raises:
            UnexpectedIdentity.
        """
        with self.door.database.identifying() as connection:
            person = self._person(connection, found.claims)
            if person is None or not person.opens:
                raise UnexpectedIdentity(person=person)
            sealed = secrets.seal(self.door.settings.sealing_key(), _whose(person), found.id_token.encode())
            twice = found.claims.proved_twice
            return self.door.begin(
                connection, person, Means.OPENID, device=device, proved_twice=twice, id_token=sealed
            )

    def id_token(self, person: Person, sealed: bytes) -> str:
        """The token kept for the provider's logout."""
        return secrets.unseal(self.door.settings.sealing_key(), _whose(person), sealed).decode()

    def _person(self, connection: Connection, claims: Claims) -> Person | None:
        """Who it is, locked. Another subject of who is known takes an invitation and replaces the former."""
        known = persons.linked(connection, claims.issuer, claims.subject)
        if known is not None:
            held = persons.lock(connection, known.number)
            # Another subject may have taken its place while we waited.
            still = persons.linked(connection, claims.issuer, claims.subject)
            return held if still is not None and still.number == held.number else None
        verified = claims.address_is_verified or self.door.settings.openid_addresses_are_verified
        person = persons.find(connection, claims.login) if verified and claims.login else None
        if person is None:
            return None
        person = persons.lock(connection, person.number)
        if not person.opens:
            return person
        if not persons.use_any_invitation(connection, person.number):
            return None
        persons.link(connection, claims.issuer, claims.subject, person.number)
        sessions.end_all(connection, person.number)
        return person


def _whose(person: Person) -> str:
    return f"jeton d'identité {person.number}"
