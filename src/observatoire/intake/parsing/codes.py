"""Commune codes, always text."""

import re
from dataclasses import dataclass

from observatoire.intake.faults import Fault, Flag, place

# ASCII digits only: a full-width figure is a copy accident, not a code.
_INSEE = re.compile(r"([0-9]{2}|2[AB])[0-9]{3}")
_POWER_OF_TEN = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+")
_ZERO_LOST = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class DeclaredCode:
    """A commune code as declared, brought to its written form."""

    code: str
    flag: Flag | None = None


def parse_insee(text: str) -> DeclaredCode | Fault | None:
    """A COG commune code, always text: ``1001`` is 01001, ``2a004`` is 2A004; empty is None."""
    cell = text.strip().upper()
    if not cell:
        return None
    if _POWER_OF_TEN.fullmatch(cell):
        return place.DAMAGED_CODE
    if _ZERO_LOST.fullmatch(cell):
        return DeclaredCode("0" + cell, place.CODE_PADDED)
    return DeclaredCode(cell) if _INSEE.fullmatch(cell) else place.UNKNOWN_COMMUNE
