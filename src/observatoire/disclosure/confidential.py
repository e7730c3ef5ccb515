"""Confidential[T]: a closed box around exact values."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, NoReturn, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Confidential(Generic[T]):
    """Holds exact values; pure functions run inside through ``map``; only the gate opens it.

    Refuses repr of its content, iteration, truth, equality, pickle and pydantic, so that an
    exact value cannot slip into a log, a cache or an answer.
    """

    __slots__ = ("__value",)

    def __init__(self, value: T) -> None:
        self.__value = value

    def map(self, function: Callable[[T], U]) -> "Confidential[U]":
        """Apply a pure function inside the box."""
        return Confidential(function(self.__value))

    def combine(self, other: "Confidential[Any]", function: Callable[[T, Any], U]) -> "Confidential[U]":
        """Apply a pure function to two boxes."""
        return Confidential(function(self.__value, other.__value))

    def __repr__(self) -> str:
        return "Confidential(…)"

    __str__ = __repr__

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a Confidential value is opened by the gate only")

    def __iter__(self) -> Iterator[Any]:
        self._refuse()

    def __bool__(self) -> bool:
        self._refuse()

    def __eq__(self, other: object) -> bool:
        self._refuse()

    def __hash__(self) -> int:
        self._refuse()

    def __reduce__(self) -> NoReturn:
        self._refuse()

    def __format__(self, _: str) -> str:
        return repr(self)
