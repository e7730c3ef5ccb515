"""What each cell of a table was observed through: cells compare when they miss the same months alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from observatoire.analyses.coverage import Coverage
from observatoire.analyses.crossing_classes import Covers, FactClass, covers_of

T = TypeVar("T")
Missing = tuple[date, ...]
Signature = frozenset[tuple[Missing, ...]]
"""Of the communes of a cell: for each source that covers one, the months that are missing. Nothing when no
source speaks of any."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """Rows and columns of a table whose cells were all observed alike (masks)."""

    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The months that each source of a table lacks."""

    unknown: dict[str, frozenset[date]]
    unsettled: dict[str, frozenset[date]]
    covers: frozenset[Covers]

    @classmethod
    def of(cls, coverage: Coverage) -> "Exposure":
        """The exposure of a set of sources; a month whose figures still move is unsettled."""
        unknown = {s.source.code: frozenset(m for m in s.months if not s.has(m)) for s in coverage.sources}
        unsettled = {s.source.code: unknown[s.source.code] | s.provisional for s in coverage.sources}
        everywhere = covers_of(coverage, [c.code for c in coverage.communes])
        return cls(unknown, unsettled, everywhere)

    def is_whole(self, row: FactClass, column: FactClass) -> bool:
        """Whether no fact received could still belong to the cell: nothing counted is then a zero."""
        found = self._signature(row, column, self.unknown)
        return bool(found) and not any(any(missing) for missing in found)

    def is_covered(self, row: FactClass, column: FactClass) -> bool:
        """Whether some source speaks of the cell."""
        return bool(self._signature(row, column, self.unknown))

    def comparable(
        self, counts: NDArray[np.int64], rows: Sequence[FactClass], columns: Sequence[FactClass]
    ) -> Comparable:
        """The largest part that dropping the worst row or column, one at a time, leaves observed alike.

        Rows and columns without a fact decide nothing.
        """
        seen = Comparable(counts.sum(axis=1) > 0, counts.sum(axis=0) > 0)
        signatures = np.empty(counts.shape, dtype=object)
        for at in np.ndindex(*counts.shape):
            signatures[at] = self._signature(rows[at[0]], columns[at[1]], self.unsettled)
        common = _commonest(signatures[np.ix_(seen.rows, seen.columns)])
        unlike = np.array([[found != common for found in line] for line in signatures], dtype=bool)
        return _without(unlike.reshape(counts.shape), seen)

    def _signature(self, row: FactClass, column: FactClass, missing: dict[str, frozenset[date]]) -> Signature:
        covers = row.covers if row.covers is not None else column.covers
        found = set()
        for cover in self.covers if covers is None else covers:
            sources = _both(_both(cover, row.sources), column.sources)
            months = (_both(_both(missing[code], row.months), column.months) for code in sources)
            if sources:
                found.add(tuple(sorted(tuple(sorted(lacking)) for lacking in months)))
        return frozenset(found)


def _both(found: frozenset[T], asked: frozenset[T] | None) -> frozenset[T]:
    return found if asked is None else found & asked


def _commonest(signatures: NDArray[np.object_]) -> Signature | None:
    """Of two as common, the one that misses least."""
    found: Counter[Signature] = Counter(signature for signature in signatures.ravel() if signature)
    if not found:
        return None
    return max(found, key=lambda signature: (found[signature], -sum(map(_length, signature))))


def _length(missing: tuple[Missing, ...]) -> int:
    return sum(map(len, missing))


def _without(unlike: NDArray[np.bool_], seen: Comparable) -> Comparable:
    rows, columns = seen.rows.copy(), seen.columns.copy()
    while (left := unlike & rows[:, None] & columns[None, :]).any():
        by_row = left.sum(axis=1) / max(columns.sum(), 1)
        by_column = left.sum(axis=0) / max(rows.sum(), 1)
        if by_row.max() > by_column.max():
            rows[by_row.argmax()] = False
        else:
            columns[by_column.argmax()] = False
    return Comparable(rows, columns)
