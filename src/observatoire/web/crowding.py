"""A server that is full says so at once: an answer that waits behind forty others serves nobody."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from observatoire.web.errors import problem

CODE, TITLE = "serveur_occupe", "Serveur occupé"
SECONDS = 2
FREE = ("/sante",)
LASTING = "/evenements"
"""Streams of events last as long as an import; they have their own limit."""


class Crowding:
    """ASGI layer: 503 with ``Retry-After`` when as many requests as allowed are under way."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most, self.under_way = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse without reading anything."""
        if scope["type"] != "http" or scope["path"].startswith(FREE) or scope["path"].endswith(LASTING):
            await self.app(scope, receive, send)
            return
        if self.under_way >= self.most:
            detail = "Le serveur traite déjà autant de demandes qu'il peut. Réessayez dans quelques secondes."
            answer = problem(Request(scope), 503, CODE, TITLE, detail)
            answer.headers["Retry-After"] = str(SECONDS)
            await answer(scope, receive, send)
            return
        self.under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.under_way -= 1
