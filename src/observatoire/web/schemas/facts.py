"""Facts sent one by one, and the progress of an import, on the wire."""

from pydantic import ConfigDict, Field

from observatoire.web.schemas.base import Wire
from observatoire.web.schemas.collection import LinesOut


class FactIn(Wire):
    """One fact, as ``POST /faits`` documents it; every cell is read by the same rules as that of a file."""

    model_config = ConfigDict(extra="allow")

    reference: str | None = Field(description="votre référence : un envoi corrigé la reprend ; jamais gardée")
    date: str = Field(description="date locale du fait, par exemple 2026-03-12")
    clock: str | None = Field(
        default=None, validation_alias="heure", description="heure locale : 22:45, 22h45, « soirée »…"
    )
    end: str | None = Field(
        default=None, validation_alias="fin", description="date de fin, si le moment est incertain"
    )
    end_clock: str | None = Field(default=None, validation_alias="heure_fin", description="heure de fin")
    category: str = Field(
        validation_alias="categorie", description="code de la nomenclature (A101) ou libellé"
    )
    commune: str | None = Field(
        default=None, description="code COG ; facultatif si la source n'a qu'une commune"
    )
    place: str | None = Field(
        default=None,
        validation_alias="lieu",
        description="adresse ou lieu, sans nom de personne : sert à placer un fait sans coordonnées",
    )
    longitude: float | None = Field(default=None, description="degrés, WGS 84")
    latitude: float | None = Field(default=None, description="degrés, WGS 84")
    quantity: int | None = Field(default=None, validation_alias="quantite", ge=0)


class ProgressOut(Wire):
    """How far an import is; ``lignes`` is known at its end."""

    state: str = Field(serialization_alias="etat")
    progress: float = Field(serialization_alias="progression", description="de 0 à 1")
    lines: LinesOut = Field(serialization_alias="lignes")
