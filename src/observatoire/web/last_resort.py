"""What no one foresaw: the answer is a problem, and the log names its kind only.

The framework raises an unexpected error again once it is answered, and the server logs it with its
message and its trace: either may hold a cell of a file.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.web.errors import unexpected


class LastResort:
    """ASGI layer around all others: no error goes through it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an unexpected error, unless the answer has begun: then the connection is cut."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception as error:  # noqa: BLE001 - whatever it is, its message is not told
            answer = unexpected(Request(scope), error)
            if not begun:
                await answer(scope, receive, send)
