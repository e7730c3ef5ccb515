"""A person who enters by name: what is asked of it, and what is known of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from observatoire.domain.territory import TerritoryCode


class Stage(StrEnum):
    """What a session still has to prove before it opens anything."""

    SECOND_FACTOR = "second_facteur"
    ENROLMENT = "enrolement"
    OPEN = "ouverte"


class Means(StrEnum):
    """How a session began."""

    PASSWORD = "mot_de_passe"
    OPENID = "fournisseur_identite"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to invite: ``login`` is a professional address in lower case (None: it stays), ``role`` a word
    of the policy.
    """

    login: str | None
    label: str
    role: str
    organisation: str | None
    grant: tuple[TerritoryCode, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored; ``grant``: its own territories, ``territories``: those that count today.

    ``opens``: neither the person nor its organisation is switched off.
    """

    number: int
    login: str
    label: str
    role: str
    organisation: str | None
    grant: tuple[str, ...]
    active: bool
    created_at: datetime
    has_password: bool
    has_second_factor: bool
    territories: tuple[TerritoryCode, ...]
    opens: bool

    @property
    def name(self) -> str:
        """What journals call it: a number, which the administration alone can turn into a name."""
        return f"personne {self.number}"


@dataclass(frozen=True, slots=True)
class Session:
    """A session in use, and whose."""

    number: int
    person: Person
    stage: Stage
    means: Means


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person lists it."""

    number: int
    means: Means
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """``secret``: sealed; ``last_step``: 30 s steps since 1970, no code of it or before passes again."""

    secret: bytes | None
    confirmed: bool
    last_step: int
