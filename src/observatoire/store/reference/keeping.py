"""What is read once and kept: reference data and producers' files change once a year, not by the question."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from observatoire.store.queries import query

T = TypeVar("T")
State = tuple[tuple[int, int], ...]


def state(connection: Connection) -> State:
    """Differs as soon as territories were loaded anew, or a published file came, was replaced or undone."""
    return tuple((row.written_by, row.rows) for row in connection.execute(text(query("published_state"))))


class Kept(Generic[T]):
    """Answers of one kind, by engine: forgotten together when what they rest on is no longer the same."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Engine, tuple[State, dict[Hashable, T]]] = WeakKeyDictionary()
        self._keeping = threading.Lock()

    def get(self, connection: Connection, key: Hashable, make: Callable[[], T]) -> T:
        """The answer kept, else a new one; what is read after the state is at least as new as it."""
        now = state(connection)
        with self._keeping:
            before = self._kept.get(connection.engine)
            if before is None or before[0] != now:
                before = (now, {})
                self._kept[connection.engine] = before
        if key not in before[1]:
            before[1][key] = make()
        return before[1][key]
