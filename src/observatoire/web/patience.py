"""A body that comes a byte at a time holds a place that others need: it is waited for, not for ever."""

import asyncio
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.web.errors import problem

CODE, TITLE = "envoi_trop_lent", "Envoi trop lent"


class SlowBody(ClientDisconnect):
    """The body did not come in time."""


class Patience:
    """ASGI layer: 408 when nothing comes for ``silence`` seconds, or the whole not within ``whole``."""

    def __init__(self, app: ASGIApp, silence: float, whole: float) -> None:
        self.app, self.silence, self.whole = app, silence, whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a receive that watches the clock until the body is whole."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = late = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if late and not begun:
                return  # an answer made of a body that was given up: ours stands for it
            begun = True
            await send(message)

        def give_up() -> None:
            nonlocal late
            late = True

        try:
            await self.app(scope, self._watched(receive, give_up), sent)
        except SlowBody:
            pass
        if late and not begun:
            detail = "Le fichier met trop de temps à arriver. Vérifiez la connexion, puis renvoyez-le."
            answer = problem(Request(scope), 408, CODE, TITLE, detail)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)

    def _watched(self, receive: Receive, give_up: Callable[[], None]) -> Receive:
        loop = asyncio.get_running_loop()
        end, whole = loop.time() + self.whole, False

        async def watched() -> Message:
            nonlocal whole
            if whole:
                return await receive()  # what comes next is the end of the connection: no hurry
            wait = min(self.silence, end - loop.time())
            try:
                message = await asyncio.wait_for(receive(), max(wait, 0.001))
            except TimeoutError:
                give_up()
                raise SlowBody from None
            whole = not message.get("more_body", False)
            return message

        return watched
