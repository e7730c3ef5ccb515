"""How long each thing is kept, on the wire."""

from datetime import date

from pydantic import Field

from observatoire.web.schemas.base import Wire


class RuleOut(Wire):
    """What is kept, for how many days, and then; without days, what ends it."""

    data_kind: str = Field(serialization_alias="donnee")
    label: str = Field(serialization_alias="libelle")
    kept_days: int | None = Field(serialization_alias="duree_jours", description="null : aucun terme propre")
    afterwards: str = Field(serialization_alias="ensuite")
    encrypted_files: bool = Field(serialization_alias="fichiers_chiffres", description="hors de la base")


class PointsOut(Wire):
    """The first day whose facts may have a point, by the contract of a source."""

    source: str
    points_since: date = Field(serialization_alias="points_depuis")


class RetentionOut(Wire):
    """The rules in force, and what they come to today for the sources that the caller may read."""

    rules: list[RuleOut] = Field(serialization_alias="regles")
    sources: list[PointsOut]
