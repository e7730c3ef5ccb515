"""Facts one by one, on the wire."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from observatoire.web.schemas.base import QuestionOut, Wire


class FactOut(Wire):
    """One fact, as the contract of its source lets it be shown; never a reference nor an address."""

    source: str
    category: str = Field(serialization_alias="categorie")
    day: date = Field(serialization_alias="jour", description="jour local")
    hour: int | None = Field(serialization_alias="heure_locale", description="0 à 23 ; null : inconnue")
    time_precision: str = Field(
        serialization_alias="precision_temps",
        description="minute, heure, creneau, intervalle, jour, mois ou inconnue",
    )
    start: datetime | None = Field(serialization_alias="debut", description="instant ; null : jour seul")
    end: datetime | None = Field(serialization_alias="fin", description="instant (exclu)")
    location_precision: str = Field(
        serialization_alias="precision_lieu",
        description="point, numero, intersection, voie, lieu, quartier ou commune",
    )
    commune: str | None
    arrondissement: str | None
    iris: str | None
    qpv: str | None
    longitude: float | None = Field(description="degrés WGS 84 ; null sans « points=true »")
    latitude: float | None
    quantity: int = Field(serialization_alias="quantite")
    unit: str = Field(serialization_alias="unite")
    import_id: UUID | None = Field(serialization_alias="import", description="l'import qui l'a dit")


class FactPageOut(Wire):
    """A page of facts, by day."""

    question: QuestionOut
    listed_sources: list[str] = Field(serialization_alias="sources_listees")
    other_sources: int = Field(serialization_alias="autres_sources")
    facts: list[FactOut] = Field(serialization_alias="faits")
    next_cursor: str | None = Field(
        serialization_alias="curseur_suivant", description="à donner en « curseur » ; null : c'est la fin"
    )
    warnings: list[str] = Field(serialization_alias="avertissements")
