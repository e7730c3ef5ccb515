"""The audit trail on the wire."""

from datetime import datetime

from pydantic import Field

from observatoire.domain.trail import Action, Outcome, Purpose
from observatoire.web.schemas.base import Wire


class EntryOut(Wire):
    """Who did what, on what, why, and how it ended; what a partner is not told is null."""

    number: int = Field(serialization_alias="numero")
    recorded_at: datetime = Field(serialization_alias="inscrit_le")
    key_label: str | None = Field(
        serialization_alias="libelle_cle", description="nom de la clé ; pour l'administration seulement"
    )
    organisation: str
    role: str | None = Field(description="pour l'administration seulement")
    action: Action
    subject: str = Field(serialization_alias="objet", description="adresse demandée, sans texte libre")
    filter: str = Field(serialization_alias="filtre", description="codes, dates et nombres de la question")
    sources: list[str] = Field(description="sources concernées, parmi celles que vous lisez")
    rows_out: int | None = Field(
        serialization_alias="lignes_sorties", description="null aussi quand d'autres sources y sont mêlées"
    )
    purpose: Purpose | None = Field(serialization_alias="finalite")
    outcome: Outcome = Field(serialization_alias="issue")
    reason: str | None = Field(serialization_alias="motif", description="code du problème répondu")
    sealed: bool = Field(serialization_alias="scelle", description="dans la chaîne des scellements")


class TrailOut(Wire):
    """A page of the trail, latest first."""

    entries: list[EntryOut] = Field(serialization_alias="entrees")
    next_cursor: int | None = Field(
        serialization_alias="curseur_suivant", description="à donner en « curseur » ; null : c'est la fin"
    )
