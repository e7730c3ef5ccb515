"""What anyone may read is worked out once for all those who ask at the same moment.

Public answers say that any cache may keep them (``Cache-Control: public``); this one keeps them a few
seconds, in the process. Asked without a key only: what a key reads is never kept. Reads that the audit
trail writes are never kept either.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.web import audited

MOST_ANSWERS = 500
LARGEST_ANSWER = 500_000
PERSONAL = ("authorization", "cookie", "range")
"""Requests with one of these are answered by the application."""

Key = tuple[str, bytes, str, str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    start: Message
    body: bytes
    at: float


class PublicMemory:
    """ASGI layer: the last public answers, for ``seconds``; 0 keeps nothing."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app, self.seconds = app, seconds
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._under_way: dict[Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the application answer; who asks the same meanwhile waits for it."""
        key = _key(scope) if self.seconds else None
        if key is None:
            await self.app(scope, receive, send)
            return
        if (waited := self._under_way.get(key)) is not None:
            await waited.wait()
        if (known := self._answers.get(key)) is not None and self._age(known) < self.seconds:
            await self._again(known, send)
            return
        done = self._under_way[key] = asyncio.Event()
        try:
            await _Listening(self, key, scope, send).by(self.app, receive)
        finally:
            done.set()
            self._under_way.pop(key, None)

    @staticmethod
    def _age(answer: _Answer) -> float:
        return time.monotonic() - answer.at

    async def _again(self, known: _Answer, send: Send) -> None:
        start = {**known.start, "headers": list(known.start["headers"])}
        MutableHeaders(raw=start["headers"])["Age"] = str(int(self._age(known)))
        await send(start)
        await send({"type": "http.response.body", "body": known.body})

    def keep(self, key: Key, start: Message, body: bytes) -> None:
        """Remember an answer, in the place of the oldest."""
        self._answers[key] = _Answer(start, body, time.monotonic())
        self._answers.move_to_end(key)
        if len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)


class _Listening:
    """Passes an answer on, and keeps it if anyone may have it."""

    def __init__(self, memory: PublicMemory, key: Key, scope: Scope, send: Send) -> None:
        self.memory, self.key, self.scope, self.send = memory, key, scope, send
        self.start: Message | None = None
        self.body = b""

    async def by(self, app: ASGIApp, receive: Receive) -> None:
        await app(self.scope, receive, self.sent)

    async def sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message if self._may_be_kept(message) else None
        elif self.start is not None:
            self.body += message.get("body", b"")
            if len(self.body) > LARGEST_ANSWER:
                self.start = None
            elif not message.get("more_body"):
                self.memory.keep(self.key, self.start, self.body)
        await self.send(message)

    def _may_be_kept(self, message: Message) -> bool:
        public = Headers(raw=message["headers"]).get("cache-control", "").startswith("public")
        return message["status"] == 200 and public and audited.name_of(self.scope) not in audited.READS


def _key(scope: Scope) -> Key | None:
    """What makes two requests one; None: this one is not for the memory."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    headers = Headers(scope=scope)
    if any(name in headers for name in PERSONAL):
        return None
    encoding = "gzip" if "gzip" in headers.get("accept-encoding", "") else ""
    return (
        scope["path"],
        scope["query_string"],
        headers.get("accept", ""),
        encoding,
        headers.get("origin", ""),
    )
