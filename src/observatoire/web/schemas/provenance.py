"""What a figure rested on, on the wire."""

from datetime import datetime

from pydantic import Field

from observatoire.web.schemas.base import DeclaredBreakOut, DisclosureOut, QuestionOut, Wire
from observatoire.web.schemas.collection import ImportOut, SourceOut
from observatoire.web.schemas.series import SeriesFileOut, SeriesQuestionOut


class TracedMethodOut(Wire):
    """The method and its version."""

    name: str = Field(serialization_alias="nom")
    version: int


class CorrespondenceTableOut(Wire):
    """The decisions on the labels of the sources: the number of the last one, how many there were."""

    version: int
    total: int


class TracedSourceOut(Wire):
    """A source: its contract as it was, and the imports that said what was counted or told its months."""

    contract: SourceOut = Field(serialization_alias="contrat")
    imports: list[ImportOut]
    other_imports: int = Field(
        serialization_alias="autres_imports", description="imports que cette clé ne peut pas lire"
    )


class ChangeSinceOut(Wire):
    """One thing that changed since then."""

    subject: str = Field(
        serialization_alias="objet",
        description="methode, diffusion, nomenclature, territoire, source, contrat, import, couverture, "
        "rupture, faits, calcul, question, edition ou fichier",
    )
    source: str | None
    sentence: str = Field(serialization_alias="phrase")


class TraceOut(Wire):
    """What a figure rested on when its digest was first given, and whether it still is today's."""

    digest: str = Field(serialization_alias="empreinte")
    kept_at: datetime = Field(serialization_alias="conservee_le")
    intact: bool = Field(
        serialization_alias="intacte", description="ce qui est conservé donne toujours cette empreinte"
    )
    question: QuestionOut | SeriesQuestionOut | None = Field(
        description="null pour une édition, qui répond à toutes"
    )
    method: TracedMethodOut = Field(serialization_alias="methode")
    disclosure: DisclosureOut = Field(serialization_alias="diffusion")
    software: str = Field(serialization_alias="logiciel", description="version du logiciel qui a répondu")
    taxonomy: int | None = Field(serialization_alias="nomenclature")
    correspondences: CorrespondenceTableOut | None = Field(serialization_alias="correspondances")
    geography: int | None = Field(
        serialization_alias="geographie", description="null, comme la nomenclature, pour une série officielle"
    )
    contour: str | None = Field(description="d'où vient le contour du territoire")
    sources: list[TracedSourceOut]
    other_sources: int = Field(serialization_alias="autres_sources")
    breaks: list[DeclaredBreakOut] = Field(serialization_alias="ruptures")
    up_to_date: bool | None = Field(
        serialization_alias="a_jour",
        description="la même question, posée aujourd'hui de même, a la même empreinte ; null : on ne peut le "
        "dire à présent",
    )
    current_digest: str | None = Field(serialization_alias="empreinte_actuelle")
    changes: list[ChangeSinceOut] = Field(serialization_alias="changements")
    series_files: list[SeriesFileOut] = Field(
        serialization_alias="fichiers_producteur", description="d'une série officielle, tels qu'ils sont"
    )
