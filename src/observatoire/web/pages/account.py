"""``/compte``: who one is, one's sessions, one's password."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from observatoire.domain.person import Means, Session, Stage
from observatoire.errors import NotFound, ObservatoireError
from observatoire.store import sessions
from observatoire.web.auditing import note
from observatoire.web.dependencies import NumberInPath, Services, ServicesDep
from observatoire.web.pages.entrance import LOGIN, login_form
from observatoire.web.pages.invitation import check_twice
from observatoire.web.pages.rendering import address_of, check_form, page, to
from observatoire.web.people import named

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=600)]
MEANS = {Means.PASSWORD: "mot de passe", Means.OPENID: "fournisseur d'identité"}


def _own(request: Request, found: Services) -> Session | None:
    session = found.people.session(request)
    if session is None or session.stage is not Stage.OPEN:
        return None
    note(caller=named(session.person))
    return session


@router.get("/compte", summary="Page de mon compte")
def account_page(request: Request, found: ServicesDep, message: str = "") -> Response:
    """What concerns the person alone."""
    session = _own(request, found)
    told = (
        "Votre mot de passe est changé ; vos autres sessions sont terminées." if message == "change" else ""
    )
    return to(LOGIN) if session is None else _account(request, found, session, message=told)


def _account(
    request: Request,
    found: Services,
    session: Session,
    error: ObservatoireError | None = None,
    message: str = "",
) -> Response:
    with found.database.identifying() as connection:
        known = sessions.of(connection, session.person.number, found.people.door.idle)
    rows = [
        {
            "number": one.number,
            "means": MEANS[one.means],
            "begun": _moment(one.created_at),
            "seen": _moment(one.seen_at),
            "until": _moment(one.expires_at),
        }
        for one in known
    ]
    return page(
        request,
        "compte",
        error,
        personne=session.person,
        sessions=rows,
        actuelle=session.number,
        message=message,
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('Europe/Paris')):%d/%m/%Y à %H h %M}"


@router.post("/compte/mot-de-passe", summary="Changer de mot de passe")
def change_password(
    request: Request,
    found: ServicesDep,
    actuel: Field = "",
    mot_de_passe: Field = "",
    confirmation: Field = "",
    jeton: Field = "",
) -> Response:
    """The present one is asked again: a screen left open is not enough."""
    session = _own(request, found)
    try:
        check_form(request, jeton)
    except ObservatoireError as error:
        return login_form(request, found, error)
    if session is None:
        return to(LOGIN)
    try:
        check_twice(mot_de_passe, confirmation)
        found.people.door.change_password(session, actuel, mot_de_passe, address_of(request))
    except ObservatoireError as error:
        return _account(request, found, session, error)
    return to("/compte?message=change")


@router.post("/compte/sessions/{numero}", summary="Terminer une de mes sessions")
def end_session(request: Request, found: ServicesDep, numero: NumberInPath, jeton: Field = "") -> Response:
    """It opens nothing any more; one that is over already, or another's, is no error, and nothing is done."""
    session = _own(request, found)
    try:
        check_form(request, jeton)
        if session is None:
            return to(LOGIN)
        with suppress(NotFound), found.database.identifying() as connection:
            sessions.end(connection, session.person.number, numero)
    except ObservatoireError as error:
        if session is None:
            return login_form(request, found, error)
        return _account(request, found, session, error)
    return to("/compte")
