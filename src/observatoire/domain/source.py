"""Sources: who sends facts, over which territory, and what may be added to what."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from observatoire.domain.territory import TerritoryCode


class SourceKind(StrEnum):
    """Kinds of sources of the wire contract."""

    POLICE_MUNICIPALE = "police_municipale"
    POLICE_NATIONALE = "police_nationale"
    GENDARMERIE = "gendarmerie"
    BAILLEUR = "bailleur"
    TRANSPORTEUR = "transporteur"
    MEDIATION = "mediation"
    CITOYEN = "citoyen"
    CSU = "csu"
    AUTRE = "autre"


class Visibility(StrEnum):
    """The widest audience that may see what is derived from a source."""

    INTERNE = "interne"
    PARTENAIRES = "partenaires"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Source:
    """A source and its contract.

    ``group`` is its additivity group: only sources of one group may be added.
    ``territory`` is covered from ``covered_since`` to ``covered_until`` (exclusive; None: still).
    ``timezone`` is the IANA name of the local time of its records. ``fictional`` sources serve
    demonstrations: every answer that rests on one says so.
    """

    code: str
    label: str
    kind: SourceKind
    territory: TerritoryCode
    organisation: str
    covered_since: date
    covered_until: date | None
    timezone: str
    group: str
    visibility: Visibility
    fictional: bool = False
