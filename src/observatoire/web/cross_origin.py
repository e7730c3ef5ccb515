"""Pages of partners: CORS (WHATWG Fetch, « HTTP extensions »), organisation by organisation.

A preflight carries no key: it is answered for the union of what is declared. The request itself is
answered for the organisation of its key alone. Without a key, what is public is readable from any
page. Nothing is ever readable with ambient credentials (cookies): that header is never sent.
"""

import time
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.disclosure.errors import UndeclaredOrigin
from observatoire.disclosure.policy import Caller
from observatoire.store import organisations
from observatoire.store.engine import Database

REMEMBERED_SECONDS = 30
ALLOW = "Access-Control-Allow-Origin"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, Idempotency-Key, X-Finalite",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "ETag, Location, Retry-After, Content-Disposition, X-Cle-Expire-Le"
NOT_VARIED = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def check_origin(request: Request, who: Caller) -> None:
    """Receive a key from a page of its own organisation, or of this very server.

    Raises:
        UndeclaredOrigin: the browser says that another page asks.
    """
    origin = request.headers.get("origin")
    if origin is None or who.role is None:
        return
    # The scheme is the proxy's affair: a page of this host is this server's own.
    own = urlsplit(origin).netloc == request.headers.get("host")
    request.state.received_from = origin if origin in who.origins else None
    if not own and origin not in who.origins:
        raise UndeclaredOrigin


class CrossOrigin:
    """ASGI layer: answers preflights, and says to browsers which page may read an answer."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app = app
        self._database = database
        self._declared: frozenset[str] = frozenset()
        self._until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not a preflight."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None:
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin, send)
        else:
            await self._answer(origin, scope, receive, send)

    async def _preflight(self, origin: str, send: Send) -> None:
        headers = MutableHeaders({"Vary": NOT_VARIED})
        if origin in await self._union():
            headers.update({ALLOW: origin, **PREFLIGHT})
        await send({"type": "http.response.start", "status": 204, "headers": headers.raw})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, origin: str, scope: Scope, receive: Receive, send: Send) -> None:
        keyed = "authorization" in Headers(scope=scope)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                allowed = await self._reader(origin, scope) if keyed else "*"
                if allowed:
                    headers.update({ALLOW: allowed, "Access-Control-Expose-Headers": EXPOSED})
            await send(message)

        await self.app(scope, receive, told)

    async def _reader(self, origin: str, scope: Scope) -> str | None:
        """Which page may read an answer to a key: that of its organisation.

        Where the key was not looked at (what anyone may read, a key that is none, a refusal before the
        door), any declared one.
        """
        state = scope.get("state", {})
        if "received_from" in state:
            told: str | None = state["received_from"]
            return told
        return origin if origin in await self._union() else None

    async def _union(self) -> frozenset[str]:
        """What is declared; a change is known half a minute later at most."""
        if self._until < time.monotonic():
            self._declared = await run_in_threadpool(self._read)
            self._until = time.monotonic() + REMEMBERED_SECONDS
        return self._declared

    def _read(self) -> frozenset[str]:
        with self._database.reading() as connection:
            return organisations.declared_origins(connection)
