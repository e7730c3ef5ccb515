"""Organisations, keys, and who is asking, on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from observatoire.disclosure.policy import Audience, KeyScope, Role
from observatoire.domain.organisation import OrganisationKind
from observatoire.domain.origin import MOST_ORIGINS
from observatoire.store.accounts import KEY_LASTS, LONGEST_KEY
from observatoire.store.key_life import LONGEST_OVERLAP_DAYS, OVERLAP_DAYS
from observatoire.web.schemas.base import Wire


class DatedTerritoryWire(Wire):
    """A territory of an organisation and the days between which it is one."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    territory: str = Field(validation_alias="territoire", serialization_alias="territoire")
    valid_from: date = Field(validation_alias="valide_depuis", serialization_alias="valide_depuis")
    valid_to: date | None = Field(
        default=None,
        validation_alias="valide_jusqua",
        serialization_alias="valide_jusqua",
        description="exclu",
    )


class OrganisationIn(Wire):
    """An organisation to create or to describe anew."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    code: str = Field(min_length=1, max_length=200, pattern=r"^[^/\x00-\x1f]+$")
    label: str = Field(validation_alias="libelle", min_length=1, max_length=200)
    kind: OrganisationKind = Field(validation_alias="type")
    territories: list[DatedTerritoryWire] = Field(
        default=[], validation_alias="territoires", max_length=500, description="périmètre de ses clés"
    )
    active: bool = Field(default=True, description="false : ses clés n'ouvrent plus rien")
    origins: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[],
        validation_alias="origines",
        max_length=MOST_ORIGINS,
        description="pages d'où ses clés sont reçues : https://nom[:port], sans chemin",
    )


class OrganisationOut(Wire):
    """An organisation: who sends, who asks."""

    code: str
    label: str = Field(serialization_alias="libelle")
    kind: OrganisationKind = Field(serialization_alias="type")
    territories: list[DatedTerritoryWire] = Field(serialization_alias="territoires")
    active: bool
    origins: list[str] = Field(serialization_alias="origines")
    created_at: datetime | None = Field(serialization_alias="cree_le")


class OrganisationList(Wire):
    """Organisations that the caller knows."""

    organisations: list[OrganisationOut]


class KeyIn(Wire):
    """A key to create."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    label: str = Field(validation_alias="libelle", min_length=1, max_length=200)
    role: Role
    organisation: str | None = Field(default=None, min_length=1, max_length=200)
    grant: list[str] = Field(
        default=[],
        validation_alias="perimetre",
        max_length=500,
        description="niveau:code ; par défaut, les territoires en vigueur de l'organisation",
    )
    scopes: list[KeyScope] = Field(
        default=[],
        validation_alias="portees",
        max_length=len(KeyScope),
        description="lecture, envoi, administration : à défaut, toutes celles du rôle ; points s'y ajoute",
    )
    expires_at: datetime | None = Field(
        default=None,
        validation_alias="expire_le",
        description=f"{KEY_LASTS.days} jours à défaut, {LONGEST_KEY.days} au plus",
    )


class KeyOut(Wire):
    """A key, but for its secret."""

    number: int = Field(serialization_alias="numero")
    prefix: str = Field(serialization_alias="prefixe", description="ce que l'on reconnaît de la clé")
    label: str = Field(serialization_alias="libelle")
    role: str
    organisation: str | None
    grant: list[str] = Field(serialization_alias="perimetre", description="vide : celui de l'organisation")
    scopes: list[str] = Field(serialization_alias="portees")
    created_at: datetime = Field(serialization_alias="cree_le")
    expires_at: datetime = Field(serialization_alias="expire_le")
    revoked_at: datetime | None = Field(serialization_alias="revoquee_le")
    last_used_at: datetime | None = Field(
        serialization_alias="utilisee_le", description="à la minute près ; null : jamais"
    )
    replaced_by: int | None = Field(
        serialization_alias="remplacee_par", description="numéro de la clé qui lui succède"
    )


class CreatedKeyOut(Wire):
    """The only time that a key is seen."""

    key: str = Field(serialization_alias="cle", description="montrée cette seule fois")


class RotationIn(Wire):
    """How a key is renewed."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    overlap_days: int = Field(
        default=OVERLAP_DAYS,
        ge=0,
        le=LONGEST_OVERLAP_DAYS,
        validation_alias="recouvrement_jours",
        description="jours pendant lesquels l'ancienne ouvre encore",
    )
    expires_at: datetime | None = Field(default=None, validation_alias="expire_le")


class RenewedKeyOut(Wire):
    """The key that takes over."""

    key: str = Field(serialization_alias="cle", description="montrée cette seule fois")
    number: int = Field(serialization_alias="numero")
    expires_at: datetime = Field(serialization_alias="expire_le")
    replaced: int = Field(serialization_alias="remplace", description="numéro de l'ancienne")
    old_expires_at: datetime = Field(
        serialization_alias="ancienne_expire_le", description="jusque-là, les deux ouvrent"
    )


class KeyList(Wire):
    """Keys in order of creation."""

    keys: list[KeyOut] = Field(serialization_alias="cles")


class OwnOrganisationOut(Wire):
    """The organisation that a key speaks for."""

    code: str
    label: str = Field(serialization_alias="libelle")
    kind: OrganisationKind = Field(serialization_alias="type")


class StandingOut(Wire):
    """As what the caller is answered on a territory, and from which sources."""

    territory: str = Field(serialization_alias="territoire")
    audience: Audience
    sources: list[str] = Field(description="celles que la clé interroge ici, une à une")
    other_sources: int = Field(serialization_alias="autres_sources")


class MeOut(Wire):
    """Who is asking."""

    name: str | None = Field(serialization_alias="nom", description="libellé de la clé ; null sans clé")
    role: Role | None
    organisation: OwnOrganisationOut | None
    grant: list[str] = Field(serialization_alias="perimetre")
    scopes: list[str] = Field(serialization_alias="portees")
    expires_at: datetime | None = Field(serialization_alias="expire_le", description="fin de la clé")
    ends_soon: bool = Field(serialization_alias="expire_bientot", description="dans trente jours au plus")
    outside: Audience = Field(serialization_alias="audience_ailleurs")
    audiences: list[StandingOut]
