"""Lines of separated text into rows of fields, block by block.

Lines without quotes, or whose quotes merely enclose fields, are cut by polars; the others go through the
csv module one record at a time. Both follow the csv module's rules.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from observatoire.errors import FileTooLarge
from observatoire.intake.reading.layout import LINE
from observatoire.intake.reading.lines import Bools, Lines, whole_lines

LONGEST_LINE = 1 << 24
"""Bytes that one physical line may take."""

LONGEST_RECORD = 1 << 20
"""Bytes after which a quote still open is held to be never closed."""

_FEW = 500
"""Lines under which cutting by polars costs more than it saves."""

csv.field_size_limit(2**31 - 1)  # an unclosed quote is our fault to report, whatever it swallowed


@dataclass(frozen=True, slots=True)
class Cut:
    """What a block gives.

    ``rows``: columns ``"0"``, ``"1"``… and ``line``, in order of line; rows of blank cells may be among
    them. ``ragged``: line and fields of rows of another width. ``unclosed``: line, and the line of the
    quote that swallowed it.
    """

    rows: pl.DataFrame
    ragged: list[tuple[int, list[str]]]
    unclosed: list[tuple[int, int]]


def positions(width: int) -> list[str]:
    """Names of the columns before they get those of the header."""
    return [str(position) for position in range(width)]


def frame_of(records: Sequence[tuple[int, Sequence[str]]], width: int) -> pl.DataFrame:
    """A frame of rows of ``width`` texts and their line."""
    columns = list(zip(*(fields for _, fields in records), strict=True)) if records else [()] * width
    series = [pl.Series(str(c), values, pl.String) for c, values in enumerate(columns)]
    return pl.DataFrame([*series, pl.Series(LINE, [line for line, _ in records], pl.Int64)])


def is_blank(fields: Sequence[str]) -> bool:
    """Whether no field holds anything."""
    return not any(map(str.strip, fields))


def never_closes(lines: Sequence[str], separator: str) -> bool:
    """Whether a quote is still open after these lines of one record."""
    return len(list(csv.reader([*lines, "x"], delimiter=separator))) == 1


def is_broken(lines: Sequence[str], separator: str) -> bool:
    """Whether a record of several lines closes its quotes inside what was another row."""
    if len(lines) == 1:
        return False
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return True
    return False


class Cutter:
    """Cuts a text given in blocks. ``line``: number of its first line."""

    def __init__(self, separator: str, width: int, line: int) -> None:
        self._separator, self._width, self._line = separator, width, line
        self._carried = b""
        self._opened_at: int | None = None  # line of a quote that is held to be never closed

    def cut(self, block: bytes, *, last: bool = False) -> Cut:
        """Cut the whole records of the text so far; ``last``: nothing follows.

        Raises:
            FileTooLarge: a line longer than ``LONGEST_LINE``.
        """
        text = self._carried + block if self._carried else block
        end = len(text) if last else whole_lines(text)
        self._carried = text[end:]
        if len(self._carried) > LONGEST_LINE:
            raise FileTooLarge(f"{LONGEST_LINE >> 20} Mo par ligne")
        if end == 0:
            return Cut(frame_of([], self._width), [], [])
        lines = Lines.of(text[:end], self._separator)
        records, unclosed = _Records([], []), list[tuple[int, int]]()
        begin = self._swallow(lines, unclosed)
        waiting = np.arange(len(lines)) >= begin
        stop = self._read_quoted(lines, waiting, records, unclosed, last=last)
        waiting[stop:] = False
        frames = [self._read_plain(lines, waiting, records)]
        if records.exact:
            frames.append(frame_of(sorted(records.exact, key=lambda record: record[0]), self._width))
        self._line += stop
        if stop < len(lines):
            self._carried = lines.text[lines.starts[stop] :] + self._carried
        rows = pl.concat(frames).sort(LINE) if len(frames) > 1 else frames[0]
        return Cut(rows, sorted(records.ragged, key=lambda record: record[0]), unclosed)

    # ---- quotes ---------------------------------------------------------------------------------

    def _swallow(self, lines: Lines, unclosed: list[tuple[int, int]]) -> int:
        """Set aside the lines under a quote that never closes; the rank of the first line after them."""
        if self._opened_at is None:
            return 0
        for rank in range(len(lines)):
            line = lines.line(rank)
            if line.strip():
                unclosed.append((self._line + rank, self._opened_at))
            if '"' in line and not never_closes(['"' + line], self._separator):
                self._opened_at = None
                return rank + 1
        return len(lines)

    def _read_quoted(
        self,
        lines: Lines,
        waiting: Bools,
        records: "_Records",
        unclosed: list[tuple[int, int]],
        *,
        last: bool,
    ) -> int:
        """Read the records whose quotes are not simple; the rank of the first line to see again later."""
        ranks = np.flatnonzero(waiting & ~lines.simple).tolist()
        waiting[ranks] = False
        texts = [lines.line(rank) for rank in ranks]
        done = after = 0
        while done < len(ranks):
            if ranks[done] < after:  # swallowed by the record above
                done += 1
            elif count := self._read_alone(ranks, texts, done, records):
                done += count
            else:
                after = self._read_joined(lines, ranks[done], records, unclosed, last=last)
                waiting[ranks[done] : after] = False
                if after == ranks[done]:
                    return after
        return len(lines)

    def _read_alone(self, ranks: list[int], texts: list[str], done: int, records: "_Records") -> int:
        """Read records of one line each while they are; their number."""
        ahead = chain(map(texts.__getitem__, range(done, len(texts))), ["x"])
        reader = csv.reader(ahead, delimiter=self._separator)
        for count, fields in enumerate(reader):
            if reader.line_num != count + 1 or done + count == len(ranks):
                return count
            records.add(self._line + ranks[done + count], fields, self._width)
        return 0

    def _read_joined(
        self, lines: Lines, rank: int, records: "_Records", unclosed: list[tuple[int, int]], *, last: bool
    ) -> int:
        """Read one record that goes on over the next lines; the rank after it, its own when it must wait."""
        texts: list[str] = []
        fields = next(csv.reader(_noted(lines, rank, texts), delimiter=self._separator))
        after = rank + len(texts)
        is_open = after == len(lines) and never_closes(texts, self._separator)
        if is_open and not last:
            if lines.ends[-1] - lines.starts[rank] <= LONGEST_RECORD:
                return rank
            self._opened_at = self._line + rank
        if is_open or is_broken(texts, self._separator):
            numbers = (self._line + rank + n for n, text in enumerate(texts) if text.strip())
            unclosed += ((number, self._line + rank) for number in numbers)
        else:
            records.add(self._line + rank, fields, self._width)
        return after

    # ---- without quotes ---------------------------------------------------------------------------

    def _read_plain(self, lines: Lines, waiting: Bools, records: "_Records") -> pl.DataFrame:
        """Cut the waiting lines; those of another width are added to ``records``."""
        exact = waiting & (lines.separators == self._width - 1)
        rows = self._cut_evenly(lines, exact, self._width)
        others = waiting & ~exact
        wider = lines.separators[others & (lines.separators >= self._width)]
        if len(wider) > _FEW:
            width = int(np.bincount(wider).argmax()) + 1
            same = others & (lines.separators == width - 1)
            rows = self._without_surplus(self._cut_evenly(lines, same, width), records, rows)
            others &= ~same
        for rank in np.flatnonzero(others).tolist():
            fields = lines.line(rank).rstrip("\r\n").split(self._separator)
            if lines.quotes[rank]:
                fields = [field[1:-1] if field.startswith('"') else field for field in fields]
            records.add(self._line + rank, fields, self._width)
        return rows

    def _cut_evenly(self, lines: Lines, chosen: Bools, width: int) -> pl.DataFrame:
        """Rows of lines that all have ``width`` fields."""
        ranks = np.flatnonzero(chosen)
        if not len(ranks):
            return frame_of([], width)
        # polars takes a byte-order mark off the first cell: a line of our own stands before it
        content = b"-" + self._separator.encode() * (width - 1) + b"\n" + lines.only(chosen)
        frame = pl.read_csv(
            io.BytesIO(content),
            has_header=False,
            separator=self._separator,
            quote_char=None,
            schema=dict.fromkeys(positions(width), pl.String),
            empty_string_is_null=False,
        )[1:]
        assert frame.height == len(ranks)
        return frame.with_columns(pl.Series(LINE, ranks + self._line, pl.Int64))

    def _without_surplus(self, wide: pl.DataFrame, records: "_Records", rows: pl.DataFrame) -> pl.DataFrame:
        """``rows`` and the rows of ``wide`` whose surplus cells are blank; the others are ragged."""
        surplus = [name for name in wide.columns[self._width :] if name != LINE]
        blank = pl.all_horizontal(pl.col(surplus).str.contains(r"[^\s\x1c-\x1f]").not_())
        for *fields, line in wide.filter(~blank).iter_rows():
            records.add(line, fields, self._width)
        return pl.concat([rows, wide.filter(blank).select(rows.columns)]).sort(LINE)


@dataclass(frozen=True, slots=True)
class _Records:
    """Rows cut one by one."""

    exact: list[tuple[int, list[str]]]
    ragged: list[tuple[int, list[str]]]

    def add(self, line: int, fields: list[str], width: int) -> None:
        """Keep a row unless it is blank; blank fields in excess are dropped."""
        if is_blank(fields):
            return
        fits = len(fields) >= width and is_blank(fields[width:])
        (self.exact if fits else self.ragged).append((line, fields[:width] if fits else fields))


def _noted(lines: Lines, rank: int, texts: list[str]) -> Iterator[str]:
    """Lines from a rank on, noted as they are read."""
    for following in range(rank, len(lines)):
        texts.append(lines.line(following))
        yield texts[-1]
