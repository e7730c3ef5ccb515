"""Wire schemas of the totals."""

from pydantic import Field

from observatoire.web.schemas.base import CountOut, ProofOut, QuestionOut, Wire


class CategoryTotalOut(Wire):
    """Facts of a category, and a year before."""

    code: str
    label: str = Field(serialization_alias="libelle")
    level: str = Field(serialization_alias="niveau")
    facts: CountOut = Field(serialization_alias="faits")
    year_before: CountOut = Field(serialization_alias="faits_annee_precedente")


class SourceTotalOut(Wire):
    """Facts of a source."""

    source: str
    label: str = Field(serialization_alias="libelle")
    facts: CountOut = Field(serialization_alias="faits")
    located_share: float | None = Field(serialization_alias="part_localisee")


class GroupCoverageOut(Wire):
    """What a group's figures rest on."""

    communes: int
    covered_communes: int = Field(serialization_alias="communes_couvertes")
    population_share: float | None = Field(serialization_alias="part_population")
    months: int = Field(serialization_alias="mois")
    months_received: int = Field(serialization_alias="mois_recus")
    months_received_year_before: int = Field(serialization_alias="mois_recus_annee_precedente")


class GroupSummaryOut(Wire):
    """One additivity group."""

    group: str = Field(serialization_alias="groupe")
    sources: list[SourceTotalOut]
    total: CountOut = Field(serialization_alias="faits")
    year_before: CountOut = Field(serialization_alias="faits_annee_precedente")
    categories: list[CategoryTotalOut]
    located_share: float | None = Field(serialization_alias="part_localisee")
    coverage: GroupCoverageOut = Field(serialization_alias="couverture")


class SummaryOut(Wire):
    """Result of ``synthese`` inside the grant."""

    groups: list[GroupSummaryOut] = Field(serialization_alias="groupes")


class PublishedCategoryOut(Wire):
    """A domain or family, as released."""

    code: str
    label: str = Field(serialization_alias="libelle")
    level: str = Field(serialization_alias="niveau")
    facts: CountOut = Field(serialization_alias="faits")


class PublishedCoverageOut(Wire):
    """What a year rests on."""

    communes: int
    covered_communes: int = Field(serialization_alias="communes_couvertes")
    population_share: float | None = Field(serialization_alias="part_population")
    months: int = Field(serialization_alias="mois_recus")
    fictional: bool = Field(serialization_alias="fictif")
    settled_by: int = Field(
        serialization_alias="arretee_par",
        description="édition qui a arrêté l'année ; les suivantes la reprennent",
    )


class PublishedYearOut(Wire):
    """A calendar year, as released."""

    year: int = Field(serialization_alias="annee")
    total: CountOut = Field(serialization_alias="faits")
    unclassed: float | None = Field(
        serialization_alias="non_classe",
        description="part du domaine Z, tirée des deux comptes diffusés ; null si l'un est secret",
    )
    categories: list[PublishedCategoryOut]
    coverage: PublishedCoverageOut = Field(serialization_alias="couverture")


class PublishedGroupOut(Wire):
    """An additivity group: its years are never added up."""

    group: str = Field(serialization_alias="groupe")
    years: list[PublishedYearOut] = Field(serialization_alias="annees")


class PublishedSummaryOut(Wire):
    """Result of ``synthese`` outside the grant."""

    groups: list[PublishedGroupOut] = Field(serialization_alias="groupes")


class SummaryAnswer(Wire):
    """``synthese``."""

    question: QuestionOut
    result: SummaryOut | PublishedSummaryOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
