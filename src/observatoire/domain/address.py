"""Addresses: what is asked of a geocoder, and what it answers."""

from dataclasses import dataclass

from observatoire.domain.incident import LocationMethod, LocationPrecision


@dataclass(frozen=True, slots=True)
class Asked:
    """An address to be found: all that may leave the house, with a random number.

    ``text`` holds a number and a street, or the name of a place; ``commune`` bounds the search (None:
    anywhere that the geocoder knows).
    """

    text: str
    commune: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a geocoder proposes.

    ``score`` is the geocoder's own, from 0 to 1; ``longitude`` and ``latitude`` are degrees (WGS 84);
    ``commune`` is the code that it gives, which may be that of a municipal arrondissement.
    """

    label: str
    precision: LocationPrecision
    method: LocationMethod
    score: float
    longitude: float
    latitude: float
    commune: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The best candidate of a geocoder, and the score of the one that follows it (None: there is none)."""

    best: Candidate
    next_score: float | None = None
