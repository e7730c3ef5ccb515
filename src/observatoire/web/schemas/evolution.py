"""Answer of ``evolution``."""

from datetime import date

from pydantic import Field

from observatoire.web.schemas.base import CountOut, DeclaredBreakOut, ProofOut, QuestionOut, Wire


class ChangeRowOut(Wire):
    """One comparison of two counts; the verdict is the only word allowed."""

    code: str | None = Field(description="domaine ou famille ; null pour l'ensemble")
    label: str = Field(serialization_alias="libelle")
    level: str = Field(serialization_alias="niveau", description="ensemble, domaine ou famille")
    facts: CountOut = Field(serialization_alias="faits")
    reference_facts: CountOut = Field(
        serialization_alias="faits_reference", description="somme de toutes les années de la référence"
    )
    difference: float | None = Field(
        serialization_alias="ecart", description="faits en plus de ce que donne la référence"
    )
    ratio: float | None = Field(
        serialization_alias="rapport", description="faits par jour ; null sans calcul ou sans référence"
    )
    low: float | None = Field(serialization_alias="rapport_bas")
    high: float | None = Field(serialization_alias="rapport_haut", description="null : non borné")
    p: float | None
    q: float | None = Field(description="p corrigée pour les lignes montrées ensemble")
    percent: float | None = Field(
        serialization_alias="pourcentage", description="null si l'un des deux comptes est sous 30"
    )
    dispersion: float | None
    autocorrelation: float | None
    variance_factor: float | None = Field(serialization_alias="facteur_variance")
    verdict: str = Field(description="hausse, baisse, stable ou non_concluant")
    reason: str | None = Field(serialization_alias="motif")
    sentence: str = Field(serialization_alias="phrase")


class EvolutionOut(Wire):
    """Two periods, the days of each that compare, and what can be said of them."""

    days: int = Field(serialization_alias="jours")
    reference_days: int = Field(serialization_alias="jours_reference")
    reference_periods: list["ReferencePeriodOut"] = Field(serialization_alias="periodes_reference")
    compared_months: list[str] = Field(serialization_alias="mois_compares")
    whole: ChangeRowOut = Field(serialization_alias="ensemble")
    lines: list[ChangeRowOut] = Field(serialization_alias="lignes")
    breaks: list[DeclaredBreakOut] = Field(serialization_alias="ruptures")


class ReferencePeriodOut(Wire):
    """The same days of an earlier year."""

    start: date = Field(serialization_alias="debut")
    end: date = Field(serialization_alias="fin")


class PublishedChangesOut(Wire):
    """One additivity group, from the released counts of the edition."""

    group: str = Field(serialization_alias="groupe")
    whole: ChangeRowOut = Field(serialization_alias="ensemble")
    lines: list[ChangeRowOut] = Field(serialization_alias="lignes")


class PublishedEvolutionOut(Wire):
    """Result of ``evolution`` outside the grant: one calendar year, never the sum of two groups."""

    days: int = Field(serialization_alias="jours")
    reference_days: int = Field(serialization_alias="jours_reference")
    reference_periods: list[ReferencePeriodOut] = Field(serialization_alias="periodes_reference")
    groups: list[PublishedChangesOut] = Field(serialization_alias="groupes")


class EvolutionAnswer(Wire):
    """``evolution``."""

    question: QuestionOut
    result: EvolutionOut | PublishedEvolutionOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")
