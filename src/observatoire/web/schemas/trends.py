"""Wire schemas of series."""

from pydantic import Field

from observatoire.web.schemas.base import CountOut, DeclaredBreakOut, ProofOut, QuestionOut, Wire


class EstimateOut(Wire):
    """A provisional month as it should be once its late facts have come."""

    value: float = Field(serialization_alias="valeur")
    lower: float = Field(serialization_alias="borne_basse", description="borne basse à 95 %")
    upper: float = Field(serialization_alias="borne_haute")
    share_known: float = Field(serialization_alias="part_recue")


class TrendPointOut(Wire):
    """One month, ISO week or year of a series."""

    period: str = Field(serialization_alias="periode", description="2024-03, 2024-W09 ou 2024")
    days: int = Field(serialization_alias="jours", description="jours de la question")
    facts: CountOut = Field(serialization_alias="faits")
    expected: float | None = Field(serialization_alias="attendu")
    complete: bool = Field(serialization_alias="complet")
    provisional: bool = Field(serialization_alias="provisoire")
    estimate: EstimateOut | None = Field(
        serialization_alias="estimation", description="mois provisoires, si les retards se mesurent"
    )


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


class RankTestOut(Wire):
    """Mann-Kendall by month of the year (by year with ``pas=annee``), and Sen's slope."""

    s: float | None
    z: float | None
    p: float | None
    slope: float | None = Field(
        serialization_alias="pente_annuelle", description="faits par mois (par an) en plus chaque année"
    )
    agrees: bool | None = Field(serialization_alias="accord", description="dit la même chose que le verdict")
    reason: str | None = Field(serialization_alias="motif")
    sentence: str = Field(serialization_alias="phrase")


class DrawnMonthOut(Wire):
    """The parts of one month add up to its facts."""

    period: str = Field(serialization_alias="periode")
    trend: float = Field(serialization_alias="tendance")
    seasonality: float = Field(serialization_alias="saisonnalite")
    remainder: float = Field(serialization_alias="reste")


class DrawingOut(Wire):
    """STL: for drawing, never a proof."""

    points: list[DrawnMonthOut]
    reason: str | None = Field(serialization_alias="motif")


class PossibleBreakOut(Wire):
    """A month from which the level may have changed: a question, not a finding."""

    period: str = Field(serialization_alias="periode")
    ratio: float = Field(serialization_alias="rapport")
    p: float
    sentence: str = Field(serialization_alias="phrase")
    links: list[str] = Field(serialization_alias="liens", description="où la déclarer (POST)")


class BreakSearchOut(Wire):
    """Months examined, and what was found among them."""

    first_month: str | None = Field(serialization_alias="premier_mois")
    last_month: str | None = Field(serialization_alias="dernier_mois")
    p: float | None
    found: list[PossibleBreakOut] = Field(serialization_alias="trouvees")
    reason: str | None = Field(serialization_alias="motif")


class CorrectionOut(Wire):
    """What the estimates rest on; ``motif`` where provisional months are not corrected."""

    months: int = Field(serialization_alias="mois", description="mois dont les retards sont observés")
    shares: list[float] = Field(
        serialization_alias="parts_recues", description="part reçue à la réception, puis chaque mois ensuite"
    )
    reason: str | None = Field(serialization_alias="motif")


class TrendOut(Wire):
    """A series, its annual change, and what else was asked of it."""

    step: str = Field(serialization_alias="pas")
    series: list[TrendPointOut]
    change: ChangeOut = Field(serialization_alias="evolution_annuelle")
    rank_test: RankTestOut = Field(serialization_alias="mann_kendall")
    drawing: DrawingOut = Field(serialization_alias="dessin")
    possible_breaks: BreakSearchOut = Field(serialization_alias="ruptures_possibles")
    correction: CorrectionOut = Field(serialization_alias="retards")
    breaks: list[DeclaredBreakOut] = Field(serialization_alias="ruptures")


class TrendAnswer(Wire):
    """``tendances``."""

    question: QuestionOut
    result: TrendOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
