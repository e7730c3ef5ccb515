"""What a source is expected to send, and from which day what it has not sent is late."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from observatoire.domain.period import Period, month_start, next_month


class Periodicity(StrEnum):
    """How many months one sending holds; the value is the wire name."""

    MONTHLY = "mensuelle"
    QUARTERLY = "trimestrielle"
    HALF_YEARLY = "semestrielle"
    YEARLY = "annuelle"

    @property
    def months(self) -> int:
        """Months of one sending: 1, 3, 6 or 12, cut on the calendar year."""
        return {"mensuelle": 1, "trimestrielle": 3, "semestrielle": 6, "annuelle": 12}[self]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The calendar of a source.

    ``delay_days``: days left after the end of what a sending holds; ``since``: the first day expected.
    ``suspended``: months in which nothing is expected, ``AAAA-MM`` once or ``MM`` every year.
    """

    periodicity: Periodicity
    delay_days: int
    since: date
    suspended: frozenset[str] = frozenset()

    def expects(self, month: date) -> bool:
        """Whether something is to come for the month that starts on ``month``."""
        names = {f"{month:%m}", f"{month:%Y-%m}"}
        return month >= month_start(self.since) and not names & self.suspended

    def sending_of(self, month: date) -> Period:
        """The months that are sent together with this one (the quarter, the year)."""
        size = self.periodicity.months
        first = date(month.year, (month.month - 1) // size * size + 1, 1)
        end = first
        for _ in range(size):
            end = next_month(end)
        return Period(first, end)

    def due_date(self, month: date) -> date | None:
        """The first day on which the month is late if nothing came; None when nothing is expected."""
        if not self.expects(month):
            return None
        return self.sending_of(month).end + timedelta(days=self.delay_days)
