"""What a browser may do with an answer: nothing but show it.

OWASP Secure Headers Project; the API gives data, and its one page (``/docs``) runs no script.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
UNLESS_SAID = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-store",
}
ONE_YEAR = "max-age=31536000; includeSubDomains"


class SafeHeaders:
    """ASGI layer: no answer leaves without them, whichever layer has made it."""

    def __init__(self, app: ASGIApp, *, always_https: bool = False) -> None:
        """``always_https``: a proxy ends TLS before us, whatever scheme it tells (RFC 6797)."""
        self.app = app
        self.always_https = always_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a send that completes the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(ALWAYS)
                for name, value in UNLESS_SAID.items():
                    headers.setdefault(name, value)
                if self.always_https or scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = ONE_YEAR
            await send(message)

        await self.app(scope, receive, completed)
