"""Periods: half-open ranges of local calendar days, and their months."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from observatoire.errors import PeriodOutOfBounds, ReversedPeriod

FIRST_YEAR, LAST_YEAR = 1900, 2200


def month_start(day: date) -> date:
    """First day of the month that contains ``day``."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """First day of the month after the one that contains ``day``."""
    return (month_start(day) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Local calendar days from ``start`` (inclusive) to ``end`` (exclusive).

    Raises:
        PeriodOutOfBounds: years that no fact can have; ReversedPeriod: ``end`` is not after ``start``.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.start.year and self.end.year <= LAST_YEAR):
            raise PeriodOutOfBounds(FIRST_YEAR, LAST_YEAR)
        if self.end <= self.start:
            raise ReversedPeriod(self.start.isoformat(), self.end.isoformat())

    @classmethod
    def last_twelve_complete_months(cls, today: date) -> Self:
        """The wire contract's default period."""
        end = month_start(today)
        return cls(end.replace(year=end.year - 1), end)

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.end - self.start).days

    def months(self) -> Iterator[date]:
        """First day of each month that the period touches, in order."""
        month = month_start(self.start)
        while month < self.end:
            yield month
            month = next_month(month)

    def year_before(self) -> "Period":
        """The same period one year earlier (29 February becomes 28)."""
        return Period(_previous_year(self.start), _previous_year(self.end))

    def whole_years(self) -> tuple[int, ...] | None:
        """Calendar years when the period is made of whole ones, else None."""
        if (self.start.month, self.start.day, self.end.month, self.end.day) != (1, 1, 1, 1):
            return None
        return tuple(range(self.start.year, self.end.year))

    def covers_month(self, month: date) -> bool:
        """Whether the whole month that starts on ``month`` lies inside."""
        return self.start <= month and next_month(month) <= self.end

    def overlaps(self, other: "Period") -> bool:
        """Whether the two periods share a day."""
        return self.start < other.end and other.start < self.end


def _previous_year(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
