"""The progress of an import as server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from observatoire.disclosure.policy import Reach
from observatoire.errors import TooManyStreams, UnavailableStore
from observatoire.store import imports as import_store
from observatoire.store.imports import ImportRecord
from observatoire.web.api.imports import ImportId, import_out, readable_import
from observatoire.web.dependencies import KeyedDep, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.facts import ProgressOut

router = APIRouter(tags=["imports"], responses=PROBLEMS)

MOST_STREAMS = 100
POLLING_SECONDS = 0.25
LONGEST_STREAM = 900.0
"""Seconds after which a client must come again, with a key that is still valid."""
UNDER_WAY = frozenset({"en_attente", "en_cours"})


@dataclass
class Streams:
    """How many streams this process has open."""

    most: int = MOST_STREAMS
    open: int = 0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold one of the places.

        Raises:
            TooManyStreams: none is left.
        """
        with self._lock:
            if self.open >= self.most:
                raise TooManyStreams(self.most)
            self.open += 1
        try:
            yield
        finally:
            with self._lock:
                self.open -= 1


STREAMS = Streams()


@dataclass(frozen=True, slots=True)
class Watched:
    """The import that is followed, as far as the caller may see."""

    id: UUID
    reach: Reach


def watched(who: KeyedDep, found: ServicesDep, id_: ImportId) -> Iterator[Watched]:
    """The import, with a place among the streams that is given back when the answer ends."""
    record = readable_import(found, who, id_)
    with STREAMS.one():
        yield Watched(record.id, found.reach(who))


@router.get(
    "/imports/{id}/evenements",
    summary="Suivre un import",
    response_class=EventSourceResponse,
    response_description="« progression » à chaque changement, puis « fin » avec l'import",
)
async def follow_import(
    found: ServicesDep, followed: Annotated[Watched, Depends(watched)]
) -> AsyncIterator[ServerSentEvent]:
    """Events `progression` {etat, progression, lignes} until the event `fin`, which holds the import."""
    told: ProgressOut | None = None
    deadline = time.monotonic() + LONGEST_STREAM
    while time.monotonic() < deadline:
        current = await run_in_threadpool(_read, found, followed)
        if current is not None:
            report = import_out(current)
            if current.state not in UNDER_WAY:
                yield ServerSentEvent(event="fin", data=report)
                return
            seen = ProgressOut(state=report.state, progress=report.progress, lines=report.lines)
            if seen != told:
                told = seen
                yield ServerSentEvent(event="progression", data=seen)
        await asyncio.sleep(POLLING_SECONDS)


def _read(found: Services, followed: Watched) -> ImportRecord | None:
    """The import now; None when the database does not answer: it may answer the next time."""
    try:
        with found.database.consulting(followed.reach) as connection:
            return import_store.get(connection, followed.id)
    except UnavailableStore:
        return None
