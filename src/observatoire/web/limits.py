"""No body larger than the largest file is read, whatever the client announces.

What is not a form is held whole: its limit is lower.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.errors import FileTooLarge
from observatoire.web.errors import problem

FORM_OVERHEAD = 1_000_000
"""Bytes of a multipart form besides its file."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Bytes, and how they are told."""

    octets: int
    words: str


class BodyLimit:
    """ASGI layer that refuses a body by its announced length, then by what really comes."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_json: int) -> None:
        self.app = app
        self.form = Limit(max_bytes + FORM_OVERHEAD, f"{max_bytes // 1_000_000} Mo")
        self.other = Limit(max_json, f"{max_json // 1_000_000} Mo")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 before reading, or pass on a receive that counts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = self.form if is_form else self.other
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit.octets:
            refusal = FileTooLarge(limit.words)
            answer = problem(Request(scope), 413, refusal.code, refusal.title, str(refusal))
            await answer(scope, receive, send)
            return
        await self.app(scope, _counted(receive, limit), send)


def _counted(receive: Receive, limit: Limit) -> Receive:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit.octets:
            raise FileTooLarge(limit.words)
        return message

    return counted
