"""No body larger than the largest file is read, whatever the client announces."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.errors import FileTooLarge
from observatoire.web.errors import problem

FORM_OVERHEAD = 1_000_000
"""Bytes of a multipart form besides its file."""


class BodyLimit:
    """ASGI layer that refuses a body by its announced length, then by what really comes."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.limit = max_bytes + FORM_OVERHEAD
        self.words = f"{max_bytes // 1_000_000} Mo"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 before reading, or pass on a receive that counts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.limit:
            refusal = FileTooLarge(self.words)
            answer = problem(Request(scope), 413, refusal.code, refusal.title, str(refusal))
            await answer(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.limit:
                raise FileTooLarge(self.words)
            return message

        return counted
