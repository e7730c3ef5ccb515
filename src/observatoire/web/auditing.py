"""One entry of the audit trail per request that wants one, written before the answer's first byte leaves.

The entry has its own transaction: what was rolled back, or refused, is written all the same. If it
can't be written, the answer does not leave (503).
"""

import logging
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observatoire.disclosure.policy import Caller
from observatoire.domain.trail import Entry, Outcome, Purpose
from observatoire.store import trail
from observatoire.store.engine import Database
from observatoire.trail.errors import TrailUnavailable
from observatoire.web import audited
from observatoire.web.errors import expected

logger = logging.getLogger("observatoire.web")

PURPOSE_HEADER, PURPOSE_PARAMETER = "x-finalite", "finalite"


@dataclass
class Trace:
    """What a request tells of itself as it is answered."""

    caller: Caller | None = None
    sources: set[str] = field(default_factory=set)
    rows: int | None = None


_TRACE: ContextVar[Trace | None] = ContextVar("trace", default=None)


def note(*, caller: Caller | None = None, sources: Iterable[str] = (), rows: int | None = None) -> None:
    """Add to the trace of the request under way: who asks, whose data, how many rows leave."""
    trace = _TRACE.get()
    if trace is None:
        return
    trace.caller = caller or trace.caller
    trace.sources.update(sources)
    trace.rows = trace.rows if rows is None else rows


def _stated_purpose(request: Request) -> Purpose | None:
    """The purpose in the header or in the parameter; None: none of the list."""
    told = request.headers.get(PURPOSE_HEADER) or request.query_params.get(PURPOSE_PARAMETER)
    return Purpose(told) if told in set(Purpose) else None


class Auditing:
    """ASGI layer around the application."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app = app
        self.database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer once the entry is written."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await _Answering(self.database, scope, send).by(self.app, receive)


class _Answering:
    def __init__(self, database: Database, scope: Scope, send: Send) -> None:
        self.database, self.scope, self.send = database, scope, send
        self.trace = Trace()
        self.begun = self.withheld = False

    async def by(self, app: ASGIApp, receive: Receive) -> None:
        token = _TRACE.set(self.trace)
        try:
            await app(self.scope, receive, self.sent)
        except Exception:
            if not self.begun:
                await self._written(500, Headers())
            raise
        finally:
            _TRACE.reset(token)
        if self.withheld:
            await expected(Request(self.scope), TrailUnavailable())(self.scope, receive, self.send)

    async def sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self.withheld = not await self._written(message["status"], Headers(raw=message["headers"]))
        if not self.withheld:
            await self.send(message)

    async def _written(self, status: int, headers: Headers) -> bool:
        entry = entry_of(Request(self.scope), self.trace, status, headers)
        if entry is None:
            return True
        try:
            await run_in_threadpool(self._add, entry)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing leaves unwritten
            logger.error("the audit trail could not be written: %s", type(error).__name__)
            return False
        return True

    def _add(self, entry: Entry) -> None:
        with self.database.auditing() as connection:
            trail.add(connection, entry)


def entry_of(request: Request, trace: Trace, status: int, headers: Headers) -> Entry | None:
    """The entry that a request leaves; None: none is wanted."""
    route = request.scope.get("route")
    if route is None or status == 405:  # there is nothing there
        return None
    reason, refused = getattr(request.state, "problem", None), getattr(request.state, "refused", False)
    name = audited.name_of(request.scope)
    path = name.partition(" ")[2]
    action = audited.action_of(name, refused=refused)
    if action is None:
        return None
    accepted = status < 400
    who, parameters = trace.caller, request.path_params
    return Entry(
        key_label=who.name if who else "",
        organisation=who.organisation if who else "",
        role=(who.role or "public") if who else "public",
        action=action,
        subject=audited.subject_of(path, parameters, accepted=accepted),
        filter=audited.filter_of(request.query_params.multi_items(), accepted=accepted),
        sources=frozenset(filter(str.isprintable, {*trace.sources, *_named_sources(request)})),
        import_id=_import_of(parameters, path, headers),
        rows=trace.rows if accepted else None,
        purpose=_stated_purpose(request),
        outcome=_outcome(status),
        status=status,
        reason=reason,
    )


def _outcome(status: int) -> Outcome:
    if status < 400:
        return Outcome.DONE
    return Outcome.REFUSED if status < 500 else Outcome.FAILED


def _named_sources(request: Request) -> list[str]:
    """Candidates: only those that exist are written."""
    named = request.query_params.getlist("source")
    if "/sources/" in request.url.path and "code" in request.path_params:
        named.append(str(request.path_params["code"]))
    return named


def _import_of(parameters: dict[str, Any], path: str, headers: Headers) -> UUID | None:
    """The import of the address, or the one that was just received."""
    if "/imports/{id}" in path:
        told = str(parameters.get("id", ""))
    else:
        told = headers.get("location", "").rpartition("/imports/")[2]
    try:
        return UUID(told)
    except ValueError:
        return None
