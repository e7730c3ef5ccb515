"""``/connexion``: a password, then what the role asks besides."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response

from observatoire.domain.person import Session, Stage
from observatoire.errors import ObservatoireError
from observatoire.people import second_factor
from observatoire.people.door import Entered
from observatoire.web import cookies
from observatoire.web.auditing import note
from observatoire.web.dependencies import Services, ServicesDep
from observatoire.web.pages.rendering import address_of, check_form, page, to
from observatoire.web.people import named

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=600)]

LOGIN, FACTOR, ENROLMENT, ACCOUNT = (
    "/connexion",
    "/connexion/second-facteur",
    "/connexion/enrolement",
    "/compte",
)
NEXT = {Stage.SECOND_FACTOR: FACTOR, Stage.ENROLMENT: ENROLMENT, Stage.OPEN: ACCOUNT}
MESSAGES = {"choisi": "Votre mot de passe est enregistré : connectez-vous.", "sorti": "Vous êtes déconnecté."}


@router.get("/connexion", summary="Page de connexion")
def login_page(request: Request, found: ServicesDep, message: str = "") -> Response:
    """The form; who is in already goes on."""
    session = found.people.session(request)
    return (
        login_form(request, found, message=MESSAGES.get(message))
        if session is None
        else to(NEXT[session.stage])
    )


@router.post("/connexion", summary="Se connecter")
def login(
    request: Request, found: ServicesDep, courriel: Field = "", mot_de_passe: Field = "", jeton: Field = ""
) -> Response:
    """One answer for an unknown login and for a wrong password."""
    device = cookies.read(request, cookies.DEVICE)
    try:
        check_form(request, jeton)
        entered = found.people.door.enter(courriel, mot_de_passe, address_of(request), device)
    except ObservatoireError as error:
        note_refused(error)
        return login_form(request, found, error, courriel=courriel)
    return welcome(request, found, entered)


def login_form(
    request: Request,
    found: Services,
    error: ObservatoireError | None = None,
    courriel: str = "",
    message: str | None = None,
) -> Response:
    """The login page, with what went wrong."""
    provider = found.settings.openid_label if found.settings.openid_issuer else ""
    return page(request, "connexion", error, courriel=courriel, message=message, fournisseur=provider)


def note_refused(error: ObservatoireError) -> None:
    """The trail names who was tried, by number, where there is somebody."""
    person = error.values.get("person")
    if person is not None:
        note(caller=named(person))  # type: ignore[arg-type]


def welcome(request: Request, found: Services, entered: Entered) -> Response:
    """Hand the new session over; the one that the browser had is over."""
    note(caller=named(entered.person))
    former = found.people.session(request)
    if former is not None:
        found.people.door.leave(former)
    response = to(NEXT[entered.stage])
    cookies.put(request, response, cookies.SESSION, entered.secret)
    cookies.put(request, response, cookies.DEVICE, entered.device, cookies.ONE_YEAR)
    cookies.drop(request, response, cookies.FORM)
    return response


@router.get("/connexion/second-facteur", summary="Page du second facteur")
def factor_page(request: Request, found: ServicesDep) -> Response:
    """The form, for a session that waits for it."""
    session = found.people.session(request)
    if session is None or session.stage is not Stage.SECOND_FACTOR:
        return to(LOGIN)
    return page(request, "second_facteur")


@router.post("/connexion/second-facteur", summary="Donner le code du second facteur")
def give_code(request: Request, found: ServicesDep, code: Field = "", jeton: Field = "") -> Response:
    """A code opens the session under a new cookie."""
    session = found.people.session(request)
    try:
        check_form(request, jeton)
        if session is None or session.stage is not Stage.SECOND_FACTOR:
            return to(LOGIN)
        note(caller=named(session.person))
        fresh = found.people.prover.prove(session, code, address_of(request))
    except ObservatoireError as error:
        return page(request, "second_facteur", error)
    response = to(ACCOUNT)
    cookies.put(request, response, cookies.SESSION, fresh)
    return response


def _may_enrol(session: Session | None) -> bool:
    return (
        session is not None
        and session.stage is not Stage.SECOND_FACTOR
        and not session.person.has_second_factor
    )


@router.get("/connexion/enrolement", summary="Page d'ajout d'un second facteur")
def enrolment_page(request: Request, found: ServicesDep) -> Response:
    """The secret, as a picture and as text, until a code confirms it."""
    session = found.people.session(request)
    if session is None or not _may_enrol(session):
        return to(LOGIN)
    return _enrolment(request, found, session)


@router.post("/connexion/enrolement", summary="Confirmer le second facteur")
def confirm_factor(request: Request, found: ServicesDep, code: Field = "", jeton: Field = "") -> Response:
    """The first code proves that the telephone has the secret; recovery codes are shown once."""
    session = found.people.session(request)
    try:
        check_form(request, jeton)
    except ObservatoireError as error:
        return login_form(request, found, error)
    if session is None or not _may_enrol(session):
        return to(LOGIN)
    note(caller=named(session.person))
    try:
        fresh, codes = found.people.prover.confirm(session, code, address_of(request))
    except ObservatoireError as error:
        return _enrolment(request, found, session, error)
    response = page(request, "codes_de_secours", codes=codes)
    cookies.put(request, response, cookies.SESSION, fresh)
    return response


def _enrolment(
    request: Request, found: Services, session: Session, error: ObservatoireError | None = None
) -> Response:
    secret = found.people.prover.propose(session.person)
    picture = segno.make(second_factor.address(secret, session.person.login), error="m")
    return page(
        request,
        "enrolement",
        error,
        image=picture.svg_inline(scale=1, border=2, omitsize=True),
        cle=second_factor.written(secret),
        exige=session.stage is Stage.ENROLMENT,
    )


@router.post("/deconnexion", summary="Se déconnecter")
def logout(request: Request, found: ServicesDep, jeton: Field = "") -> Response:
    """End the session here, and at the provider's when it began there."""
    session = found.people.session(request)
    try:
        check_form(request, jeton)
    except ObservatoireError as error:
        return login_form(request, found, error)
    elsewhere = None
    if session is not None:
        note(caller=named(session.person))
        elsewhere = found.people.farewell(session)
        found.people.door.leave(session)
    response = to(elsewhere or f"{LOGIN}?message=sorti")
    cookies.drop(request, response, cookies.SESSION)
    return response
