"""What is asked of a series beside its slope: a rank test, a possible break, a drawing of its season."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from observatoire.analyses.sides import Side
from observatoire.analyses.verdict_words import decimal, signed
from observatoire.domain.period import Period, next_month
from observatoire.statistics import mann_kendall
from observatoire.statistics.change_points import MINIMUM_SIDE, monthly_change_point
from observatoire.statistics.mann_kendall import MannKendall
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.stl import decompose
from observatoire.statistics.verdicts import SIGNIFICANCE, Verdict

BREAK_SIGNIFICANCE = 0.01
"""Below the usual 0.05: a possible break sends people looking for a cause."""
MONTH = 365.25 / 12
REASONS = {
    "moins_de_36_mois": "non calculable : moins de 36 mois entièrement reçus et définitifs.",
    "moins_de_10_ans": (
        "non calculable : moins de dix années civiles entièrement reçues et définitives. Demandez "
        "« pas=mois », qui compare chaque mois au même mois des autres années."
    ),
    "effectif_insuffisant": "non calculable : trop peu de faits.",
}
NO_RUN = (
    "non calculable : il faut 36 mois de suite, entièrement reçus et définitifs, du même côté des ruptures "
    "déclarées."
)


@dataclass(frozen=True, slots=True)
class RankTest:
    """Mann-Kendall beside the model; ``slope``: facts a month (a year: with years) more every year.

    ``agrees``: whether it says what the verdict says; None without one of them.
    """

    s: float | None
    z: float | None
    p: float | None
    slope: float | None
    agrees: bool | None
    reason: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class DrawnMonth:
    """One month of the drawing: the three parts add up to its facts."""

    period: str
    trend: float
    seasonality: float
    remainder: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The series taken apart, to be drawn; it proves nothing."""

    points: tuple[DrawnMonth, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class PossibleBreak:
    """A month from which the level may have changed; ``links``: where to declare it."""

    period: str
    ratio: float
    p: float
    sentence: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreakSearch:
    """What was found among the months examined; ``p``: of the largest change, whether announced or not."""

    first_month: str | None
    last_month: str | None
    p: float | None
    found: tuple[PossibleBreak, ...]
    reason: str | None


def rank_test(by_month: Mapping[date, int], side: Side, verdict: Verdict | None) -> RankTest:
    """Each month against the same month of the other years of the side, by facts a day."""
    months = _consecutive(side)
    rates = [
        by_month.get(month, 0) / _days(month) * MONTH if month in side.months else np.nan for month in months
    ]
    try:
        found = mann_kendall.seasonal_mann_kendall(rates)
    except NotComputable as refusal:
        return _no_test(refusal)
    return _told(found, verdict, "par mois")


def yearly_rank_test(by_month: Mapping[date, int], side: Side, verdict: Verdict | None) -> RankTest:
    """Calendar years that lie wholly on the side, by facts a day; ten at least."""
    years = sorted({month.year for month in side.months})
    whole = [year for year in years if sum(month.year == year for month in side.months) == 12]
    rates = {
        year: sum(by_month.get(date(year, month, 1), 0) for month in range(1, 13))
        / (366 if calendar.isleap(year) else 365)
        * 365.25
        for year in whole
    }
    every = range(whole[0], whole[-1] + 1) if whole else range(0)
    try:
        found = mann_kendall.mann_kendall([rates.get(year, np.nan) for year in every])
    except NotComputable as refusal:
        return _no_test(refusal)
    return _told(found, verdict, "par an")


def _no_test(refusal: NotComputable) -> RankTest:
    reason = REASONS[refusal.reason]
    return RankTest(None, None, None, None, None, reason, f"Test de Mann-Kendall {reason}")


def _told(found: MannKendall, verdict: Verdict | None, unit: str) -> RankTest:
    claim = 0.0 if found.p > SIGNIFICANCE else float(np.sign(found.s))
    agrees = None
    if verdict is not None:
        agrees = claim == {Verdict.RISE: 1.0, Verdict.FALL: -1.0}.get(verdict, 0.0)
    words = {1.0: "hausse", -1.0: "baisse", 0.0: "aucune tendance établie"}[claim]
    slope = f"{signed(found.slope, 1)} fait{'s' if abs(found.slope) >= 2 else ''} {unit} chaque année"
    sentence = f"Test de rang de Mann-Kendall : {words} ({_p(found.p)} ; pente de Sen : {slope})."
    if agrees is False:
        sentence += (
            " Il ne dit pas la même chose que le verdict : regardez la série avant de conclure (mois "
            "exceptionnels, évolution qui change de sens, effet de mémoire d'un mois sur l'autre)."
        )
    return RankTest(found.s, found.z, found.p, found.slope, agrees, None, sentence)


def drawing(by_month: Mapping[date, int], side: Side) -> Drawing:
    """Trend, season and remainder of the longest run of months without a gap."""
    run = _longest_run(side.months)
    try:
        found = decompose([float(by_month.get(month, 0)) for month in run])
    except NotComputable:
        return Drawing((), NO_RUN)
    parts = zip(run, found.trend, found.seasonal, found.remainder, strict=True)
    return Drawing(
        tuple(DrawnMonth(f"{m:%Y-%m}", *(round(float(part), 2) for part in three)) for m, *three in parts),
        None,
    )


def search_break(by_month: Mapping[date, int], side: Side, sources: Sequence[str]) -> BreakSearch:
    """One possible change of level, where no break is declared yet."""
    months = _consecutive(side)
    try:
        found = monthly_change_point(
            [by_month.get(month, 0) for month in months],
            [_days(month) for month in months],
            [month.month - 1 for month in months],
            [month in side.months for month in months],
        )
    except NotComputable as refusal:
        return BreakSearch(None, None, None, (), REASONS[refusal.reason])
    first, last = side.months[MINIMUM_SIDE], side.months[-MINIMUM_SIDE]
    possible: tuple[PossibleBreak, ...] = ()
    if found.p <= BREAK_SIGNIFICANCE:
        possible = (_possible(months[found.index], found.ratio, found.p, sources),)
    return BreakSearch(f"{first:%Y-%m}", f"{last:%Y-%m}", found.p, possible, None)


def _possible(month: date, ratio: float, p: float, sources: Sequence[str]) -> PossibleBreak:
    links = tuple(f"/api/v1/sources/{code}/ruptures" for code in sources)
    sentence = (
        f"Rupture possible en {month:%Y-%m} (niveau multiplié par {decimal(ratio, 2)}, "
        f"{_p(p)}) ; vérifiez d'abord un changement de logiciel, de consigne, d'effectif ou de "
        "périmètre d'enregistrement. "
        f"Si c'en est un, déclarez-le (POST {' ou '.join(links)}) : la tendance ne le traversera plus."
    )
    return PossibleBreak(f"{month:%Y-%m}", ratio, p, sentence, links)


def _consecutive(side: Side) -> list[date]:
    """Every calendar month from the first to the last usable one."""
    if not side.months:
        return []
    return list(Period(side.months[0], next_month(side.months[-1])).months())


def _longest_run(months: Sequence[date]) -> list[date]:
    """The longest run of months that follow each other; the latest of those as long."""
    runs: list[list[date]] = [[months[0]]] if months else [[]]
    for earlier, later in pairwise(months):
        if later == next_month(earlier):
            runs[-1].append(later)
        else:
            runs.append([later])
    return max(reversed(runs), key=len)


def _days(month: date) -> int:
    return (next_month(month) - month).days


def _p(p: float) -> str:
    """A p-value as it is read: never « 0,000 »."""
    return "p < 0,001" if p < 0.001 else f"p = {decimal(p, 3)}"
