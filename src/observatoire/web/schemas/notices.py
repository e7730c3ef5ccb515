"""Notices of silence on the wire."""

from datetime import datetime

from pydantic import Field

from observatoire.web.schemas.base import Wire


class NoticeOut(Wire):
    """A silence of a source: raised once, ended when data came."""

    number: int = Field(serialization_alias="numero")
    source: str
    label: str = Field(serialization_alias="libelle")
    state: str = Field(serialization_alias="etat", description="ouvert ou clos")
    first_month: str = Field(serialization_alias="premier_mois")
    last_month: str = Field(serialization_alias="dernier_mois")
    opened_at: datetime = Field(serialization_alias="ouvert_le")
    closed_at: datetime | None = Field(serialization_alias="clos_le")
    told_at: datetime | None = Field(serialization_alias="courriel_le")
    message: str


class NoticeList(Wire):
    """Notices, latest first."""

    notices: list[NoticeOut] = Field(serialization_alias="avis")
    total: int
