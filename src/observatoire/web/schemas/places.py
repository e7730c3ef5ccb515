"""Places on the wire: the city's own table, the queue of places to check, the geocoders."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from observatoire.web.schemas.base import Wire


class PlaceTableOut(Wire):
    """The table in force."""

    organisation: str
    version: int
    lines: int = Field(serialization_alias="lignes")
    author: str = Field(serialization_alias="auteur")
    loaded_at: datetime = Field(serialization_alias="chargee_le")


class CandidateOut(Wire):
    """A place that a geocoder proposes; its rank in the list, from 1, is what is answered."""

    label: str = Field(serialization_alias="libelle")
    precision: str
    method: str = Field(serialization_alias="methode")
    score: float = Field(description="de 0 à 1")
    longitude: float
    latitude: float
    commune: str | None


class PlaceToCheckOut(Wire):
    """A place as a source writes it; kept until it is answered, 30 days at most."""

    id: UUID
    source: str
    commune: str | None
    text: str = Field(serialization_alias="texte")
    reason: str = Field(
        serialization_alias="motif",
        description="score_faible, homonymes, commune_differente, nature_differente, introuvable, "
        "service_indisponible",
    )
    candidates: list[CandidateOut] = Field(serialization_alias="candidats")
    facts: int = Field(serialization_alias="faits", description="faits qui attendent ce lieu")
    requested_at: datetime = Field(serialization_alias="demande_le")
    expires_at: datetime = Field(serialization_alias="expire_le")


class PlacesToCheckOut(Wire):
    """A page of the queue."""

    places: list[PlaceToCheckOut] = Field(serialization_alias="lieux")
    total: int


class PlaceAnswerIn(Wire):
    """What a place is."""

    answer: Literal["candidat", "point", "commune", "inconnu"] = Field(validation_alias="reponse")
    candidate: int | None = Field(default=None, validation_alias="candidat", ge=1, description="son rang")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="degrés, WGS 84")
    latitude: float | None = Field(default=None, ge=-90, le=90)
    commune: str | None = Field(default=None, description="code COG, si aucune n'était donnée")


class GeocodingIn(Wire):
    """Whether the national service is asked."""

    national: bool


class GeocodingOut(Wire):
    """Geocoders in use, besides the tables of the organisations."""

    addok: bool = Field(description="un serveur de la collectivité est configuré")
    national: bool = Field(description="le service national est interrogé : adresse et commune seules")
    national_allowed: bool = Field(serialization_alias="national_permis", description="par le réglage")
    changed_by: str | None = Field(serialization_alias="change_par")
    changed_at: datetime | None = Field(serialization_alias="change_le")
