"""The record of processing and the impact assessment on the wire."""

from datetime import datetime

from pydantic import Field

from observatoire.web.schemas.base import Wire


class RecordEntryOut(Wire):
    """One entry; ``a_completer`` says what only a person can."""

    label: str = Field(serialization_alias="libelle")
    values: list[str] = Field(serialization_alias="valeurs")
    to_complete: str | None = Field(serialization_alias="a_completer")
    evidence: str | None = Field(serialization_alias="piece", description="ce qui le prouve")


class RecordPartOut(Wire):
    """A titled list of entries."""

    heading: str = Field(serialization_alias="titre")
    entries: list[RecordEntryOut] = Field(serialization_alias="entrees")


class RecordOut(Wire):
    """A document as it stands."""

    heading: str = Field(serialization_alias="titre")
    subtitle: str = Field(serialization_alias="sous_titre")
    drawn_up_at: datetime = Field(serialization_alias="etabli_le")
    parts: list[RecordPartOut] = Field(serialization_alias="parties")
