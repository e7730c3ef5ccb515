"""How often one may ask: by key, by address without one, and ten times less for a key that is none.

Headers made up for each request win nothing: outside the API the address alone counts; under it a session
that is none is refused, and counts, like a key that is none.
The counts are those of one process, in memory: they protect the server, and count nobody.
"""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.people.lockout import network_of
from observatoire.settings import Settings
from observatoire.store.accounts import digest
from observatoire.web import cookies
from observatoire.web.errors import problem

CODE, TITLE = "trop_de_demandes", "Trop de demandes"
UNAUTHORISED = 401
API = "/api/"
FREE = ("/sante",)
"""Probes of the machine room are never refused."""


class Pace:
    """ASGI layer: 429 with ``Retry-After`` beyond the pace; a refused key counts against the address."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._with_key = RateLimitItemPerMinute(settings.requests_per_minute, namespace="cle")
        self._without = RateLimitItemPerMinute(settings.public_requests_per_minute, namespace="adresse")
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
        wait = 0
        if credential is not None and not self._limiter.test(self._refused, address):
            wait = self._seconds(self._refused, address)
        elif not self._limiter.hit(allowance, who):
            wait = self._seconds(allowance, who)
        if wait:
            await _refuse(scope, receive, send, wait)
            return
        await self.app(scope, receive, self._watching(send, address))

    def _watching(self, send: Send, address: str) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == UNAUTHORISED:
                self._limiter.hit(self._refused, address)
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
    return cookies.read(request, cookies.SESSION) if told is None else told or None


async def _refuse(scope: Scope, receive: Receive, send: Send, wait: int) -> None:
    detail = f"Vous demandez plus souvent que permis. Réessayez dans {wait} secondes."
    answer = problem(Request(scope), 429, CODE, TITLE, detail)
    answer.headers["Retry-After"] = str(wait)
    await answer(scope, receive, send)
