"""Answer of ``portrait``."""

from pydantic import Field

from observatoire.web.schemas.base import ProofOut, ProvenanceOut, QuestionOut, Wire
from observatoire.web.schemas.crossing import TerritoryContextOut
from observatoire.web.schemas.series import OfficialSeriesOut, SeriesFileOut
from observatoire.web.schemas.synthesis import PublishedSummaryOut, SummaryOut


class OfficialBesideOut(Wire):
    """What the State publishes of the territory: in its own units, from its own files."""

    series: list[OfficialSeriesOut]
    series_files: list[SeriesFileOut] = Field(serialization_alias="fichiers_producteur")
    provenance: ProvenanceOut
    warnings: list[str] = Field(serialization_alias="avertissements")


class ContextSeriesOut(Wire):
    """The files of producers that the context was read from, and its digest."""

    series_files: list[SeriesFileOut] = Field(serialization_alias="fichiers_producteur")
    provenance: ProvenanceOut


class PortraitOut(Wire):
    """Side by side, never merged: no index, no rank, no sum of sources of different groups."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    context: TerritoryContextOut = Field(serialization_alias="contexte")
    context_series: ContextSeriesOut | None = Field(
        serialization_alias="series_contexte",
        description="d'où vient le contexte ; null s'il ne vient d'aucun fichier de producteur",
    )
    local_facts: SummaryOut | PublishedSummaryOut = Field(serialization_alias="faits_locaux")
    official_series: OfficialBesideOut = Field(serialization_alias="series_officielles")


class PortraitAnswer(Wire):
    """``portrait``."""

    question: QuestionOut
    result: PortraitOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
