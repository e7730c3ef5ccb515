"""Territories: levels, codes, and the order in which they nest."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from observatoire.errors import InvalidTerritoryCode


class TerritoryLevel(StrEnum):
    """Levels of the wire contract; the value is the wire name."""

    COMMUNE = "commune"
    ARRONDISSEMENT = "arrondissement"
    EPCI = "epci"
    EPT = "ept"
    DEPARTEMENT = "departement"
    REGION = "region"
    NATION = "nation"
    QPV = "qpv"
    IRIS = "iris"
    ZONE = "zone"

    @property
    def is_part_of_communes(self) -> bool:
        """Whether it may hold a part of a commune only: what is known by commune does not speak of it."""
        return self in (self.ARRONDISSEMENT, self.QPV, self.IRIS, self.ZONE)


CODE_PATTERNS: dict[TerritoryLevel, re.Pattern[str]] = {
    TerritoryLevel.COMMUNE: re.compile(r"(\d{2}|2[AB])\d{3}"),
    TerritoryLevel.ARRONDISSEMENT: re.compile(r"(751|132|693)\d{2}"),
    TerritoryLevel.EPCI: re.compile(r"\d{9}"),
    TerritoryLevel.EPT: re.compile(r"\d{9}"),
    TerritoryLevel.DEPARTEMENT: re.compile(r"\d{2}|2[AB]|9[78]\d"),
    TerritoryLevel.REGION: re.compile(r"\d{2}|9[78]\d"),
    TerritoryLevel.NATION: re.compile(r"FR"),
    TerritoryLevel.QPV: re.compile(r"QP\d{6}|QN[0-9AB]{3}\d{2}[A-Z]"),
    TerritoryLevel.IRIS: re.compile(r"(\d{2}|2[AB])\d{7}"),
    TerritoryLevel.ZONE: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(@[1-9]\d{0,3})?"),
}


@dataclass(frozen=True, slots=True, order=True)
class TerritoryCode:
    """A territory as the wire writes it: ``niveau:code`` (codes are always text).

    Codes: COG for communes, arrondissements, départements and régions; SIREN for
    EPCI and EPT; QP (2015) or QN (2024) for priority neighbourhoods; commune and four digits for
    IRIS; the identifier of a zone, and ``@n`` for one of its versions.
    """

    level: TerritoryLevel
    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``niveau:code``.

        Raises:
            InvalidTerritoryCode: unknown level, or a code of the wrong shape.
        """
        level_text, separator, code = text.strip().partition(":")
        try:
            level = TerritoryLevel(level_text)
        except ValueError:
            raise InvalidTerritoryCode(text) from None
        if not separator or not CODE_PATTERNS[level].fullmatch(code):
            raise InvalidTerritoryCode(text)
        return cls(level, code)

    def __str__(self) -> str:
        return f"{self.level}:{self.code}"


NATION = TerritoryCode(TerritoryLevel.NATION, "FR")

TIMEZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
MAINLAND_TIMEZONE = "Europe/Paris"


def timezone_of(departement: str | None) -> str:
    """IANA zone of the local time of a commune, from its département (never the server's)."""
    return TIMEZONES.get(departement or "", MAINLAND_TIMEZONE)
