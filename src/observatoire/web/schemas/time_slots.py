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
    verdict: str = Field(description="sur_represente ou sous_represente si q ≤ 0,05 ; sinon non_concluant")


class WeightedOut(Wire):
    """A sum of parts of facts; a null says why."""

    value: float | None = Field(serialization_alias="valeur")
    state: str = Field(serialization_alias="etat", description="publie, zero ou absent")


class BoundsOut(Wire):
    """The 95 % interval of a value."""

    lower: float = Field(serialization_alias="borne_basse")
    upper: float = Field(serialization_alias="borne_haute")


class MeanHourOut(Wire):
    """Where the hours of the day point to, when they do."""

    value: float = Field(serialization_alias="valeur")
    concentration: float
    p: float


class TimeSlotsOut(Wire):
    """Seven lists (Monday first) of one value per slot."""

    split: str = Field(serialization_alias="decoupage")
    slots: list[str] = Field(serialization_alias="creneaux")
    days: list[str] = Field(serialization_alias="jours")
    matrix: list[list[CountOut | WeightedOut]] = Field(serialization_alias="matrice")
    by_day: list[CountOut | WeightedOut] = Field(serialization_alias="par_jour")
    by_slot: list[CountOut | WeightedOut] = Field(serialization_alias="par_creneau")
    intervals: list[list[BoundsOut]] | None = Field(
        serialization_alias="intervalles", description="de chaque valeur, quand les faits sont répartis"
    )
    unknown_hour: CountOut = Field(serialization_alias="heure_inconnue")
    unknown_share: float | None = Field(serialization_alias="part_heure_inconnue")
    mean: MeanHourOut | None = Field(
        serialization_alias="heure_moyenne", description="si la journée a une direction (R > 0,3 et p < 0,01)"
    )
    tests: list[SlotTestOut]


class TimeSlotsAnswer(Wire):
    """``creneaux-horaires``."""

    question: QuestionOut
    result: TimeSlotsOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
