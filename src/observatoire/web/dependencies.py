"""What endpoints need: services, the caller, the common filters of the analyses."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request

from observatoire.analyses.question import Question
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Caller, Reach
from observatoire.domain.period import Period
from observatoire.domain.person import Session
from observatoire.domain.territory import TerritoryCode
from observatoire.domain.trail import Purpose
from observatoire.errors import FieldError, Forbidden, InvalidTerritoryCode, NotAuthenticated
from observatoire.intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store import accounts, reach
from observatoire.store.engine import Database
from observatoire.trail.errors import NoPurpose
from observatoire.web import cookies
from observatoire.web.auditing import note
from observatoire.web.cross_origin import check_origin
from observatoire.web.key_notice import announce
from observatoire.web.pacing import recognise
from observatoire.web.people import People
from observatoire.web.scopes import check_scope
from observatoire.web.security import KeyRing

LARGEST = 2**31 - 1
"""What a column of numbers holds."""
Offset = Annotated[int, Query(ge=0, le=LARGEST)]
NumberInPath = Annotated[int, Path(ge=1, le=LARGEST)]


@dataclass(frozen=True, slots=True)
class Services:
    """What the application was built with."""

    database: Database
    settings: Settings
    keys: KeyRing
    desk: Desk
    people: People

    def reach(self, who: Caller) -> Reach:
        """What the database may show a caller of row-level objects: open ``database.consulting`` with it."""
        return reach.reach_of(self.database, who)

    def journal(self) -> Journal:
        """A sink for passages of the gate."""
        return accounts.journal_of(self.database)


def services(request: Request) -> Services:
    """The application's services."""
    found: Services = request.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(services)]


def caller(request: Request, found: ServicesDep) -> Caller:
    """Who asks: a key, else a session; the public without either."""
    authorization = request.headers.get("authorization")
    if authorization is None and cookies.read(request, cookies.SESSION):
        who = found.people.caller(request)  # where the request comes from: forgery.py
        note(caller=who)
    else:
        who = found.keys.caller(authorization)
        note(caller=who)
        check_origin(request, who)
    if who.role is not None:
        recognise(request.scope)
    announce(request, who)
    check_scope(request, who)
    return who


CallerDep = Annotated[Caller, Depends(caller)]


def keyed(who: CallerDep) -> Caller:
    """A caller with a key or a session."""
    if who.role is None:
        raise NotAuthenticated
    return who


KeyedDep = Annotated[Caller, Depends(keyed)]


def own_session(who: KeyedDep, request: Request) -> Session:
    """The session of a person; a key has none.

    Raises:
        Forbidden: a key asks.
    """
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        raise Forbidden
    return session


SessionDep = Annotated[Session, Depends(own_session)]


def administrator(who: KeyedDep) -> Caller:
    """A caller who administers."""
    if not who.administers:
        raise Forbidden
    return who


def purpose(
    who: KeyedDep,
    x_finalite: Annotated[Purpose | None, Header(description="pourquoi : une finalité de la liste")] = None,
    finalite: Annotated[Purpose | None, Query(description="pourquoi, à défaut d'en-tête")] = None,
) -> Purpose:
    """Why points are read, or rows exported: stated, and written in the audit trail.

    Raises:
        NoPurpose: neither the header nor the parameter states one of the list.
    """
    stated = x_finalite or finalite
    if stated is None:
        fault = FieldError("X-Finalite", "une finalité est attendue", Purpose.CORRECTION)
        raise NoPurpose(", ".join(Purpose), fields=(fault,))
    return stated


AdministratorDep = Annotated[Caller, Depends(administrator)]


def whole_administrator(who: AdministratorDep) -> Caller:
    """One whose grant has no bounds: whoever gives keys could give itself any."""
    if who.communes is not None:
        raise Forbidden
    return who


WholeAdministratorDep = Annotated[Caller, Depends(whole_administrator)]


def parse_territory(text: str, field: str = "territoire") -> TerritoryCode:
    """``niveau:code`` of a parameter; the error names the parameter."""
    try:
        return TerritoryCode.parse(text)
    except InvalidTerritoryCode:
        fields = (FieldError(field, "territoire mal écrit", "niveau:code, par exemple commune:31555"),)
        raise InvalidTerritoryCode(text[:60], fields=fields) from None


def period_of(start: date | None, end: date | None) -> Period:
    """The period asked for; by default the last twelve complete months."""
    default = Period.last_twelve_complete_months(datetime.now(UTC).date())
    if end is not None and start is None:
        start = end - timedelta(days=365) if end > date.min + timedelta(days=365) else end
    return Period(start or default.start, end or default.end)


def question(
    territoire: Annotated[str, Query(description="niveau:code, par exemple epci:243100518")],
    debut: Annotated[date | None, Query(description="premier jour (inclus)")] = None,
    fin: Annotated[date | None, Query(description="dernier jour (exclu)")] = None,
    categorie: Annotated[list[str] | None, Query(description="domaine, famille ou catégorie")] = None,
    source: Annotated[list[str] | None, Query(description="source ou groupe d'additivité")] = None,
) -> Question:
    """The common filters of every analysis."""
    return Question(
        parse_territory(territoire), period_of(debut, fin), tuple(categorie or ()), tuple(source or ())
    )


QuestionDep = Annotated[Question, Depends(question)]
