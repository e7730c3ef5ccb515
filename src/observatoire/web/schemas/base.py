"""The one seam between English attributes and French wire names."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Read from the attributes of our dataclasses, written under French names."""

    model_config = ConfigDict(from_attributes=True, serialize_by_alias=True, validate_by_name=True)


class CountOut(Wire):
    """A value that may be missing says why."""

    value: int | None = Field(serialization_alias="valeur")
    state: str = Field(serialization_alias="etat", description="publie, zero, secret ou absent")


class QuestionOut(Wire):
    """The question as it was understood."""

    territory: str = Field(serialization_alias="territoire")
    start: date = Field(serialization_alias="debut")
    end: date = Field(serialization_alias="fin")
    categories: list[str] = Field(serialization_alias="categorie")
    sources: list[str] = Field(serialization_alias="source")
    parameters: dict[str, str] = Field(serialization_alias="parametres")


class ExclusionOut(Wire):
    """Facts left out, and why."""

    reason: str = Field(serialization_alias="motif")
    count: int = Field(serialization_alias="nombre")


class HeadcountOut(Wire):
    """``total`` = ``retenus`` + the sum of ``exclus``."""

    total: int
    kept: int = Field(serialization_alias="retenus")
    excluded: list[ExclusionOut] = Field(serialization_alias="exclus")


class ContractOut(Wire):
    """The clauses that bind what is counted and shown of a source."""

    kind: str = Field(serialization_alias="type")
    group: str = Field(serialization_alias="groupe")
    visibility: str = Field(serialization_alias="visibilite")
    precision: str
    retention_years: int | None = Field(serialization_alias="conservation_annees")
    charter_signed_on: date | None = Field(serialization_alias="charte_signee_le")


class DeclaredBreakOut(Wire):
    """A declared break inside what the figures rest on."""

    source: str
    day: date = Field(serialization_alias="jour")
    kind: str = Field(serialization_alias="type")
    reason: str = Field(serialization_alias="motif")


class SourceMonthsOut(Wire):
    """Months of one source by state: nothing came for ``mois_absents``, of which some were due."""

    source: str
    received: int = Field(serialization_alias="mois_recus")
    missing: list[str] = Field(serialization_alias="mois_absents")
    late: list[str] = Field(serialization_alias="mois_en_retard")
    partial: list[str] = Field(serialization_alias="mois_partiels")
    nil: list[str] = Field(serialization_alias="mois_neant")
    provisional: list[str] = Field(serialization_alias="mois_provisoires")
    contract: ContractOut = Field(serialization_alias="contrat")


class CoverageOut(Wire):
    """What a figure speaks of."""

    communes: int
    covered_communes: int = Field(serialization_alias="communes_couvertes")
    population_share: float | None = Field(serialization_alias="part_population")
    geography: int = Field(serialization_alias="geographie")
    sources: list[SourceMonthsOut]
    other_sources: int = Field(serialization_alias="autres_sources")
    breaks: list[DeclaredBreakOut] = Field(serialization_alias="ruptures")
    provisional_since: date | None = Field(serialization_alias="provisoire_depuis")
    deduced_period: bool = Field(serialization_alias="periode_deduite")


class PlacesOut(Wire):
    """Shares of the facts by precision class."""

    point: float | None
    commune: float | None
    geocoded: dict[str, float] = Field(
        serialization_alias="adresse",
        description="par précision : numero, intersection, voie, lieu, quartier",
    )
    near_border: float | None = Field(serialization_alias="proche_limite")
    unclassed: float | None = Field(serialization_alias="non_classe")


class MethodOut(Wire):
    """The method, its version, its parameters and its papers."""

    name: str = Field(serialization_alias="nom")
    version: int
    parameters: dict[str, Any] = Field(serialization_alias="parametres")
    references: list[str]


class DisclosureOut(Wire):
    """What the gate applied."""

    audience: str
    policy: str = Field(serialization_alias="politique")
    version: int
    edition: int | None


class ProvenanceOut(Wire):
    """Digest of the question and of all that it rests on; where that is listed and traced."""

    digest: str = Field(serialization_alias="empreinte")
    link: str = Field(serialization_alias="lien")
    trace: str | None = Field(
        default=None,
        description="tout ce sur quoi le chiffre repose, en un appel ; null pour une série lue sans clé",
    )


class ProofOut(Wire):
    """The proof block: no number leaves without it."""

    headcount: HeadcountOut | None = Field(serialization_alias="effectif")
    coverage: CoverageOut | None = Field(serialization_alias="couverture")
    places: PlacesOut | None = Field(serialization_alias="localisation")
    method: MethodOut = Field(serialization_alias="methode")
    disclosure: DisclosureOut = Field(serialization_alias="diffusion")
    provenance: ProvenanceOut
    warnings: list[str] = Field(serialization_alias="avertissements")
