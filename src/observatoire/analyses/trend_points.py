"""The points of a series by month, ISO week or year, drawn on what the monthly model expects."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from observatoire.analyses.coverage import Coverage
from observatoire.analyses.delays import Correction, Estimate
from observatoire.analyses.sides import Side
from observatoire.disclosure.released import Count
from observatoire.domain.period import Period, month_start, next_month
from observatoire.statistics.trends import Trend


class Step(StrEnum):
    """How long each point of a series is; the value is the wire name."""

    MONTH = "mois"
    WEEK = "semaine"
    YEAR = "annee"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One month, week or year.

    ``facts``: or why there are none; ``expected``: by the monthly model; ``days``: of exposure, those of the
    question; ``complete``: lasts its whole length in the question, and was wholly received;
    ``provisional``: still moves; ``estimate``: what a provisional month should hold in the end.
    """

    period: str
    days: int
    facts: Count
    expected: float | None
    complete: bool
    provisional: bool
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Facts, and those that nothing puts inside or outside the territory, by first day of month and step."""

    months: Mapping[date, int]
    unplaced_months: Mapping[date, int]
    steps: Mapping[date, int]
    unplaced_steps: Mapping[date, int]


def by_year(months: Mapping[date, int]) -> dict[date, int]:
    """Months summed by calendar year (its first day)."""
    years: dict[date, int] = {}
    for month, facts in months.items():
        first = month.replace(month=1)
        years[first] = years.get(first, 0) + facts
    return years


def points_of(
    counted: Counted, step: Step, coverage: Coverage, side: Side, trend: Trend | None, correction: Correction
) -> tuple[TrendPoint, ...]:
    """Every step that the question touches, in order."""
    expected = _expected_by_day(coverage, side, trend)
    return tuple(
        _point(part, counted, step, coverage, expected, correction) for part in _parts(step, coverage.period)
    )


def _point(
    whole: Period,
    counted: Counted,
    step: Step,
    coverage: Coverage,
    expected: Callable[[Period], float | None],
    correction: Correction,
) -> TrendPoint:
    inside = Period(max(whole.start, coverage.period.start), min(whole.end, coverage.period.end))
    months = list(inside.months())
    received = all(coverage.is_observed(month) for month in months)
    facts = counted.steps.get(whole.start, 0)
    # Nothing is no zero in a month not wholly sent, nor where a fact has no point.
    known = facts > 0 or (received and not counted.unplaced_steps.get(whole.start))
    return TrendPoint(
        period=_name(whole.start, step),
        days=inside.days,
        facts=Count.exact(facts) if known else Count.absent(),
        expected=expected(whole if step is Step.MONTH else inside),
        complete=inside == whole and received,
        provisional=any(coverage.is_provisional(month) for month in months),
        estimate=correction.estimates.get(whole.start) if step is Step.MONTH else None,
    )


def _expected_by_day(coverage: Coverage, side: Side, trend: Trend | None) -> Callable[[Period], float | None]:
    """Facts expected in some days: each month's are spread evenly over its own."""
    months = list(coverage.period.months())
    daily = {
        month: float(trend.expected[position]) / (next_month(month) - month).days
        for position, month in enumerate(months)
        if trend is not None and side.holds(month) and not np.isnan(trend.expected[position])
    }

    def expected(days: Period) -> float | None:
        parts = [
            (month, Period(max(days.start, month), min(days.end, next_month(month))).days)
            for month in days.months()
        ]
        if any(month not in daily for month, _ in parts):
            return None
        return round(sum(daily[month] * length for month, length in parts), 2)

    return expected


def _parts(step: Step, period: Period) -> Iterator[Period]:
    start = _start(step, period.start)
    while start < period.end:
        end = _next(step, start)
        yield Period(start, end)
        start = end


def _start(step: Step, day: date) -> date:
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return month_start(day) if step is Step.MONTH else day.replace(month=1, day=1)


def _next(step: Step, start: date) -> date:
    if step is Step.WEEK:
        return start + timedelta(days=7)
    return next_month(start) if step is Step.MONTH else start.replace(year=start.year + 1)


def _name(start: date, step: Step) -> str:
    if step is Step.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start:%Y-%m}" if step is Step.MONTH else f"{start:%Y}"
