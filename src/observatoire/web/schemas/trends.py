"""Wire schemas of monthly series."""

from pydantic import Field

from observatoire.web.schemas.base import CountOut, DeclaredBreakOut, ProofOut, QuestionOut, Wire


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
