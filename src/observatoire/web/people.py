"""From a session cookie to the same Caller as a key's: one road to what one may read."""

import time
from dataclasses import dataclass, field

from fastapi import Request

from observatoire.disclosure.policy import Caller, Role
from observatoire.domain.person import Means, Person, Session, Stage
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import ObservatoireError
from observatoire.openid.provider import Client, Provider
from observatoire.people.door import Door
from observatoire.people.errors import SessionOver
from observatoire.people.proving import Prover
from observatoire.people.recognising import Recogniser
from observatoire.settings import Settings
from observatoire.store import sessions
from observatoire.store.engine import Database
from observatoire.web import cookies, forgery
from observatoire.web.security import communes_within

REMEMBERED_SECONDS = 30
RETURN = "/fournisseur/retour"
Communes = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class People:
    """Who enters by name. The person is read anew at each request; the map of its grant is remembered."""

    database: Database
    door: Door
    prover: Prover
    recogniser: Recogniser
    provider: Provider | None
    _maps: dict[tuple[TerritoryCode, ...], tuple[float, Communes]] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database, settings: Settings) -> "People":
        """The people of an installation."""
        door = Door.of(database, settings)
        return cls(database, door, Prover(door), Recogniser(door), provider_of(settings))

    def session(self, request: Request) -> Session | None:
        """The session of a request, whatever it still has to prove."""
        secret = cookies.read(request, cookies.SESSION)
        return None if secret is None else self.door.session(secret)

    def caller(self, request: Request) -> Caller:
        """Who asks, by cookie; what changes something must bear the session's token.

        Raises:
            SessionOver: the session is over, or has not proved everything; ForgedRequest.
        """
        session = self.session(request)
        if session is None or session.stage is not Stage.OPEN:
            raise SessionOver
        forgery.check(request, cookies.read(request, cookies.SESSION) or "")
        request.state.session = session
        return self.caller_of(session.person)

    def farewell(self, session: Session) -> str | None:
        """Where to log out at the provider's too; None: nowhere, or it can't be told where just now."""
        if session.means is not Means.OPENID or self.provider is None:
            return None
        with self.database.identifying() as connection:
            sealed = sessions.id_token(connection, session.number)
        if sealed is None:
            return None
        try:
            hint = self.recogniser.id_token(session.person, sealed)
            return self.provider.farewell(hint, self.provider.client.redirect.removesuffix(RETURN))
        except ObservatoireError:  # the session here ends all the same
            return None

    def caller_of(self, person: Person) -> Caller:
        """A person as the policy knows it."""
        return Caller(
            person.name,
            Role(person.role),
            person.organisation or "",
            person.territories,
            self._communes(person.territories),
        )

    def _communes(self, grant: tuple[TerritoryCode, ...]) -> Communes:
        until, communes = self._maps.get(grant, (0.0, None))
        if until < time.monotonic():
            with self.database.reading() as connection:
                communes = communes_within(connection, grant)
            self._maps[grant] = (time.monotonic() + REMEMBERED_SECONDS, communes)
        return communes


def named(person: Person) -> Caller:
    """A person as the trail names it: nothing is asked of the database to say so."""
    return Caller(person.name, Role(person.role), person.organisation or "")


def provider_of(settings: Settings) -> Provider | None:
    """The provider of identities that the settings name."""
    if not settings.openid_issuer:
        return None
    algorithms = settings.words(settings.openid_algorithms)
    return Provider(
        Client(
            settings.openid_issuer,
            settings.openid_client_id,
            settings.openid_client_secret.get_secret_value(),
            settings.openid_redirect,
            settings.openid_scopes,
            settings.openid_acr,
            algorithms,
        )
    )
