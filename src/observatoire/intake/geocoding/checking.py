"""The queue of places to check: read by who sends for the source, answered once, learnt for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.errors import FieldError, InvalidRequest, NotFound
from observatoire.intake.desk import Desk
from observatoire.intake.faults import place as place_faults
from observatoire.intake.geocoding.moving import move
from observatoire.intake.geocoding.sealing import PlaceText, unseal
from observatoire.intake.parsing.codes import DeclaredCode, parse_insee
from observatoire.store import reach, sources
from observatoire.store.confidential import places
from observatoire.store.confidential.places import LearntPlace, PlaceToCheck
from observatoire.store.engine import Connection
from observatoire.store.reference import gazetteer


class Answering(StrEnum):
    """What a person may answer."""

    CANDIDATE = "candidat"
    POINT = "point"
    COMMUNE = "commune"
    UNKNOWN = "inconnu"


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """An answer: the rank of a candidate (from 1), a point in degrees, or no point.

    ``commune`` is wanted where none was declared and there is no point.
    """

    answer: Answering
    candidate: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    commune: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place of the queue; ``facts`` wait for it."""

    id: UUID
    source: str
    commune: str | None
    text: str
    reason: str
    candidates: tuple[Candidate, ...]
    facts: int
    requested_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some places of the queue, and how many there are."""

    places: tuple[Waiting, ...]
    total: int


def waiting(
    desk: Desk, caller: Caller, source: str | None, limit: int, offset: int, journal: Journal
) -> Released[Page]:
    """The places that the caller may answer for, those with most facts first."""
    with desk.database.consulting(reach.reach_of(desk.database, caller)) as connection:
        own = [s for s in sources.every(connection) if caller.may_import_for(s.organisation)]
        chosen = None if source is None else [s.code for s in own if s.code == source]
        found = places.waiting(connection, {s.organisation for s in own}, chosen, limit, offset)

    def page(rows: tuple[list[tuple[PlaceToCheck, int]], int]) -> Page:
        return Page(tuple(_opened(desk, entry, facts) for entry, facts in rows[0]), rows[1])

    return gate.release(found.map(page), Audience.INTERNE, caller, "lieux à vérifier", journal)


def _opened(desk: Desk, entry: PlaceToCheck, facts: int) -> Waiting:
    told = unseal(entry.sealed, desk.geocoding.sealing_key, entry.key)
    return Waiting(
        id=entry.id,
        source=entry.source,
        commune=entry.commune,
        text=told.text,
        reason=entry.reason,
        candidates=told.candidates,
        facts=facts,
        requested_at=entry.requested_at,
        expires_at=entry.requested_at + desk.geocoding.kept,
    )


def answer(desk: Desk, caller: Caller, id_: UUID, given: PlaceAnswer, journal: Journal) -> None:
    """Learn what a place is: its facts move, its text is forgotten, the next file knows it.

    Raises:
        NotFound: no such place, or not for this caller.
        InvalidRequest: the answer can't be: no such candidate, a point outside the declared commune…
    """
    with desk.database.consulting(reach.reach_of(desk.database, caller)) as connection:
        seen = places.find(connection, id_, lock=False)
    if seen is None or not caller.may_import_for(seen.organisation):
        raise NotFound
    with desk.database.importing() as connection:
        entry = places.find(connection, id_)
        if entry is None:  # answered by another an instant ago
            raise NotFound
        told = unseal(entry.sealed, desk.geocoding.sealing_key, entry.key)
        learnt = _learnt(connection, entry, told, given, caller.name, desk.now())
        places.learn(connection, [learnt])
        _check(move(connection, [learnt]).rows(named=True), learnt)
        places.forget(connection, [entry.key])
    journal(Passage(caller.name, caller.role or "", "lieu vérifié", f"lieu {id_}", Audience.INTERNE))


def _learnt(
    connection: Connection,
    entry: PlaceToCheck,
    told: PlaceText,
    given: PlaceAnswer,
    author: str,
    now: datetime,
) -> LearntPlace:
    longitude, latitude, precision, score = _point(told, given)
    commune = entry.commune
    if commune is None and longitude is None and given.answer is Answering.COMMUNE:
        commune = _declared(connection, given.commune)
    return LearntPlace(
        key=entry.key,
        organisation=entry.organisation,
        answer=given.answer.value,
        commune=commune,
        longitude=longitude,
        latitude=latitude,
        precision=precision.value,
        method=LocationMethod.MANUAL.value if longitude is not None else None,
        score=score,
        answered_by=author,
        answered_at=now,
    )


def _point(
    told: PlaceText, given: PlaceAnswer
) -> tuple[float | None, float | None, LocationPrecision, float | None]:
    if given.answer is Answering.CANDIDATE:
        if given.candidate is None or not 1 <= given.candidate <= len(told.candidates):
            expected = f"de 1 à {len(told.candidates)}" if told.candidates else "aucun candidat n'est proposé"
            raise InvalidRequest(fields=(FieldError("candidat", "ce candidat n'existe pas", expected),))
        chosen = told.candidates[given.candidate - 1]
        return chosen.longitude, chosen.latitude, chosen.precision, chosen.score
    if given.answer is Answering.POINT:
        if given.longitude is None or given.latitude is None:
            raise InvalidRequest(fields=(FieldError("longitude, latitude", "le point manque", "des degrés"),))
        return given.longitude, given.latitude, LocationPrecision.POINT, None
    return None, None, LocationPrecision.COMMUNE, None


def _declared(connection: Connection, text: str | None) -> str:
    """The commune of a place that had none."""
    parsed = parse_insee(text or "")
    known = gazetteer.load(connection, None)
    if not isinstance(parsed, DeclaredCode) or parsed.code not in known.known:
        raise InvalidRequest(
            fields=(FieldError("commune", "la commune de ce lieu est inconnue", "un code INSEE"),)
        )
    return parsed.code


def _check(placed: Sequence[dict[str, object]], learnt: LearntPlace) -> None:
    """A point that its commune can't hold is refused; the transaction takes everything back.

    Raises:
        InvalidRequest: it lies more than 300 m outside the declared commune, or in none.
    """
    (row,) = placed
    if learnt.longitude is not None and row["longitude"] is None:
        message = str(place_faults.POINT_OUTSIDE.label).partition(" : ")[0]
        raise InvalidRequest(fields=(FieldError("longitude, latitude", message.lower()),))
    if learnt.longitude is not None and row["commune"] is None:
        raise InvalidRequest(
            fields=(FieldError("longitude, latitude", "ce point ne tombe dans aucune commune"),)
        )
