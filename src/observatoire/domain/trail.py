"""The audit trail: who did what, on which object, why, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Action(StrEnum):
    """What was done, or tried."""

    READ = "lecture"
    READ_POINTS = "lecture_points"
    READ_CELLS = "lecture_mailles"
    READ_REPORT = "lecture_rapport"
    READ_LABELS = "lecture_libelles"
    READ_TRAIL = "lecture_audit"
    EXPORT_REJECTS = "export_rejets"
    SEND = "envoi"
    ADMINISTER = "administration"
    ENTER = "connexion"
    PURGE = "purge"


class Purpose(StrEnum):
    """Why, as stated by who asks: a closed list, since free text would end in naming somebody."""

    CORRECTION = "correction_des_donnees"
    OPERATIONS = "suivi_operationnel"
    DIAGNOSIS = "diagnostic_local"
    COUNCIL = "conseil_de_securite"
    PARTNER = "reponse_a_un_partenaire"
    CONTROL = "controle"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "fait"
    REFUSED = "refuse"
    FAILED = "echoue"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is about to be written.

    ``subject`` and ``filter`` hold codes, dates and identifiers, never a text that someone typed.
    ``sources`` are candidates: only those that exist are written, with the source of ``import_id``.
    ``rows`` is None where no row leaves.
    """

    key_label: str
    role: str
    action: Action
    subject: str
    organisation: str = ""
    filter: str = ""
    sources: frozenset[str] = frozenset()
    import_id: UUID | None = None
    rows: int | None = None
    purpose: Purpose | None = None
    outcome: Outcome = Outcome.DONE
    status: int = 200
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry as it stands in the trail; ``sealed``: it belongs to the chain."""

    number: int
    recorded_at: datetime
    key_label: str
    organisation: str
    role: str
    action: Action
    subject: str
    filter: str
    sources: tuple[str, ...]
    rows: int | None
    purpose: Purpose | None
    outcome: Outcome
    status: int
    reason: str | None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Seal:
    """Entries ``first_entry..last_entry``, of which ``entries`` exist, and the chain up to here.

    ``content`` is the digest of the entries, ``digest`` that of the seal and of the one before it.
    """

    number: int
    first_entry: int
    last_entry: int
    entries: int
    content: bytes
    digest: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Purge:
    """Seals up to ``seal`` and their entries are gone; the chain starts again from ``digest``."""

    seal: int
    last_entry: int
    digest: bytes
    purged_at: datetime
    signature: bytes
