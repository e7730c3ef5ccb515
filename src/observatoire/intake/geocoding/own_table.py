"""The city's own table of places and streets, as a geocoder: a name is found or it is not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import shapely

from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.intake.geocoding import crossings
from observatoire.intake.geocoding.address import Address, AddressKind
from observatoire.intake.geocoding.verdict import (
    NOT_FOUND,
    TIE_METRES,
    Reason,
    Resolution,
    metres,
)
from observatoire.intake.geocoding.words import name_form

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A line of the table. ``shape``: a point, or the line of a street, in degrees."""

    name: str
    aliases: tuple[str, ...]
    kind: LocationPrecision
    commune: str
    shape: Any

    def candidate(self, score: float = 1.0) -> Candidate:
        """Its point; the middle of a line."""
        line = self.shape.geom_type == "LineString"
        point = shapely.line_interpolate_point(self.shape, 0.5, normalized=True) if line else self.shape
        return Candidate(self.name, self.kind, LocationMethod.TABLE, score, point.x, point.y, self.commune)


class OwnTable:
    """The places of one organisation, by the form of their names and aliases."""

    def __init__(self, places: Iterable[OwnPlace]) -> None:
        self._by_form: dict[str, list[OwnPlace]] = defaultdict(list)
        for place in places:
            for form in {name_form(name) for name in (place.name, *place.aliases)} - {""}:
                self._by_form[form].append(place)

    def __bool__(self) -> bool:
        return bool(self._by_form)

    def find(self, address: Address, communes: frozenset[str]) -> Resolution:
        """Where an address stands, in one of some communes."""
        if address.kind is AddressKind.INTERSECTION:
            return self._crossing(address, communes)
        for form in _forms(address):
            if found := self._named(form, communes):
                return _one(found)
        return self._resembling(address, communes)

    def _named(self, form: str, communes: frozenset[str]) -> list[OwnPlace]:
        return [place for place in self._by_form.get(form, ()) if place.commune in communes]

    def _crossing(self, address: Address, communes: frozenset[str]) -> Resolution:
        """Where two lines meet, else the middle of the first street that is known."""
        first, second = (
            self._named(name_form(name), communes) for name in (address.street, address.crossing)
        )
        for one in first:
            for other in second:
                if one.commune == other.commune and (point := crossings.meeting(one.shape, other.shape)):
                    label = f"{one.name} / {other.name}"
                    return Resolution(
                        Candidate(
                            label,
                            LocationPrecision.INTERSECTION,
                            LocationMethod.TABLE,
                            1.0,
                            point.x,
                            point.y,
                            one.commune,
                        )
                    )
        known = first or second
        return _one(known) if known else NOT_FOUND

    def _resembling(self, address: Address, communes: frozenset[str]) -> Resolution:
        """Places whose name holds every word of the one asked: to be checked by a person."""
        if address.kind is not AddressKind.NAMED_PLACE:
            return NOT_FOUND
        words = set(address.form.split())
        alike = sorted(_holding(self._by_form, words, communes), key=lambda c: (-c.score, c.label))
        if not alike:
            return NOT_FOUND
        return Resolution(reason=Reason.LOW_SCORE, candidates=tuple(alike[:MOST_CANDIDATES]))


def _forms(address: Address) -> Iterator[str]:
    yield address.form
    if address.kind is AddressKind.HOUSE_NUMBER:
        yield name_form(address.street)


def _one(found: list[OwnPlace]) -> Resolution:
    """The only place of a name, or a doubt between several."""
    candidates = tuple(place.candidate() for place in found)
    if any(metres(candidates[0], other) > TIE_METRES for other in candidates[1:]):
        return Resolution(reason=Reason.HOMONYMS, candidates=candidates[:MOST_CANDIDATES])
    return Resolution(placed=candidates[0])


def _holding(
    table: dict[str, list[OwnPlace]], words: set[str], communes: frozenset[str]
) -> Iterator[Candidate]:
    for form, places in table.items():
        named = set(form.split())
        if words < named:
            score = round(0.5 + 0.2 * len(words) / len(named), 2)
            yield from (place.candidate(score) for place in places if place.commune in communes)
