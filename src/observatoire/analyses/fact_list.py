"""Facts one by one: what the figures are counted from, for who holds the grant and the source."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from datetime import date

from observatoire.analyses.errors import UnknownCursor
from observatoire.analyses.question import Asking, Question, ask
from observatoire.disclosure import gate
from observatoire.disclosure.errors import ScopeMissing
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller, KeyScope
from observatoire.disclosure.released import Released
from observatoire.domain.incident import TimePrecision
from observatoire.domain.source import PlacePrecision
from observatoire.domain.territory import TerritoryLevel
from observatoire.errors import FieldError, InvalidTerritoryCode, OutsideDiffusion
from observatoire.store import reach
from observatoire.store.confidential import fact_list as rows
from observatoire.store.confidential.fact_list import ListedFact
from observatoire.store.engine import Database

_TIMED = frozenset({TimePrecision.MINUTE, TimePrecision.HOUR, TimePrecision.SLOT, TimePrecision.INTERVAL})
_DIGEST_BYTES = 8
_NOT_A_COUNT = (
    "Une liste n'est pas un compte : un mois sans fait ici peut être un mois non reçu. "
    "Voir /api/v1/analyses/couverture."
)


@dataclass(frozen=True, slots=True)
class FactPage:
    """``sources``: those whose facts are listed; ``cursor``: where the next page begins, None at the end."""

    question: Question
    sources: tuple[str, ...]
    other_sources: int
    facts: tuple[ListedFact, ...]
    cursor: str | None
    warnings: tuple[str, ...]


def find(
    database: Database,
    question: Question,
    cursor: str | None,
    limit: int,
    caller: Caller,
    journal: Journal,
    *,
    points: bool = False,
) -> Released[FactPage]:
    """A page of facts by day, within the reach of the caller.

    Raises:
        OutsideDiffusion: outside the grant.
        InvalidTerritoryCode: a zone: the membership of facts in zones is not read row by row.
        UnknownCursor: not one of this question.
        ScopeMissing: ``points`` without the scope.
    """
    if points and not caller.opens(KeyScope.POINTS):
        raise ScopeMissing(KeyScope.POINTS)
    after = _read(cursor, question) if cursor else None
    if question.territory.level is TerritoryLevel.ZONE:
        fault = FieldError("territoire", "les faits d'une zone se comptent, sans liste", "commune:31555")
        raise InvalidTerritoryCode(str(question.territory), fields=(fault,))
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("")
        shown = reach.of(connection, caller)
    listed = tuple(s.code for s in asking.sources if s.code in shown.sources)
    scope = replace(asking.scope(), sources=listed)
    everywhere = scope.territory.level is TerritoryLevel.NATION
    communes = None if everywhere else frozenset(commune.code for commune in asking.communes)
    with database.consulting(shown) as connection:
        found = rows.page(connection, scope, communes, after, limit + 1, points=points)

    def answer(read: list[ListedFact]) -> FactPage:
        kept = tuple(_told(fact) for fact in read[:limit])
        following = _written(kept[-1], question) if len(read) > limit else None
        notes = (*asking.notes, *_warnings(asking, listed, points=points))
        return FactPage(asking.question, listed, asking.other_sources, kept, following, notes)

    told = f"faits {question.canonical()}"
    return gate.release(found.map(answer), asking.audience, caller, told, journal)


def _told(fact: ListedFact) -> ListedFact:
    """Bounds only where they say more than the day."""
    return fact if fact.time_precision in _TIMED else replace(fact, start=None, end=None)


def _warnings(asking: Asking, listed: tuple[str, ...], *, points: bool) -> list[str]:
    said = [_NOT_A_COUNT]
    wider = [f"« {s.code} »" for s in asking.sources if s.code not in listed]
    if wider:
        said.append(
            f"Sources qui débordent votre périmètre : {', '.join(wider)}. Leurs faits se comptent, "
            "mais ne se lisent pas un à un."
        )
    coarse = [f"« {s.code} »" for s in asking.coarse]
    if coarse:
        said.append(f"Sources dont la convention s'arrête à la commune, absentes ici : {', '.join(coarse)}.")
    unplaced = [
        f"« {s.code} »"
        for s in asking.sources
        if s.code in listed and s.precision is not PlacePrecision.POINT
    ]
    if points and unplaced:
        said.append(f"Sources dont la convention exclut le point : {', '.join(unplaced)}.")
    return said


def _digest(question: Question) -> bytes:
    return hashlib.sha256(question.canonical().encode()).digest()[:_DIGEST_BYTES]


def _written(fact: ListedFact, question: Question) -> str:
    place = fact.day.toordinal().to_bytes(4, "big") + fact.key
    return base64.urlsafe_b64encode(_digest(question) + place).decode().rstrip("=")


def _read(cursor: str, question: Question) -> tuple[date, bytes]:
    try:
        content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        digest, day, key = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:][:4], content[_DIGEST_BYTES + 4 :]
        after = date.fromordinal(int.from_bytes(day, "big")), key
    except (binascii.Error, ValueError, OverflowError):
        raise _unknown() from None
    if digest != _digest(question):
        raise _unknown()
    return after


def _unknown() -> UnknownCursor:
    fault = FieldError("curseur", "il n'est pas de cette question", "le « curseur_suivant » d'une page")
    return UnknownCursor(fields=(fault,))
