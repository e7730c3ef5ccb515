"""The catalogue of named analyses."""

from pydantic import Field

from observatoire.web.schemas.base import Wire


class NamedAnalysisOut(Wire):
    """An analysis that needs only a territory and a period."""

    code: str
    version: int
    label: str = Field(serialization_alias="libelle")
    asks: str = Field(serialization_alias="question_posee")
    analysis: str = Field(serialization_alias="analyse")
    parameters: dict[str, str] = Field(serialization_alias="parametres")
    link: str = Field(
        serialization_alias="lien", description="à compléter par « territoire », « debut » et « fin »"
    )
    levels: list[str] = Field(serialization_alias="niveaux")
    audiences: list[str] = Field(description="qui peut la poser, hors de son périmètre compris")
    single_group: bool = Field(
        serialization_alias="groupe_unique",
        description="« source » à préciser là où plusieurs groupes d'additivité ont des faits",
    )


class CatalogueOut(Wire):
    """``catalogue``."""

    analyses: list[NamedAnalysisOut]
