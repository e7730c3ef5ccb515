"""Wire schemas of facts that may be one event."""

from datetime import date

from pydantic import Field

from observatoire.web.schemas.base import ProofOut, QuestionOut, Wire


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
