"""Wire schemas of the matrix source × month."""

from datetime import date

from pydantic import Field

from observatoire.web.schemas.base import DeclaredBreakOut, QuestionOut, Wire


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
