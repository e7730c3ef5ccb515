"""One table from faults to statuses; every error leaves as problem+json, in French."""

import logging
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from observatoire import errors
from observatoire.people.errors import TooManyAttempts

PROBLEM = "application/problem+json"
BASE = "https://observatoire.example/problemes/"
logger = logging.getLogger("observatoire.web")

STATUSES: dict[type[errors.ObservatoireError], int] = {
    errors.NotFound: 404,
    errors.NotAuthenticated: 401,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.ExpiredRejects: 410,
    errors.FileTooLarge: 413,
    errors.InflationBomb: 413,
    errors.SheetTooWide: 413,
    errors.RefusedFile: 422,
    errors.InvalidRequest: 422,
    errors.UnavailableStore: 503,
    errors.TooManyStreams: 503,
    TooManyAttempts: 429,
    errors.ImportFailed: 500,
    errors.ObservatoireError: 500,
}

SECONDS_TO_RETRY = 5

VALIDATION_MESSAGES = {
    "missing": "ce paramètre est obligatoire",
    "date_from_datetime_parsing": "une date AAAA-MM-JJ est attendue",
    "date_parsing": "une date AAAA-MM-JJ est attendue",
    "int_parsing": "un nombre entier est attendu",
    "float_parsing": "un nombre est attendu",
    "bool_parsing": "« true » ou « false » est attendu",
    "uuid_parsing": "un identifiant est attendu",
    "literal_error": "valeur inconnue",
    "enum": "valeur inconnue",
    "json_invalid": "le corps n'est pas du JSON",
}
HTTP_DETAILS = {
    404: ("Introuvable", "Cette adresse n'existe pas. La liste des adresses est à /docs."),
    405: ("Méthode non permise", "Cette adresse ne répond pas à cette méthode HTTP. Voir /docs."),
}


REFUSALS = (
    errors.NotAuthenticated,
    errors.Forbidden,
    errors.NotFound,
    errors.OutsideDiffusion,
    errors.UnknownSource,
)
"""What is closed to the caller; another organisation's object reads like one that does not exist."""


def refuses(error: errors.ObservatoireError) -> bool:
    """Whether an error tells that something is closed to the caller, or does not exist for it."""
    hidden_source = isinstance(error, errors.UnknownCode) and error.args[:1] == ("source",)
    return hidden_source or isinstance(error, REFUSALS)


def status_of(error: errors.ObservatoireError) -> int:
    """The status of the nearest class of an error."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    faults: list[dict[str, Any]] | None = None,
) -> Response:
    """RFC 9457 body; the audit trail keeps its code."""
    request.state.problem = code
    body: dict[str, Any] = {
        "type": BASE + code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    if faults:
        body["erreurs"] = faults
    response = Response(orjson.dumps(body), status, media_type=PROBLEM)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers.append("WWW-Authenticate", 'Bearer realm="observatoire"')
        if "cookie" not in request.headers:  # whose session is over logs in again: no prompt of the browser
            response.headers.append("WWW-Authenticate", 'Basic realm="observatoire", charset="UTF-8"')
    return response


def install(app: FastAPI) -> None:
    """Replace every default error body; what is unexpected goes through to ``last_resort``."""
    app.add_exception_handler(errors.ObservatoireError, expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def expected(request: Request, error: Exception) -> Response:
    """The problem of an expected failure."""
    assert isinstance(error, errors.ObservatoireError)
    faults = [{"champ": f.field, "message": f.message, "valeur_attendue": f.expected} for f in error.fields]
    request.state.refused = refuses(error)
    answer = problem(request, status_of(error), error.code, error.title, str(error), faults)
    if answer.status_code in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        answer.headers["Retry-After"] = str(getattr(error, "retry_after", SECONDS_TO_RETRY))
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        {
            "champ": ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]),
            "message": VALIDATION_MESSAGES.get(item["type"], "valeur refusée"),
            "valeur_attendue": (item.get("ctx") or {}).get("expected"),
        }
        for item in error.errors()
    ]
    names = ", ".join(f"« {fault['champ']} »" for fault in faults)
    detail = f"Paramètre à corriger : {names}."
    return problem(request, 422, errors.InvalidRequest.code, errors.InvalidRequest.title, detail, faults)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title, detail = HTTP_DETAILS.get(
        error.status_code, ("Demande refusée", "La demande n'a pas pu être lue.")
    )
    response = problem(request, error.status_code, f"http_{error.status_code}", title, detail)
    response.headers.update(error.headers or {})
    return response


def unexpected(request: Request, error: Exception) -> Response:
    """What no one foresaw: its kind goes to the log (``last_resort`` calls it)."""
    # Never the message: it may hold a cell of a file.
    logger.error("unexpected %s on %s %s", type(error).__name__, request.method, request.url.path)
    detail = (
        "Le serveur a rencontré une erreur imprévue ; rien n'a été écrit. "
        "Réessayez, puis prévenez l'administration."
    )
    return problem(request, 500, "erreur_interne", "Erreur interne", detail)
