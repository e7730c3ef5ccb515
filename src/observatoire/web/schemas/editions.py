"""Editions on the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from observatoire.web.schemas.base import Wire

Year = Annotated[int, Field(ge=1990, le=2200)]


class EditionIn(Wire):
    """What to publish: by default, what was told is repeated and the years that came since are added."""

    model_config = ConfigDict(extra="forbid")

    years_to_revise: list[Year] = Field(
        default_factory=list,
        max_length=50,
        validation_alias="reviser",
        description="années à recalculer, protégées avec tout ce qui en a déjà été lu",
    )


class WithdrawalIn(Wire):
    """Why an edition is withdrawn; shown to all."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(validation_alias="motif", min_length=3, max_length=500)


class EditionOut(Wire):
    """An edition; ``precedente`` is the one that was in force when it was published."""

    number: int = Field(serialization_alias="numero")
    published_at: datetime = Field(serialization_alias="publiee_le")
    policy: str = Field(serialization_alias="politique")
    policy_version: int = Field(serialization_alias="version")
    geography: int = Field(serialization_alias="geographie")
    taxonomy: int = Field(serialization_alias="nomenclature")
    digest: str = Field(serialization_alias="empreinte")
    audit: dict[str, Any]
    previous: int | None = Field(serialization_alias="precedente")
    withdrawn_at: datetime | None = Field(serialization_alias="retiree_le")
    withdrawal_reason: str | None = Field(serialization_alias="motif_retrait")


class EditionList(Wire):
    """Editions, latest first."""

    editions: list[EditionOut]
