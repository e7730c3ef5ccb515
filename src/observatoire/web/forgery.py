"""Requests that a browser sends with its cookie must come from our own pages (CSRF).

OWASP Cross-Site Request Forgery Prevention Cheat Sheet: a token bound to the session, in a header or in a
field, and the browser's own word on where the request comes from.
"""

from urllib.parse import urlsplit

from fastapi import Request

from observatoire.people import secrets
from observatoire.people.errors import ForgedRequest

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER = "x-jeton"


def check(request: Request, secret: str, told: str | None = None) -> None:
    """Refuse an unsafe request without the token of a cookie's secret, or from another site.

    Raises:
        ForgedRequest.
    """
    if request.method in SAFE:
        return
    told = told or request.headers.get(HEADER) or ""
    if not _is_ours(request) or not secrets.same(told, secrets.token_of(secret)):
        raise ForgedRequest


def _is_ours(request: Request) -> bool:
    """What the browser says: Fetch Metadata first, since « no-referrer » makes its Origin « null »."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
