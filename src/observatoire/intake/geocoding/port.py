"""What a geocoder is, for the intake: the city's own table, a local server, the national service."""

from collections.abc import Sequence
from typing import Protocol

from observatoire.domain.address import Answer, Asked, Candidate
from observatoire.domain.incident import LocationMethod
from observatoire.geocoders.budget import Budget


class Geocoder(Protocol):
    """Finds addresses. A service that does not answer raises ``UnavailableGeocoder``."""

    @property
    def method(self) -> LocationMethod:
        """How its points are named."""

    def find(self, asked: Sequence[Asked], budget: Budget) -> Sequence[Answer | None]:
        """The best candidate for each address, in order."""

    def candidates(self, asked: Asked, budget: Budget) -> tuple[Candidate, ...]:
        """Several candidates for one address, best first."""
