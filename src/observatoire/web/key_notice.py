"""A key that ends soon says so in each of its answers, to whoever reads headers and not e-mails."""

from datetime import UTC, datetime

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.disclosure.policy import Caller
from observatoire.store import key_life

HEADER = "X-Cle-Expire-Le"


def ends_soon(who: Caller) -> bool:
    """Whether the key of a caller ends within thirty days."""
    return who.expires_at is not None and who.expires_at - datetime.now(UTC) < key_life.SOON


def announce(request: Request, who: Caller) -> None:
    """Have the answer tell the end of a key that is near."""
    if who.expires_at is not None and ends_soon(who):
        request.state.key_ends = who.expires_at.astimezone(UTC).isoformat(timespec="seconds")


class KeyNotice:
    """ASGI layer: the header, on refusals and failures too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a send that adds the header."""

        async def told(message: Message) -> None:
            ends = scope.get("state", {}).get("key_ends")
            if message["type"] == "http.response.start" and ends:
                MutableHeaders(scope=message)[HEADER] = ends
            await send(message)

        await self.app(scope, receive, told)
