"""What an edition's silence means: zero, a zero that waits, or nothing received.

Zeros are not stored. Over twelve received months, no cell means no fact; but in a commune of fewer than 2,000
residents that may be said only when it held three years running (``domaine.md`` (c) 8, the SSMSI's own rule):
until then it reads « secret », like a small count.
"""

from collections.abc import Iterable, Mapping

from observatoire.disclosure.policy import YEARS_OF_ZERO
from observatoire.disclosure.released import Count
from observatoire.store.published.editions import PublishedCell, PublishedCoverage


class Telling:
    """The cells and coverage of one territory, by group, year and category."""

    def __init__(self, cells: Iterable[PublishedCell], coverage: Iterable[PublishedCoverage]) -> None:
        self.counts: Mapping[tuple[str, int, str], Count] = {
            (c.group, c.year, c.category): c.count for c in cells
        }
        self.whole = {(row.group, row.year) for row in coverage if row.months == 12}

    def value(self, row: PublishedCoverage, category: str) -> Count:
        """What is told of a category in the year of ``row``."""
        if (row.group, row.year, category) in self.counts:
            return self.counts[row.group, row.year, category]
        if (row.group, row.year) not in self.whole:
            return Count.absent()
        return Count.exact(0) if self._may_be_told(row, category) else Count.secret()

    def _may_be_told(self, row: PublishedCoverage, category: str) -> bool:
        years = range(row.year - YEARS_OF_ZERO + 1, row.year)
        return not row.small_commune or all(
            (row.group, year) in self.whole and (row.group, year, category) not in self.counts
            for year in years
        )
