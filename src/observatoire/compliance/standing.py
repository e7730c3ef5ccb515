"""What the documents are filled from: settings, contracts, organisations, switches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from observatoire.disclosure.policy import Reach
from observatoire.domain.organisation import Organisation
from observatoire.domain.source import Source
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import UnknownTerritory
from observatoire.settings import Settings
from observatoire.store import organisations, sources, switches
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import territories


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force at a moment. ``national_geocoder``: addresses leave for the national service today."""

    settings: Settings
    at: datetime
    sources: Sequence[Source]
    organisations: Sequence[Organisation]
    national_geocoder: bool
    names: Mapping[TerritoryCode, str]


def standing(database: Database, settings: Settings, reach: Reach, now: datetime) -> Standing:
    """What a caller may read of it: contracts and organisations within its reach."""
    with database.consulting(reach) as connection:
        contracts, known = sources.every(connection), organisations.every(connection)
    with database.reading() as connection:
        turned = switches.find(connection, switches.NATIONAL_GEOCODER)
        names = {code: _name(connection, code) for code in {source.territory for source in contracts}}
    leaves = settings.national_geocoder and turned is not None and turned.on
    return Standing(settings, now, contracts, known, leaves, names)


def _name(connection: Connection, code: TerritoryCode) -> str:
    try:
        return territories.get(connection, code).name
    except UnknownTerritory:  # a geography loaded since no longer has it
        return str(code)
