"""The second factor: taken up, asked for, and replaced by a recovery code when the telephone is lost."""

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

from observatoire.domain.person import Person, Session
from observatoire.people import second_factor, secrets
from observatoire.people.door import Door
from observatoire.people.errors import RefusedCode
from observatoire.store import persons, sessions
from observatoire.store.engine import Connection


def now() -> float:
    """Seconds since 1970."""
    return time.time()


@dataclass(frozen=True, slots=True)
class Prover:
    """Second factors of an installation, sealed by the vault's key."""

    door: Door

    def propose(self, person: Person) -> bytes:
        """The secret that is not confirmed yet, drawn on first call: a page shown twice shows the same.

        Raises:
            RefusedCode: the person has a factor already.
        """
        with self.door.database.identifying() as connection:
            factor = persons.second_factor(connection, person.number)
            if factor.confirmed:
                raise RefusedCode
            if factor.secret is not None:
                return self._unsealed(person, factor.secret)
            secret = second_factor.new_secret()
            sealed = secrets.seal(self._key, _whose(person), secret)
            persons.propose_factor(connection, person.number, sealed)
        return secret

    def confirm(self, session: Session, code: str, address: str) -> tuple[str, list[str]]:
        """The new secret of the session, and recovery codes, told once.

        Raises:
            TooManyAttempts, RefusedCode.
        """
        person = session.person
        codes = [secrets.spoken(second_factor.RECOVERY_BITS) for _ in range(second_factor.RECOVERY_CODES)]
        with self._attempt(person, address), self.door.database.identifying() as connection:
            factor = persons.second_factor(connection, person.number)
            step = None
            if factor.secret is not None and not factor.confirmed:
                step = second_factor.step_of(self._unsealed(person, factor.secret), code, now(), 0)
            if step is None:
                raise RefusedCode(person=person)
            kept = [secrets.digest(secrets.heard(one)) for one in codes]
            persons.confirm_factor(connection, person.number, step, kept)
            sessions.end_all(connection, person.number, but=session.number)
            fresh = self._raise(connection, session)
        return fresh, codes

    def prove(self, session: Session, code: str, address: str) -> str:
        """The new secret of a session that has given a code, or a recovery code.

        Raises:
            TooManyAttempts, RefusedCode.
        """
        person = session.person
        with self._attempt(person, address), self.door.database.identifying() as connection:
            if not self._passes(connection, person, code):
                raise RefusedCode(person=person)
            return self._raise(connection, session)

    def _passes(self, connection: Connection, person: Person, code: str) -> bool:
        factor = persons.second_factor(connection, person.number)
        if factor.secret is None or not factor.confirmed:
            return False
        step = second_factor.step_of(self._unsealed(person, factor.secret), code, now(), factor.last_step)
        if step is not None:
            persons.spend_step(connection, person.number, step)
            return True
        return persons.spend_recovery(connection, person.number, secrets.digest(secrets.heard(code)))

    def _raise(self, connection: Connection, session: Session) -> str:
        fresh = secrets.fresh()
        sessions.raise_(connection, session.number, secrets.digest(fresh), self.door.lasting)
        return fresh

    def _attempt(self, person: Person, address: str) -> AbstractContextManager[None]:
        name = secrets.keyed(self.door.lockout.key, "second facteur", str(person.number))
        return self.door.lockout.attempt(name, address)

    @property
    def _key(self) -> bytes:
        return self.door.settings.sealing_key()

    def _unsealed(self, person: Person, sealed: bytes) -> bytes:
        return secrets.unseal(self._key, _whose(person), sealed)


def _whose(person: Person) -> str:
    return f"second facteur {person.number}"
