"""Cookies: a session, the form of who has none yet, the browser that has entered before.

Under TLS they bear ``__Host-`` (RFC 6265bis, §4.1.3.2): Secure, this host alone, every path. A
browser refuses that name over plain HTTP, which is allowed on the machine itself only.
"""

from fastapi import Request, Response

from observatoire.people.errors import InsecureConnection

SESSION, FORM, DEVICE, OPENID = "session", "formulaire", "appareil", "fournisseur"
ONE_YEAR = 365 * 24 * 3600
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _secure(request: Request) -> bool:
    return bool(request.scope["scheme"] == "https")  # a URL would be made from what « Host » says


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if _secure(request) else name


def read(request: Request, name: str) -> str | None:
    """A cookie of ours, under the name that this connection allows."""
    return request.cookies.get(_name(request, name)) or None


def put(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Hand a cookie to the browser, until it is closed unless ``seconds`` are given.

    Raises:
        InsecureConnection: plain HTTP from another machine.
    """
    if not _secure(request) and (request.url.hostname or "") not in LOOPBACK:
        raise InsecureConnection
    response.set_cookie(
        _name(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",  # strict would log out who comes back from the provider of identities
    )


def drop(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        _name(request, name), path="/", secure=_secure(request), httponly=True, samesite="lax"
    )
