"""Physical lines of a block of UTF-8 text, as arrays: where they begin and end, what they hold.

A line ends with LF, CR or CR LF, and with nothing else (a form feed or U+2028 ends none), as the csv
module counts them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LF, CR, QUOTE = 10, 13, 34

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def whole_lines(text: bytes) -> int:
    """Length of the part of a text that is surely made of whole lines (a last CR may lack its LF)."""
    return max(text.rfind(b"\n"), text.rfind(b"\r", 0, max(len(text) - 1, 0))) + 1


@dataclass(frozen=True, slots=True)
class Lines:
    """``starts`` and ``ends`` (n): bounds of each line in ``text``, its line end included.

    ``separators`` (n): how many separators it holds, quoted or not. ``quotes`` (n): how many quotes.
    ``simple`` (n): no quote, or quotes that only enclose whole fields without separator or quote inside.
    """

    text: bytes
    starts: Ints
    ends: Ints
    separators: Ints
    quotes: Ints
    simple: Bools

    @classmethod
    def of(cls, text: bytes, separator: str) -> "Lines":
        """Lines of a text whose last line may lack its end."""
        data = np.frombuffer(text, np.uint8)
        ends = _ends(data, has_cr=b"\r" in text)
        places = np.flatnonzero(data == ord(separator))
        bounds = np.searchsorted(places, ends)
        separators = np.diff(bounds, prepend=0)
        starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        if b'"' not in text:
            none = np.zeros(len(ends), np.int64)
            return cls(text, starts, ends, separators, none, none == 0)
        marks = np.flatnonzero(data == QUOTE)
        quotes = np.diff(np.searchsorted(marks, ends), prepend=0)
        simple = _simple(data, ord(separator), ends, places, marks, quotes)
        return cls(text, starts, ends, separators, quotes, simple)

    def __len__(self) -> int:
        return len(self.ends)

    def line(self, rank: int) -> str:
        """One line, its end included."""
        return self.text[self.starts[rank] : self.ends[rank]].decode("utf-8")

    def only(self, chosen: Bools) -> bytes:
        """The chosen lines, without quotes, each ended by LF (the last line of the text may lack it)."""
        if chosen.all() and not self.quotes.any():
            text = self.text
        else:
            data = np.frombuffer(self.text, np.uint8)
            kept = np.repeat(chosen, self.ends - self.starts)
            if self.quotes.any():
                kept &= data != QUOTE
            text = data[kept].tobytes()
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _ends(data: npt.NDArray[np.uint8], *, has_cr: bool) -> Ints:
    ends = np.flatnonzero(data == LF)
    if has_cr:
        returns = np.flatnonzero(data == CR)
        followed = data[np.minimum(returns + 1, len(data) - 1)] == LF
        ends = np.sort(np.concatenate([ends, returns[~followed]]))
    ends = ends + 1
    if len(data) and (not len(ends) or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    return ends.astype(np.int64)


def _simple(
    data: npt.NDArray[np.uint8], separator: int, ends: Ints, places: Ints, marks: Ints, quotes: Ints
) -> Bools:
    """Lines whose quotes open after a separator, close before one, and hold neither separator nor quote."""
    line_of_mark = np.repeat(np.arange(len(ends)), quotes)
    first_mark = np.cumsum(quotes) - quotes
    opening = (np.arange(len(marks)) - first_mark[line_of_mark]) % 2 == 0
    edges = np.concatenate([[LF], data, [LF]])
    beside = np.where(opening, edges[marks], edges[marks + 2])
    misplaced = ~((beside == separator) | (beside == LF) | (beside == CR))
    faulty = np.bincount(line_of_mark[misplaced], minlength=len(ends)) + quotes % 2
    line_of_place = np.searchsorted(ends, places, side="right")
    inside = (np.searchsorted(marks, places) - first_mark[line_of_place]) % 2 == 1
    faulty += np.bincount(line_of_place[inside], minlength=len(ends))
    simple: Bools = faulty == 0
    return simple
