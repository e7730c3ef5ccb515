"""Whoever already holds an answer is told so (304), once it was made for them again.

An answer with a tag was authorised, released and written in the journal before this layer sees it: nothing
is learnt from a tag that its holder could not read. What is beneath never sees the condition, so that what
it remembers is whole.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.web.validators import is_held

CONDITION = b"if-none-match"
OF_A_BODY = (b"content-type", b"content-length", b"content-encoding", b"content-disposition")


class Unchanged:
    """ASGI layer: an answer to GET whose tag ``If-None-Match`` names becomes 304 (RFC 9110, 13.1.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the whole answer, and send it on only if it is not held."""
        if scope["type"] == "http" and scope["method"] == "GET":
            condition = Headers(scope=scope).get(CONDITION.decode())
            if condition is not None:
                send = _Held(condition, send).sent
                # In place: the layers around read in this scope which route answered.
                scope["headers"] = [pair for pair in scope["headers"] if pair[0] != CONDITION]
        await self.app(scope, receive, send)


class _Held:
    def __init__(self, condition: str, send: Send) -> None:
        self.condition, self.send = condition, send
        self.held = False

    async def sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            tag = Headers(raw=message["headers"]).get("etag")
            self.held = message["status"] == 200 and tag is not None and is_held(self.condition, tag)
            if self.held:
                bare = [pair for pair in message["headers"] if pair[0].lower() not in OF_A_BODY]
                message = {**message, "status": 304, "headers": bare}
        elif self.held:
            message = {**message, "body": b""}
        await self.send(message)
