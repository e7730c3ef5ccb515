"""Answer of ``comparaisons``."""

from pydantic import Field

from observatoire.web.schemas.base import CountOut, ProofOut, QuestionOut, Wire
from observatoire.web.schemas.series import MeasureOut, RateOut


class RateBaseOut(Wire):
    """What facts are divided by, and where it comes from."""

    kind: str = Field(serialization_alias="type", description="population (habitants) ou logements")
    value: float = Field(serialization_alias="valeur")
    vintage: int = Field(serialization_alias="millesime")
    geography: int = Field(serialization_alias="geographie")
    dataset: str = Field(serialization_alias="jeu")
    edition: str
    parts: int = Field(serialization_alias="parties", description="territoires sommés")


class FunnelLimitsOut(Wire):
    """Counts between which chance keeps a commune of the common rate, dispersion included."""

    low_95: float = Field(serialization_alias="bas_95")
    high_95: float = Field(serialization_alias="haut_95")
    low_998: float = Field(serialization_alias="bas_998")
    high_998: float = Field(serialization_alias="haut_998")


class OfficialFigureOut(Wire):
    """An indicator of the State for one year; it is read beside, and never added to the facts."""

    indicator: str = Field(serialization_alias="indicateur")
    label: str = Field(serialization_alias="libelle")
    counting_unit: str = Field(serialization_alias="unite_de_compte")
    dataset: str = Field(serialization_alias="jeu")
    made_of: str | None = Field(serialization_alias="somme_de")
    period: str = Field(serialization_alias="periode")
    measure: MeasureOut = Field(serialization_alias="mesure")
    official_rate: RateOut | None = Field(serialization_alias="taux_officiel")
    edition: str | None
    geography: int | None = Field(serialization_alias="geographie")
    reason: str | None = Field(serialization_alias="motif")


class ComparisonRowOut(Wire):
    """One territory; rows come in the order of levels and codes, never of rates."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    role: str = Field(description="territoire, reference, commune ou pair")
    comparable: bool
    not_comparable: str | None = Field(
        serialization_alias="non_comparable", description="pourquoi rien de local n'est dit ici"
    )
    facts: CountOut = Field(serialization_alias="faits")
    population: RateBaseOut | None = Field(description="habitants des communes couvertes")
    base: RateBaseOut | None = Field(serialization_alias="base_du_taux")
    rate_per_thousand: float | None = Field(serialization_alias="taux_pour_mille")
    rate_low: float | None = Field(serialization_alias="taux_bas")
    rate_high: float | None = Field(serialization_alias="taux_haut")
    reason: str | None = Field(serialization_alias="motif", description="pourquoi il n'y a pas de taux")
    covered_communes: int = Field(serialization_alias="communes_couvertes")
    communes: int
    population_share: float | None = Field(serialization_alias="part_population")
    smoothed_rate: float | None = Field(
        serialization_alias="taux_lisse",
        description="pour les cartes ; le taux brut reste le chiffre du lieu",
    )
    expected: float | None = Field(serialization_alias="attendu")
    limits: FunnelLimitsOut | None = Field(serialization_alias="limites")
    position: str | None = Field(
        description="dans_les_limites, au_dessus_95, au_dessus_998, en_dessous_95 ou en_dessous_998"
    )
    caution: str | None = Field(serialization_alias="precaution")
    official: list[OfficialFigureOut] = Field(serialization_alias="chiffres_officiels")
    sentence: str = Field(serialization_alias="phrase")


class CriterionOut(Wire):
    """A criterion of likeness: weight, origin and robust scale; ``ecarte``: why it was left out."""

    code: str
    label: str = Field(serialization_alias="libelle")
    weight: float = Field(serialization_alias="poids")
    dataset: str | None = Field(serialization_alias="jeu")
    vintage: int | None = Field(serialization_alias="millesime")
    median: float | None = Field(serialization_alias="mediane")
    scale: float | None = Field(serialization_alias="etendue", description="écart absolu médian × 1,4826")
    dropped: str | None = Field(serialization_alias="ecarte")


class PeerOut(Wire):
    """A similar commune, nearest first; ``valeurs`` in the order of the criteria kept."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    distance: float
    values: list[float] = Field(serialization_alias="valeurs")


class PeerGroupOut(Wire):
    """Similar communes, and how they were found."""

    criteria: list[CriterionOut] = Field(serialization_alias="criteres")
    values: list[float] = Field(serialization_alias="valeurs", description="de la commune demandée")
    same_departement: bool = Field(serialization_alias="meme_departement")
    candidates_known: int = Field(serialization_alias="communes_examinees")
    candidates_unknown: int = Field(
        serialization_alias="communes_sans_critere",
        description="communes dont un critère manque ou est secret : rien n'est inventé",
    )
    peers: list[PeerOut] = Field(serialization_alias="communes_semblables")


class SpreadOut(Wire):
    """The communes of the territory read together."""

    communes: int
    common_rate: float = Field(serialization_alias="taux_commun")
    dispersion: float
    variance: float = Field(description="du risque entre communes, au-delà du hasard")


class ComparisonOut(Wire):
    """Result of ``comparaisons``: one additivity group, the same months on every row."""

    denominator: str = Field(serialization_alias="denominateur")
    compared_months: list[str] = Field(serialization_alias="mois_compares")
    whole_year: bool = Field(serialization_alias="annee_entiere")
    lines: list[ComparisonRowOut] = Field(serialization_alias="lignes")
    similar: PeerGroupOut | None = Field(serialization_alias="semblables")
    spread: SpreadOut | None = Field(serialization_alias="communes_ensemble")


class PublishedRowsOut(Wire):
    """One additivity group of the edition."""

    group: str = Field(serialization_alias="groupe")
    lines: list[ComparisonRowOut] = Field(serialization_alias="lignes")
    spread: SpreadOut | None = Field(serialization_alias="communes_ensemble")


class PublishedComparisonOut(Wire):
    """Result of ``comparaisons`` outside the grant: one calendar year, never the sum of two groups."""

    denominator: str = Field(serialization_alias="denominateur")
    groups: list[PublishedRowsOut] = Field(serialization_alias="groupes")
    similar: PeerGroupOut | None = Field(serialization_alias="semblables")


class ComparisonAnswerOut(Wire):
    """``comparaisons``."""

    question: QuestionOut
    result: ComparisonOut | PublishedComparisonOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
