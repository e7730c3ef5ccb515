"""Whether a candidate is a place, a doubt or nothing.

Thresholds of the import specification: a door from 0.80, a street or a named place from 0.70, a doubt from
0.50; under it the fact stays at its commune. Two candidates within 0.05 of each other and more than 200 m
apart are a doubt, whatever their scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationPrecision
from observatoire.intake.geocoding.address import Address, AddressKind

ENOUGH = {LocationPrecision.HOUSE_NUMBER: 0.80}
ENOUGH_OTHERWISE = 0.70
DOUBT = 0.50
TIE = 0.05
TIE_METRES = 200.0
EARTH_RADIUS = 6_371_008.8


class Reason(StrEnum):
    """Why a place is to be checked."""

    LOW_SCORE = "score_faible"
    HOMONYMS = "homonymes"
    OTHER_COMMUNE = "commune_differente"
    OTHER_KIND = "nature_differente"
    NOT_FOUND = "introuvable"
    UNAVAILABLE = "service_indisponible"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is known of a place: where it stands (``placed``), or why it must be checked."""

    placed: Candidate | None = None
    reason: Reason | None = None
    candidates: tuple[Candidate, ...] = ()


UNAVAILABLE = Resolution(reason=Reason.UNAVAILABLE)
NOT_FOUND = Resolution(reason=Reason.NOT_FOUND)


def judge(address: Address, best: Candidate, communes: frozenset[str] | None) -> Resolution:
    """Judge one candidate.

    Args:
        address: what was asked.
        best: the candidate.
        communes: codes, current ones, among which its commune must be (None: anywhere).
    """
    if best.precision is LocationPrecision.COMMUNE or best.score < DOUBT:
        return NOT_FOUND
    if communes is not None and best.commune not in communes:
        return Resolution(reason=Reason.OTHER_COMMUNE, candidates=(best,))
    if address.kind is AddressKind.NAMED_PLACE and best.precision not in _NAMED:
        return Resolution(reason=Reason.OTHER_KIND, candidates=(best,))
    if best.score < ENOUGH.get(best.precision, ENOUGH_OTHERWISE):
        return Resolution(reason=Reason.LOW_SCORE, candidates=(best,))
    return Resolution(placed=best)


_NAMED = frozenset({LocationPrecision.NAMED_PLACE, LocationPrecision.NEIGHBOURHOOD, LocationPrecision.POINT})


def tied(candidates: Sequence[Candidate]) -> bool:
    """Whether the best candidate is followed, within 0.05, by one more than 200 m away."""
    if not candidates:
        return False
    best = candidates[0]
    return any(
        best.score - other.score < TIE and metres(best, other) > TIE_METRES for other in candidates[1:]
    )


def metres(one: Candidate, other: Candidate) -> float:
    """Distance in metres on a sphere: exact enough for a few kilometres."""
    south, north = np.radians([one.latitude, other.latitude])
    across = np.radians(other.longitude - one.longitude) * np.cos((south + north) / 2)
    return float(EARTH_RADIUS * np.hypot(across, north - south))
