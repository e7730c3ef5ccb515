"""``/invitation``: a one-time code, and the password that the person chooses for itself."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from observatoire.errors import ObservatoireError
from observatoire.people.errors import WeakPassword
from observatoire.web.auditing import note
from observatoire.web.dependencies import ServicesDep
from observatoire.web.pages.rendering import address_of, check_form, page, to
from observatoire.web.people import named

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=600)]


@router.get("/invitation", summary="Page de l'invitation")
def invitation_page(request: Request) -> Response:
    """The code is typed, never part of an address: addresses are kept by proxies and by browsers."""
    return page(request, "invitation", courriel="")


@router.post("/invitation", summary="Choisir son mot de passe")
def choose_password(
    request: Request,
    found: ServicesDep,
    courriel: Field = "",
    code: Field = "",
    mot_de_passe: Field = "",
    confirmation: Field = "",
    jeton: Field = "",
) -> Response:
    """The code is used up once the password is kept."""
    try:
        check_form(request, jeton)
        check_twice(mot_de_passe, confirmation)
        person = found.people.door.accept(courriel, code, mot_de_passe, address_of(request))
    except ObservatoireError as error:
        return page(request, "invitation", error, courriel=courriel)
    note(caller=named(person))
    return to("/connexion?message=choisi")


def check_twice(password: str, again: str) -> None:
    """Refuse two different passwords.

    Raises:
        WeakPassword.
    """
    if password != again:
        raise WeakPassword("Les deux mots de passe ne sont pas les mêmes.")
