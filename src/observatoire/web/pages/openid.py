"""``/connexion/fournisseur``: to a provider of identities and back."""

import json
from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from observatoire.errors import NotFound, ObservatoireError
from observatoire.openid.errors import UntrustedAnswer
from observatoire.openid.provider import Beginning, Provider
from observatoire.people import secrets
from observatoire.people.errors import UnreadableSecret
from observatoire.web import cookies
from observatoire.web.dependencies import Services, ServicesDep
from observatoire.web.pages.entrance import login_form, note_refused, welcome
from observatoire.web.pages.rendering import to

router = APIRouter(include_in_schema=False)
TEN_MINUTES = 600
SEALED = "aller chez le fournisseur"


def _provider(found: Services) -> Provider:
    if found.people.provider is None:
        raise NotFound
    return found.people.provider


@router.get("/connexion/fournisseur", summary="Aller chez le fournisseur d'identité")
def leave_for_provider(request: Request, found: ServicesDep) -> Response:
    """What must come back is sealed in a cookie: the server keeps nothing of who has not come back."""
    provider = _provider(found)
    beginning = Beginning.fresh()
    try:
        response = to(provider.address(beginning))
    except ObservatoireError as error:
        return login_form(request, found, error)
    sealed = secrets.seal(found.settings.sealing_key(), SEALED, json.dumps(asdict(beginning)).encode())
    cookies.put(request, response, cookies.OPENID, sealed.hex(), TEN_MINUTES)
    return response


@router.get("/connexion/fournisseur/retour", summary="Revenir du fournisseur d'identité")
def back_from_provider(request: Request, found: ServicesDep) -> Response:
    """Only who left may come back, with the provider's own word for it."""
    provider = _provider(found)
    device = cookies.read(request, cookies.DEVICE)
    try:
        beginning = _beginning(request, found)
        identified = provider.identify(beginning, dict(request.query_params))
        entered = found.people.recogniser.enter(identified, device)
    except ObservatoireError as error:
        note_refused(error)
        response = login_form(request, found, error)
    else:
        response = welcome(request, found, entered)
    cookies.drop(request, response, cookies.OPENID)
    return response


def _beginning(request: Request, found: Services) -> Beginning:
    kept = cookies.read(request, cookies.OPENID) or ""
    try:
        clear = secrets.unseal(found.settings.sealing_key(), SEALED, bytes.fromhex(kept))
        return Beginning(**json.loads(clear))
    except (UnreadableSecret, ValueError):
        raise UntrustedAnswer("aucune demande en cours dans ce navigateur") from None
