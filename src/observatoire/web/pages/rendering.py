"""Pages made on the server: no script, one style within the page, whose digest the policy names."""

from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from observatoire.errors import ObservatoireError
from observatoire.people import secrets
from observatoire.web import cookies, forgery
from observatoire.web.errors import refuses, status_of
from observatoire.web.pages import styles


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("observatoire.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return (resources.files("observatoire.web.pages") / "style.css").read_text(encoding="utf-8")


@cache
def _policy(provider: str) -> str:
    """Forms go to us; that of logout is sent on to the provider of identities, where there is one."""
    forms = f"'self' {provider}".strip()
    return (
        f"default-src 'none'; {styles.only(_style())}; form-action {forms}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def page(
    request: Request,
    name: str,
    error: ObservatoireError | None = None,
    **values: object,
) -> Response:
    """A page, with the token that its forms repeat; an error gives it its status, and is told in it."""
    fresh = None
    secret = cookies.read(request, cookies.SESSION) or cookies.read(request, cookies.FORM)
    if secret is None:
        secret = fresh = secrets.fresh()
    body = (
        _pages()
        .get_template(f"{name}.html")
        .render(style=_style(), jeton=secrets.token_of(secret), erreur=error, **values)
    )
    response = HTMLResponse(
        body,
        200 if error is None else status_of(error),
        {"Content-Security-Policy": _policy(_provider(request))},
    )
    if error is not None:
        request.state.problem, request.state.refused = error.code, refuses(error)
        if hasattr(error, "retry_after"):
            response.headers["Retry-After"] = str(error.retry_after)
    if fresh is not None:
        cookies.put(request, response, cookies.FORM, fresh)
    return response


def _provider(request: Request) -> str:
    """The origin of the provider of identities."""
    parts = urlsplit(request.app.state.services.settings.openid_issuer)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def check_form(request: Request, told: str) -> None:
    """Refuse a form that is not one of our pages': bound to the session, else to the browser's form cookie.

    Raises:
        ForgedRequest.
    """
    secret = cookies.read(request, cookies.SESSION) or cookies.read(request, cookies.FORM)
    forgery.check(request, secret or secrets.fresh(), told)


def to(path: str) -> Response:
    """Go and read another page."""
    return RedirectResponse(path, 303)


def address_of(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else ""
