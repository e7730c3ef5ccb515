"""Answers of the analyses."""

from datetime import date
from typing import Any

from pydantic import Field

from observatoire.web.schemas.base import CountOut, DeclaredBreakOut, ProofOut, QuestionOut, Wire


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


class SlotTestOut(Wire):
    """One slot against equal intensity at every hour."""

    day: str = Field(serialization_alias="jour")
    slot: str = Field(serialization_alias="creneau")
    expected: float = Field(serialization_alias="attendu")
    residual: float | None = Field(serialization_alias="residu")
    p: float | None
    q: float | None


class TimeSlotsOut(Wire):
    """Seven lists (Monday first) of one value per slot."""

    split: str = Field(serialization_alias="decoupage")
    slots: list[str] = Field(serialization_alias="creneaux")
    days: list[str] = Field(serialization_alias="jours")
    matrix: list[list[CountOut]] = Field(serialization_alias="matrice")
    by_day: list[CountOut] = Field(serialization_alias="par_jour")
    by_slot: list[CountOut] = Field(serialization_alias="par_creneau")
    unknown_hour: CountOut = Field(serialization_alias="heure_inconnue")
    tests: list[SlotTestOut]


class TimeSlotsAnswer(Wire):
    """``creneaux-horaires``."""

    question: QuestionOut
    result: TimeSlotsOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")


class SimilarPairOut(Wire):
    """Two facts of one family that may be the same event."""

    day: date = Field(serialization_alias="jour")
    commune: str
    family: str = Field(serialization_alias="famille")
    source: str
    other_source: str = Field(serialization_alias="autre_source")
    category: str = Field(serialization_alias="categorie")
    other_category: str = Field(serialization_alias="autre_categorie")
    minutes: float = Field(serialization_alias="ecart_minutes")
    metres: float = Field(serialization_alias="distance_m")


class SimilarFactsOut(Wire):
    """Pairs proposed; ``nombre`` may exceed those listed."""

    count: int = Field(serialization_alias="nombre")
    pairs: list[SimilarPairOut] = Field(serialization_alias="paires")


class SimilarFactsAnswer(Wire):
    """``rapprochements``."""

    question: QuestionOut
    result: SimilarFactsOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")


class MonthOut(Wire):
    """One month of a series."""

    month: str = Field(serialization_alias="periode")
    facts: CountOut = Field(serialization_alias="faits")
    expected: float | None = Field(serialization_alias="attendu")
    complete: bool = Field(serialization_alias="complet")
    provisional: bool = Field(serialization_alias="provisoire")


class ChangeOut(Wire):
    """Annual change with its interval; the verdict is the only word allowed."""

    ratio: float | None = Field(serialization_alias="rapport")
    low: float | None = Field(serialization_alias="rapport_bas")
    high: float | None = Field(serialization_alias="rapport_haut")
    p: float | None
    percent: float | None = Field(serialization_alias="pourcentage")
    dispersion: float | None
    autocorrelation: float | None
    verdict: str
    reason: str | None = Field(serialization_alias="motif")
    sentence: str = Field(serialization_alias="phrase")


class TrendOut(Wire):
    """A monthly series and its annual change."""

    step: str = Field(serialization_alias="pas")
    series: list[MonthOut]
    change: ChangeOut = Field(serialization_alias="evolution_annuelle")
    breaks: list[DeclaredBreakOut] = Field(serialization_alias="ruptures")


class TrendAnswer(Wire):
    """``tendances``."""

    question: QuestionOut
    result: TrendOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")


class OutOfMaskOut(Wire):
    """A place that the map can't speak of."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    facts: int = Field(serialization_alias="faits")
    located: int = Field(serialization_alias="faits_localises")


class MaskOut(Wire):
    """The cells that the statistic compares."""

    identifier: str = Field(serialization_alias="identifiant")
    resolution: int = Field(serialization_alias="maille")
    cells: int = Field(serialization_alias="mailles")
    buffer_cells: int = Field(serialization_alias="mailles_tampon")
    out_of_mask: list[OutOfMaskOut] = Field(serialization_alias="hors_masque")


class HotspotCollection(Wire):
    """A GeoJSON FeatureCollection of H3 cells, with its mask."""

    type: str
    features: list[dict[str, Any]]
    mask: MaskOut = Field(serialization_alias="masque")


class HotspotAnswer(Wire):
    """``points-chauds``."""

    question: QuestionOut
    result: HotspotCollection = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")


class MonthStateOut(Wire):
    """One month of one source; ``echeance``: the day from which it is late if nothing came."""

    month: str = Field(serialization_alias="periode")
    state: str = Field(
        serialization_alias="etat", description="recu, partiel, neant, en_retard, a_venir ou absent"
    )
    provisional: bool = Field(serialization_alias="provisoire")
    due_date: date | None = Field(serialization_alias="echeance")


class SourceCoverageOut(Wire):
    """One line of the coverage matrix."""

    source: str
    label: str = Field(serialization_alias="libelle")
    months: list[MonthStateOut] = Field(serialization_alias="mois")
    breaks: list[DeclaredBreakOut] = Field(serialization_alias="ruptures")


class MatrixOut(Wire):
    """Source × month, with the breaks inside the period."""

    months: list[str] = Field(serialization_alias="mois")
    sources: list[SourceCoverageOut]
    other_sources: int = Field(serialization_alias="autres_sources")


class CoverageAnswer(Wire):
    """``couverture``: no count of facts, hence no proof block."""

    question: QuestionOut
    result: MatrixOut = Field(serialization_alias="resultat")
