"""Wire schemas of time slots."""

from pydantic import Field

from observatoire.web.schemas.base import CountOut, ProofOut, QuestionOut, Wire


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
