"""Places that wait, geocoded again: a service came back, the city's table was replaced."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from observatoire.intake.contexts import covered
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding.address import Address, parse
from observatoire.intake.geocoding.chain import Sought
from observatoire.intake.geocoding.moving import move
from observatoire.intake.geocoding.placing import automatic
from observatoire.intake.geocoding.sealing import PlaceText, seal, unseal
from observatoire.intake.geocoding.verdict import Reason, Resolution
from observatoire.store import sources
from observatoire.store.confidential import places
from observatoire.store.confidential.places import PlaceToCheck
from observatoire.store.engine import Connection
from observatoire.store.reference import gazetteer


@dataclass(frozen=True, slots=True)
class Again:
    """Places that were found, and those that still wait."""

    placed: int = 0
    left: int = 0


def geocode_again(
    desk: Desk, organisation: str | None = None, *, only_unanswered: bool = False, servers: bool = True
) -> Again:
    """Ask again about the places that wait, and move the facts of those that are found.

    Args:
        desk: what the intake works with.
        organisation: whose places; None: everyone's.
        only_unanswered: only those that a service did not answer.
        servers: ask them; else look in the organisation's own table only.
    """
    with desk.database.importing() as connection:
        move(connection, places.behind(connection))
        waiting = places.every(connection, organisation)
    chosen = [e for e in waiting if not only_unanswered or e.reason == Reason.UNAVAILABLE]
    done = Again(left=len(waiting) - len(chosen))
    for owner, group in groupby(sorted(chosen, key=lambda e: e.organisation), lambda e: e.organisation):
        entries = list(group)
        asked = _asked(desk, owner, entries, servers=servers)
        with desk.database.importing() as connection:
            found = [
                _kept(desk, connection, entry, told, verdict)
                for entry, told, verdict in asked
                if servers or verdict.placed is not None
            ]
        done = Again(done.placed + sum(found), done.left + len(entries) - sum(found))
    return done


def _asked(
    desk: Desk, organisation: str, entries: Sequence[PlaceToCheck], *, servers: bool
) -> list[tuple[PlaceToCheck, PlaceText, Resolution]]:
    """Outside any transaction that writes: a server may take its time."""
    told = [unseal(entry.sealed, desk.geocoding.sealing_key, entry.key) for entry in entries]
    with desk.database.reading() as connection:
        known = gazetteer.load(connection, None)
        chain = desk.geocoding.chain(connection, organisation, known, servers=servers)
        wide = {
            code: covered(connection, sources.get(connection, code)).codes
            for code in {entry.source for entry in entries if entry.commune is None}
        }
    communes = [frozenset({e.commune}) if e.commune is not None else wide[e.source] for e in entries]
    readable = list(_readable(zip(entries, told, communes, strict=True)))
    found = chain.resolve([Sought(address, where) for _, _, address, where in readable])
    return [(entry, text, verdict) for (entry, text, _, _), verdict in zip(readable, found, strict=True)]


def _readable(
    several: Iterable[tuple[PlaceToCheck, PlaceText, frozenset[str]]],
) -> Iterable[tuple[PlaceToCheck, PlaceText, Address, frozenset[str]]]:
    for entry, told, communes in several:
        address = parse(told.text)
        if address is not None:
            yield entry, told, address, communes


def _kept(
    desk: Desk, connection: Connection, entry: PlaceToCheck, told: PlaceText, verdict: Resolution
) -> bool:
    """Whether a place was found; one that was answered meanwhile is left alone."""
    if places.find(connection, entry.id) is None:
        return False
    if verdict.placed is None:
        again = PlaceText(told.text, verdict.candidates or told.candidates)
        reason = (verdict.reason or Reason.NOT_FOUND).value
        places.put_back(connection, entry.key, seal(again, desk.geocoding.sealing_key, entry.key), reason)
        return False
    learnt = automatic(entry.key, entry.organisation, entry.commune, verdict.placed, desk.now())
    places.learn(connection, [learnt])
    move(connection, [learnt])
    places.forget(connection, [entry.key])
    return True
