"""Answers about official series."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from observatoire.web.schemas.base import DisclosureOut, MethodOut, ProvenanceOut, Wire


class SeriesQuestionOut(Wire):
    """The question as it was understood; empty lists: everything that is published."""

    territory: str = Field(serialization_alias="territoire")
    start: date | None = Field(serialization_alias="debut")
    end: date | None = Field(serialization_alias="fin")
    indicators: list[str] = Field(serialization_alias="indicateur")
    datasets: list[str] = Field(serialization_alias="jeu")
    edition: str | None


class MeasureOut(Wire):
    """A published figure that may be missing; ``mention``: how it reads (« non diffusé »)."""

    value: float | int | None = Field(serialization_alias="valeur")
    state: str = Field(serialization_alias="etat", description="publie, zero, secret ou absent")
    wording: str | None = Field(serialization_alias="mention")


class RateOut(Wire):
    """For 1,000 of the producer's own denominator; ``calcule``: made by us from a sum of parts."""

    value: float = Field(serialization_alias="valeur")
    denominator: str = Field(serialization_alias="denominateur")
    denominator_value: float | None = Field(serialization_alias="denominateur_valeur")
    vintages: list[int] = Field(serialization_alias="denominateur_millesimes")
    computed: bool = Field(serialization_alias="calcule")


class SeriesPointOut(Wire):
    """One year or one month."""

    period: str = Field(serialization_alias="periode")
    measure: MeasureOut = Field(serialization_alias="mesure")
    rate_per_thousand: RateOut | None = Field(serialization_alias="taux_pour_mille")
    edition: str | None
    geography: int | None = Field(serialization_alias="geographie")
    reason: str | None = Field(serialization_alias="motif", description="pourquoi une somme n'est pas faite")


class OfficialSeriesOut(Wire):
    """One indicator of one dataset; it is never added to another."""

    dataset: str = Field(serialization_alias="jeu")
    dataset_label: str = Field(serialization_alias="jeu_libelle")
    code: str
    label: str = Field(serialization_alias="libelle")
    counting_unit: str = Field(serialization_alias="unite_de_compte")
    definition: str
    made_of: str | None = Field(
        serialization_alias="somme_de", description="niveau dont les parties ont été sommées ; nul : publié"
    )
    points: list[SeriesPointOut]


class SeriesOut(Wire):
    """Result of ``series-officielles``: series side by side, no total."""

    series: list[OfficialSeriesOut]


class SeriesFileOut(Wire):
    """A file of a producer, and what became of its lines."""

    number: int = Field(serialization_alias="numero")
    dataset: str = Field(serialization_alias="jeu")
    dataset_label: str = Field(serialization_alias="jeu_libelle")
    producer: str = Field(serialization_alias="producteur")
    licence: str
    edition: str
    geography: int = Field(serialization_alias="geographie")
    state: str = Field(serialization_alias="etat", description="valide, remplace ou annule")
    name: str = Field(serialization_alias="nom")
    size: int = Field(serialization_alias="octets")
    sha256: str
    produced_on: date | None = Field(serialization_alias="produit_le")
    imported_at: datetime = Field(serialization_alias="importe_le")
    lines: dict[str, int] = Field(serialization_alias="lignes")
    anomalies: list[dict[str, Any]]


class SeriesProofOut(Wire):
    """The proof block of an official figure: who publishes it, which edition, what its cells are."""

    states: dict[str, int] = Field(serialization_alias="etats", description="nombre de points par état")
    method: MethodOut = Field(serialization_alias="methode")
    disclosure: DisclosureOut = Field(serialization_alias="diffusion")
    series_files: list[SeriesFileOut] = Field(serialization_alias="fichiers_producteur")
    provenance: ProvenanceOut
    warnings: list[str] = Field(serialization_alias="avertissements")


class SeriesAnswerOut(Wire):
    """``series-officielles``."""

    question: SeriesQuestionOut
    result: SeriesOut = Field(serialization_alias="resultat")
    proof: SeriesProofOut = Field(serialization_alias="preuve")


class IndicatorOut(Wire):
    """An indicator that some loaded file tells: words and editions, no figure."""

    dataset: str = Field(serialization_alias="jeu")
    dataset_label: str = Field(serialization_alias="jeu_libelle")
    producer: str = Field(serialization_alias="producteur")
    code: str
    label: str = Field(serialization_alias="libelle")
    counting_unit: str = Field(serialization_alias="unite_de_compte")
    denominator: str | None = Field(serialization_alias="denominateur")
    additive: bool = Field(
        serialization_alias="additif", description="si des territoires se somment ; jamais des indicateurs"
    )
    overlap: str | None = Field(serialization_alias="recouvrement")
    definition: str
    caution: str = Field(serialization_alias="precaution")
    editions: list[str]
    first_period: str = Field(serialization_alias="premiere_periode")
    last_period: str = Field(serialization_alias="derniere_periode")


class IndicatorList(Wire):
    """Catalogue of the official series."""

    indicators: list[IndicatorOut] = Field(serialization_alias="indicateurs")


class SeriesFileList(Wire):
    """Files of official series, latest first."""

    series_files: list[SeriesFileOut] = Field(serialization_alias="fichiers_producteur")
