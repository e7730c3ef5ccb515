"""The places of a comparison: the territory, those that hold it, its communes, those like it."""

from collections.abc import Iterable

from observatoire.analyses.comparisons.model import (
    LARGER,
    Companion,
    ComparedPlace,
    ComparisonQuestion,
    PeerGroup,
    PlaceRole,
)
from observatoire.analyses.question import Asking
from observatoire.domain.territory import NATION, TerritoryCode, TerritoryLevel
from observatoire.errors import FieldError, InvalidRequest, NotComputableResult
from observatoire.store.engine import Connection
from observatoire.store.reference import territories
from observatoire.store.reference.communes import CommuneTable
from observatoire.store.reference.territories import CommuneRecord

ORDER = (TerritoryLevel.COMMUNE, *(TerritoryLevel(companion.value) for companion in LARGER))
MOST_COMMUNES = 5000


def check(asking: Asking, asked: ComparisonQuestion) -> None:
    """Whether the territory may have such companions.

    Raises:
        NotComputableResult: a part of communes. InvalidRequest: peers of what is no commune, communes of one.
    """
    level = asking.territory.code.level
    if level.is_part_of_communes:
        raise NotComputableResult(
            "une comparaison porte sur des communes entières : sous la commune, seuls les faits localisés "
            "par un point sont comptés, ce qui n'est pas la même définition. Demandez la commune."
        )
    if Companion.PEERS in asked.companions and level is not TerritoryLevel.COMMUNE:
        raise _refused("pairs", "les communes semblables se cherchent pour une commune")
    if Companion.COMMUNES in asked.companions:
        if level is TerritoryLevel.COMMUNE:
            raise _refused("communes", "une commune n'en contient pas d'autre : demandez son EPCI")
        if len(asking.communes) > MOST_COMMUNES:
            raise _refused("communes", "trop de communes : demandez une région, un département ou un EPCI")


def _refused(value: str, why: str) -> InvalidRequest:
    return InvalidRequest(fields=(FieldError("avec", f"« {value} » : {why}"),))


def asked_place(asking: Asking) -> ComparedPlace:
    """The territory asked about."""
    return ComparedPlace(asking.territory.code, asking.territory.name, PlaceRole.ASKED, asking.communes)


def references(
    connection: Connection, asking: Asking, table: CommuneTable, companions: Iterable[Companion]
) -> tuple[tuple[ComparedPlace, ...], tuple[str, ...]]:
    """(territories that hold the one asked about, smallest first; sentences on those that do not exist)."""
    wanted = [TerritoryLevel(c.value) for c in companions if c in LARGER]
    own = asking.territory.code
    held = {p.code.level: p.code for p in territories.parents(connection, own) if p.valid_to is None}
    if own != NATION:
        held.setdefault(NATION.level, NATION)
    places, notes = [], []
    for level in sorted(set(wanted), key=ORDER.index):
        if level in held:
            places.append(_place(connection, table, held[level]))
        elif level in ORDER and own.level in ORDER and ORDER.index(level) > ORDER.index(own.level):
            notes.append(f"Aucun territoire de niveau « {level.value} » ne contient {asking.territory.name}.")
    return tuple(places), tuple(notes)


def _place(connection: Connection, table: CommuneTable, code: TerritoryCode) -> ComparedPlace:
    communes = table.members.get(code, ())
    return ComparedPlace(code, territories.get(connection, code).name, PlaceRole.REFERENCE, communes)


def communes_of(asking: Asking, companions: Iterable[Companion]) -> tuple[ComparedPlace, ...]:
    """The communes of the territory, in code order, if they are asked for."""
    if Companion.COMMUNES not in companions:
        return ()
    return tuple(
        ComparedPlace(TerritoryCode(TerritoryLevel.COMMUNE, c.code), c.name, PlaceRole.COMMUNE, (c,))
        for c in asking.communes
    )


def peers_of(connection: Connection, group: PeerGroup | None) -> tuple[ComparedPlace, ...]:
    """Similar communes as places, in code order: nearness is no rank of facts."""
    if group is None:
        return ()
    found = []
    for peer in sorted(group.peers, key=lambda peer: peer.code):
        record = territories.get(connection, peer.code)
        commune = CommuneRecord(peer.code.code, record.name, record.population)
        found.append(ComparedPlace(peer.code, record.name, PlaceRole.PEER, (commune,)))
    return tuple(found)
