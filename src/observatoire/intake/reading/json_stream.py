"""JSON read element by element: a list, or the members of an object, never the whole file at once.

Numbers keep the text in which they were written (``4.50``, ``1001``).
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from observatoire.errors import FileTooLarge, UnreadableJson

LONGEST_ELEMENT = 1 << 24
"""Characters that one element may take."""

_LONGEST_TOKEN = 16
"""Characters of the longest literal or escape: an error nearer to the end may be a cut."""

_BLANKS = re.compile(r"[ \t\r\n]*")


class Number(str):
    """A number, as it was written."""

    __slots__ = ()


class RepeatedKeys(dict[str, Any]):
    """An object that gave the same key twice; holds the last value of each."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else RepeatedKeys(found)


def _refuse(_: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are not JSON


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_refuse, strict=False
)


class JsonStream:
    """A cursor over JSON text given in pieces. ``rank``: elements of lists read so far.

    Every method may raise ``UnreadableJson``.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._text, self._at = "", 0
        self.rank = 0

    def peek(self) -> str:
        """The next sign that is not blank; empty at the end of the text."""
        while True:
            found = _BLANKS.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self, sign: str) -> None:
        """Pass one expected sign."""
        if self.peek() != sign:
            raise self._unreadable()
        self._at += 1

    def value(self) -> object:
        """The next value, whole."""
        self.peek()
        wanted = 0
        while True:
            found = self._decode()
            if found is None:
                wanted = max(2 * wanted, len(self._text) - self._at + 1)
                if not self._fill(wanted):
                    raise self._unreadable()
            elif found[1] < len(self._text) or not self._more():  # a number may go on in the next piece
                self._at = found[1]
                return found[0]

    def elements(self) -> Iterator[object]:
        """Values of the list that comes next."""
        self.skip("[")
        if self.peek() == "]":
            self.skip("]")
            return
        while True:
            self.rank += 1
            yield self.value()
            if self.peek() == "]":
                self.skip("]")
                return
            self.skip(",")

    def members(self) -> Iterator[str]:
        """Keys of the object that comes next; the caller reads each value before going on."""
        self.skip("{")
        if self.peek() == "}":
            self.skip("}")
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise self._unreadable()
            self.skip(":")
            yield key
            if self.peek() == "}":
                self.skip("}")
                return
            self.skip(",")

    def end(self) -> None:
        """Check that nothing follows."""
        if self.peek():
            raise self._unreadable()

    def _decode(self) -> tuple[object, int] | None:
        """The value at the cursor and where it ends; None when it may go on in the next piece."""
        try:
            return _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            cut = error.pos >= len(self._text) - _LONGEST_TOKEN or error.msg.startswith("Unterminated string")
            if cut:
                return None
        except (ValueError, RecursionError):
            pass
        raise self._unreadable()

    def _more(self) -> bool:
        """Take one more piece; False at the end of the text."""
        for piece in self._pieces:
            if piece:
                self._text, self._at = self._text[self._at :] + piece, 0
                return True
        return False

    def _fill(self, wanted: int) -> bool:
        """Take pieces until ``wanted`` characters are ahead; False when none was left."""
        if wanted > LONGEST_ELEMENT:
            raise FileTooLarge(f"{LONGEST_ELEMENT >> 20} Mo par élément JSON")
        grown = self._more()
        while grown and len(self._text) - self._at < wanted and self._more():
            pass
        return grown

    def _unreadable(self) -> UnreadableJson:
        return UnreadableJson(self.rank or 1)
