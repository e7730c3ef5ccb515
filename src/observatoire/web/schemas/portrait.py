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


class PortraitOut(Wire):
    """Side by side, never merged: no index, no rank, no sum of sources of different groups."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    context: TerritoryContextOut = Field(serialization_alias="contexte")
    local_facts: SummaryOut | PublishedSummaryOut = Field(serialization_alias="faits_locaux")
    official_series: OfficialBesideOut = Field(serialization_alias="series_officielles")


class PortraitAnswer(Wire):
    """``portrait``."""

    question: QuestionOut
    result: PortraitOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
