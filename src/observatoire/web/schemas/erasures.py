"""Facts erased at the request of their source, on the wire."""

from datetime import datetime

from pydantic import ConfigDict, Field

from observatoire.domain.erasure import ErasureReason
from observatoire.web.schemas.base import Wire


class DeletionOut(Wire):
    """A source about to be deleted: nothing is received of it any longer, a worker does the rest."""

    source: str
    requested_at: datetime = Field(serialization_alias="demande_le")


class ErasureIn(Wire):
    """The reference of the fact in the source's own files, and why, from a closed list."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(min_length=1, max_length=200, description="jamais conservée en clair")
    reason: ErasureReason = Field(validation_alias="motif")


class ErasureDoneOut(Wire):
    """What was erased; ``versions`` 0: no fact had this reference, and none will."""

    reason: ErasureReason = Field(serialization_alias="motif")
    versions: int
    rejected_lines: int = Field(serialization_alias="lignes_a_corriger")


class ErasureOut(Wire):
    """An erasure, without anything of the fact."""

    reason: ErasureReason = Field(serialization_alias="motif")
    erased_at: datetime = Field(serialization_alias="efface_le")


class ErasureList(Wire):
    """Erasures of a source, latest first."""

    erasures: list[ErasureOut] = Field(serialization_alias="effacements")
    total: int
