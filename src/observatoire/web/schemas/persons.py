"""Persons and their sessions, on the wire."""

from datetime import datetime

from pydantic import ConfigDict, Field

from observatoire.disclosure.policy import Role
from observatoire.domain.person import Means
from observatoire.web.schemas.base import Wire


class PersonBase(Wire):
    """What the administration says of a person."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    label: str = Field(validation_alias="libelle", min_length=1, max_length=200, description="nom affiché")
    role: Role
    organisation: str | None = Field(default=None, min_length=1, max_length=200)
    grant: list[str] = Field(
        default=[],
        validation_alias="perimetre",
        max_length=500,
        description="niveau:code ; par défaut les territoires de l'organisation",
    )


class PersonIn(PersonBase):
    """A person to invite."""

    login: str = Field(
        validation_alias="courriel", min_length=6, max_length=254, description="adresse professionnelle"
    )


class PersonChange(PersonBase):
    """A person described anew; the login stays."""

    active: bool = Field(default=True, description="false : ses sessions finissent, plus rien ne s'ouvre")


class PersonOut(Wire):
    """A person, without anything that lets it in."""

    number: int = Field(serialization_alias="numero")
    login: str = Field(serialization_alias="courriel")
    label: str = Field(serialization_alias="libelle")
    role: str
    organisation: str | None
    grant: list[str] = Field(serialization_alias="perimetre")
    active: bool
    created_at: datetime = Field(serialization_alias="cree_le")
    has_password: bool = Field(serialization_alias="mot_de_passe_choisi")
    has_second_factor: bool = Field(serialization_alias="second_facteur")


class PersonList(Wire):
    """Every person."""

    persons: list[PersonOut] = Field(serialization_alias="personnes")


class InvitationOut(Wire):
    """The one-time code with which a person chooses its password: this is the only time it is shown."""

    person: PersonOut = Field(serialization_alias="personne")
    invitation_code: str = Field(serialization_alias="code_invitation")
    expires_at: datetime = Field(serialization_alias="expire_le")


class SessionOut(Wire):
    """One of one's own sessions."""

    number: int = Field(serialization_alias="numero")
    means: Means = Field(serialization_alias="moyen")
    created_at: datetime = Field(serialization_alias="cree_le")
    seen_at: datetime = Field(serialization_alias="vue_le")
    expires_at: datetime = Field(serialization_alias="expire_le")
    is_current: bool = Field(serialization_alias="actuelle")


class SessionList(Wire):
    """One's own sessions, the latest first."""

    sessions: list[SessionOut]


class TokenOut(Wire):
    """What the header ``X-Jeton`` of a request that changes something must bear."""

    token: str = Field(serialization_alias="jeton")
