"""Released[T]: a value that has passed the gate, with the policy that was applied."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from observatoire.disclosure.policy import Audience

T = TypeVar("T")
U = TypeVar("U")


class ValueState(StrEnum):
    """State of a value on the wire: a null value always says why."""

    PUBLISHED = "publie"
    ZERO = "zero"
    SECRET = "secret"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Count:
    """A count that may be missing; ``value`` is null when secret or absent."""

    value: int | None
    state: ValueState

    @classmethod
    def exact(cls, value: int) -> "Count":
        """A count that is known and shown; zero has a state of its own."""
        return cls(value, ValueState.ZERO if value == 0 else ValueState.PUBLISHED)

    @classmethod
    def absent(cls) -> "Count":
        """Nothing was received: not zero."""
        return cls(None, ValueState.ABSENT)

    @classmethod
    def secret(cls) -> "Count":
        """Known, and not to be shown."""
        return cls(None, ValueState.SECRET)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A sum of parts of facts, each spread over the hours in which it may have happened."""

    value: float | None
    state: ValueState


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What the gate applied: stated in every answer."""

    audience: Audience
    policy: str
    version: int
    edition: int | None


_SEAL = object()


class Released(Generic[T]):
    """Built by ``disclosure.gate`` and ``disclosure.reopening`` only."""

    __slots__ = ("disclosure", "value")

    def __init__(self, value: T, disclosure: Disclosure, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("Released values are made by the gate only")
        self.value = value
        self.disclosure = disclosure

    def transform(self, function: Callable[[T], U]) -> "Released[U]":
        """Reshape what has been released; the policy applied stays with it."""
        return Released(function(self.value), self.disclosure, _SEAL)
