"""How often one may ask: by key, by address without one, and ten times less for a key that is none.

Headers made up for each request win nothing. Outside the API the address alone counts; under it a key or a
session that no door has recognised, whatever it was answered, counts against the address, and one that was
refused counts there more dearly.
The counts are those of one process, in memory: they protect the server, and count nobody.
"""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.domain.network import network_of
from observatoire.errors import NotAuthenticated
from observatoire.settings import Settings
from observatoire.store.accounts import digest
from observatoire.vocabulary.agreement import agree
from observatoire.web import cookies
from observatoire.web.errors import problem
from observatoire.web.security import key_of

CODE, TITLE = "trop_de_demandes", "Trop de demandes"
UNAUTHORISED = 401
API = "/api/"
RECOGNISED = "observatoire.recognised"
FREE = ("/sante",)
"""Probes of the machine room are never refused."""


class Pace:
    """ASGI layer: 429 with ``Retry-After`` beyond the pace; a refused key counts against the address."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._with_key = RateLimitItemPerMinute(settings.requests_per_minute, namespace="cle")
        self._without = RateLimitItemPerMinute(settings.public_requests_per_minute, namespace="adresse")
        self._unknown = RateLimitItemPerMinute(settings.public_requests_per_minute, namespace="inconnu")
        self._refused = RateLimitItemPerMinute(settings.refused_keys_per_minute, namespace="refus")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then pass on or refuse."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self.app(scope, receive, send)
            return
        address = network_of((scope.get("client") or ("",))[0])
        credential = _credential(Request(scope))
        if credential is None:
            allowance, who = self._without, address
        else:
            allowance, who = self._with_key, digest(credential)
        spent = () if credential is None else (self._refused, self._unknown)
        closed = next((item for item in spent if not self._limiter.test(item, address)), None)
        if closed is not None:
            await _refuse(scope, receive, send, self._seconds(closed, address))
        elif not self._limiter.hit(allowance, who):
            await _refuse(scope, receive, send, self._seconds(allowance, who))
        else:
            scope[RECOGNISED] = []
            await self.app(scope, receive, self._watching(scope, send, address, known=credential is None))

    def _watching(self, scope: Scope, send: Send, address: str, *, known: bool) -> Send:
        """Counts, once it is answered, what nobody has recognised."""

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == UNAUTHORISED:
                    self._limiter.hit(self._refused, address)
                elif not (known or scope[RECOGNISED]):
                    self._limiter.hit(self._unknown, address)
            await send(message)

        return watched

    def _seconds(self, allowance: RateLimitItem, who: str) -> int:
        reset = self._limiter.get_window_stats(allowance, who).reset_time
        return max(int(reset - time.time()) + 1, 1)


def _credential(request: Request) -> str | None:
    """What tells one who asks the API from another: the header of a key, else the cookie of a session."""
    if not request.scope["path"].startswith(API):
        return None
    told = request.headers.get("authorization")
    if told is None:
        return cookies.read(request, cookies.SESSION)
    try:
        return key_of(told)
    except NotAuthenticated:
        return told or None


def recognise(scope: Scope) -> None:
    """A door has recognised the key or the session of this request."""
    scope.get(RECOGNISED, []).append(True)


async def _refuse(scope: Scope, receive: Receive, send: Send, wait: int) -> None:
    detail = f"Vous demandez plus souvent que permis. Réessayez dans {agree(wait, 'seconde', 'secondes')}."
    answer = problem(Request(scope), 429, CODE, TITLE, detail)
    answer.headers["Retry-After"] = str(wait)
    await answer(scope, receive, send)
