"""What geocoding works with: keys, servers, time; and the chain of one organisation made from them."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import shapely

from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.geocoders.server import GeocodingServer
from observatoire.intake.geocoding.chain import Chain
from observatoire.intake.geocoding.own_table import OwnPlace, OwnTable
from observatoire.intake.retention.kinds import PLACES_TO_CHECK_KEPT
from observatoire.settings import Settings
from observatoire.store import places, switches
from observatoire.store.engine import Connection
from observatoire.store.places import PlaceRow
from observatoire.store.reference.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Means:
    """``addok``: address of the city's own server, empty without one; ``national``: empty when the settings
    forbid the national service; ``seconds``: what the geocoding of one import may take; ``kept``: how long
    the text of a place may wait for an answer.
    """

    sealing_key: bytes
    pseudonymisation_key: bytes
    addok: str = ""
    national: str = ""
    seconds: float = 120.0
    kept: timedelta = PLACES_TO_CHECK_KEPT

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The means that the settings describe."""
        return cls(
            sealing_key=settings.sealing_key(),
            pseudonymisation_key=settings.pseudonymisation_key(),
            addok=settings.addok,
            national=settings.national_geocoder_url if settings.national_geocoder else "",
            seconds=settings.geocoding_seconds,
        )

    def key(self, organisation: str, commune: str | None, form: str) -> bytes:
        """The key of a place: 16 bytes, which tell nothing to who has not our secret."""
        told = "\x1f".join(("lieu", organisation, commune or "", form)).encode()
        return hashlib.blake2b(told, digest_size=16, key=self.pseudonymisation_key[:64]).digest()

    def chain(
        self, connection: Connection, organisation: str, gazetteer: Gazetteer, *, servers: bool
    ) -> Chain:
        """The geocoders of an organisation; without ``servers``, its own table only."""
        return Chain(
            own=OwnTable(_own(row) for row in places.load(connection, organisation)),
            servers=self._servers(connection) if servers else (),
            seconds=self.seconds,
            arrondissements=dict(gazetteer.arrondissements),
        )

    def _servers(self, connection: Connection) -> tuple[GeocodingServer, ...]:
        """The city's own first: what it knows never leaves."""
        found = []
        if self.addok:
            found.append(GeocodingServer(self.addok, LocationMethod.ADDOK))
        turned = switches.find(connection, switches.NATIONAL_GEOCODER)
        if self.national and turned is not None and turned.on:
            found.append(GeocodingServer(self.national, LocationMethod.NATIONAL))
        return tuple(found)


def _own(row: PlaceRow) -> OwnPlace:
    shape = shapely.from_wkb(row.geometry)
    return OwnPlace(row.name, row.aliases, LocationPrecision(row.kind), row.commune, shape)
