"""The part of a period on which a trend may rest: it never runs across a declared break."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from observatoire.analyses.coverage import Coverage
from observatoire.domain.period import Period, next_month


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the breaks of a period.

    ``period``: from a break (or the start) to the next (or the end); ``months``: those of it that are
    wholly received and final, in order; ``is_cut``: whether the period holds a break at all.
    """

    period: Period
    months: tuple[date, ...]
    is_cut: bool

    def holds(self, month: date) -> bool:
        """Whether the whole month lies on this side; any month does where nothing is cut."""
        return not self.is_cut or self.period.covers_month(month)

    @property
    def bounds(self) -> dict[str, str]:
        """The side as parameters of the method; empty where nothing is cut."""
        if not self.is_cut:
            return {}
        return {"debut": self.period.start.isoformat(), "fin": self.period.end.isoformat()}

    @property
    def warnings(self) -> list[str]:
        """What the reader must know of the cut."""
        if not self.is_cut:
            return []
        return [
            f"La tendance ne traverse aucune rupture : elle va du {self.period.start:%d/%m/%Y} au "
            f"{self.period.end:%d/%m/%Y} (exclu), le côté qui compte le plus de mois reçus."
        ]


def longest_side(coverage: Coverage) -> Side:
    """The side with most usable months; the latest of those that have as many.

    A month that holds a break belongs to no side, unless the break is on its first day.
    """
    days = sorted({found.day for found in coverage.breaks_in()})
    bounds = [coverage.period.start, *days, coverage.period.end]
    sides = [
        Side(part, _usable(coverage, part), bool(days))
        for part in (Period(start, end) for start, end in pairwise(bounds))
    ]
    return max(reversed(sides), key=lambda side: len(side.months))


def _usable(coverage: Coverage, part: Period) -> tuple[date, ...]:
    return tuple(
        month
        for month in coverage.period.months()
        if part.start <= month and next_month(month) <= part.end and coverage.is_settled(month)
    )
