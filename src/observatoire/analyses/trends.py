"""How it moves: monthly series, its season-aware slope, and the only words that the test allows."""

import calendar
import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.origin import Method, provenance
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    MethodProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
    with_unplaced,
)
from observatoire.analyses.question import Question, ask
from observatoire.analyses.readings import by_group
from observatoire.analyses.sides import Side, longest_side
from observatoire.analyses.verdict_words import FEWEST_FOR_PERCENTAGE, WORDS, percentage
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Count, Released
from observatoire.domain.series_break import SeriesBreak
from observatoire.errors import OutsideDiffusion
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.trends import Trend, monthly_trend
from observatoire.statistics.verdicts import Verdict, verdict
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.engine import Database

REASONS = {
    "moins_de_36_mois": "moins de 36 mois entièrement reçus : aucune tendance n'est annoncée.",
    "effectif_insuffisant": "trop peu de faits pour estimer une pente.",
}
METHOD = Method("tendances", 1)
PROOF = MethodProof(
    METHOD.name,
    METHOD.version,
    {
        "modele": "quasi-Poisson log-linéaire : mois de l'année, pente annuelle, nombre de jours",
        "erreur_type": "dispersion estimée, autocorrélation d'ordre 1 corrigée du biais",
        "intervalle": 0.95,
    },
    (
        "McCullagh & Nelder (1989), Generalized Linear Models, chap. 6 et 9",
        "Verdicts : hausse ou baisse si q ≤ 0,05 ; stable si l'intervalle tient dans [0,90 ; 1,10]",
    ),
)


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """One month: facts (or why not), what the model expects, whether wholly received, whether final."""

    month: str
    facts: Count
    expected: float | None
    complete: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class AnnualChange:
    """Annual change: ratio with its 95 % interval; percentages only where both years carry 30 facts."""

    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    percent: float | None
    dispersion: float | None
    autocorrelation: float | None
    verdict: Verdict
    reason: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class TrendAnswer:
    """The series and its annual change."""

    question: Question
    step: str
    series: tuple[MonthPoint, ...]
    change: AnnualChange
    breaks: tuple[SeriesBreak, ...]
    proof: Proof


def follow(database: Database, question: Question, caller: Caller, journal: Journal) -> Released[TrendAnswer]:
    """Answer ``tendances`` by month.

    Raises:
        OutsideDiffusion: outside the grant.
        NonAdditiveSources, NotComputableResult.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("")
        sources = asking.single_group()
        coverage = coverage_of(connection, sources, asking.communes, question.period)
        months = counts.by_month(connection, asking.scope(sources), coverage.covered)
        precisions = counts.by_precision(connection, asking.scope(sources), coverage.covered)
        unplaced = counts.unplaced_by_month(connection, asking.scope(sources), coverage.covered)
        digest, link = provenance(connection, asking, METHOD, (coverage,), by_group(asking, coverage))
        side = longest_side(coverage)

        def answer(
            by_month: dict[date, int], rest: tuple[list[PrecisionCount], dict[date, int]]
        ) -> TrendAnswer:
            precision, nowhere = rest
            places = place_proof(precision)
            trend, reason = _fit(by_month, coverage, side)
            total = sum(by_month.values())
            used = sum(n for month, n in by_month.items() if month in side.months)
            return TrendAnswer(
                question=question,
                step="mois",
                series=_series(by_month, coverage, trend, side, nowhere),
                change=_change(by_month, side, trend, reason),
                breaks=coverage.breaks_in(),
                proof=Proof(
                    with_unplaced(
                        Headcount(total, used, _excluded(by_month, coverage, side)),
                        asking,
                        sum(nowhere.values()),
                    ),
                    coverage_proof(coverage, asking),
                    places,
                    replace(PROOF, parameters=PROOF.parameters | side.bounds),
                    digest,
                    link,
                    (*asking.notes, *coverage_warnings(coverage, places, asking), *side.warnings),
                ),
            )

        rest = precisions.combine(unplaced, lambda precision, nowhere: (precision, nowhere))
        confidential = months.combine(rest, answer)
    return gate.release(confidential, asking.audience, caller, f"tendances {question.canonical()}", journal)


def _whole(month: date, coverage: Coverage) -> bool:
    return coverage.period.covers_month(month) and coverage.is_observed(month)


def _excluded(by_month: dict[date, int], coverage: Coverage, side: Side) -> tuple[Exclusion, ...]:
    """Facts that the model leaves out; the last two reasons are told where there are such months."""
    reasons = {"mois_incomplet": 0}
    for month, facts in by_month.items():
        if not _whole(month, coverage):
            reasons["mois_incomplet"] += facts
        elif not coverage.is_settled(month):
            reasons["mois_provisoire"] = reasons.get("mois_provisoire", 0) + facts
        elif month not in side.months:
            reasons["autre_cote_d_une_rupture"] = reasons.get("autre_cote_d_une_rupture", 0) + facts
    return tuple(Exclusion(reason, number) for reason, number in reasons.items())


def _fit(by_month: dict[date, int], coverage: Coverage, side: Side) -> tuple[Trend | None, str | None]:
    months = list(coverage.period.months())
    try:
        trend = monthly_trend(
            np.array([by_month.get(month, 0) for month in months], dtype=float),
            np.array([calendar.monthrange(month.year, month.month)[1] for month in months], dtype=float),
            np.array([month.month - 1 for month in months]),
            np.array([month in side.months for month in months]),
        )
    except NotComputable as refusal:
        return None, REASONS[refusal.reason]
    return trend, None


def _series(
    by_month: dict[date, int],
    coverage: Coverage,
    trend: Trend | None,
    side: Side,
    unplaced: dict[date, int],
) -> tuple[MonthPoint, ...]:
    points = []
    moving = {month for s in coverage.sources for month in s.provisional}
    for position, month in enumerate(coverage.period.months()):
        facts = by_month.get(month, 0)
        # Nothing is no zero in a month not wholly sent, nor where a fact has no point.
        known = facts > 0 or (coverage.is_observed(month) and not unplaced.get(month))
        expected = np.nan if trend is None or not side.holds(month) else trend.expected[position]
        points.append(
            MonthPoint(
                f"{month:%Y-%m}",
                Count.exact(facts) if known else Count.absent(),
                None if np.isnan(expected) else round(float(expected), 2),
                _whole(month, coverage),
                month in moving,
            )
        )
    return tuple(points)


def _change(by_month: dict[date, int], side: Side, trend: Trend | None, reason: str | None) -> AnnualChange:
    if trend is None:
        sentence = f"Évolution non concluante : {reason}"
        return AnnualChange(None, None, None, None, None, None, None, Verdict.INCONCLUSIVE, reason, sentence)
    word = verdict(trend.low, trend.high, trend.p, trend.annual_ratio)
    first, last = _year_ends(by_month, side)
    percent = None
    if min(first, last) >= FEWEST_FOR_PERCENTAGE:
        percent = round((trend.annual_ratio - 1) * 100, 1)
    return AnnualChange(
        ratio=trend.annual_ratio,
        low=trend.low,
        high=trend.high if math.isfinite(trend.high) else None,
        p=trend.p,
        percent=percent,
        dispersion=trend.dispersion,
        autocorrelation=trend.autocorrelation,
        verdict=word,
        reason=None,
        sentence=_sentence(word, trend, percent, first, last),
    )


def _year_ends(by_month: dict[date, int], side: Side) -> tuple[int, int]:
    """Facts of the first and of the last twelve months that the model rests on."""
    return (
        sum(by_month.get(month, 0) for month in side.months[:12]),
        sum(by_month.get(month, 0) for month in side.months[-12:]),
    )


def _sentence(word: Verdict, trend: Trend, percent: float | None, first: int, last: int) -> str:
    counts_text = f"{first} faits sur les douze premiers mois reçus, {last} sur les douze derniers"
    if percent is None:
        return f"{WORDS[word]} : {counts_text} ; effectif faible, aucun pourcentage."
    low, high = (percentage(bound) for bound in (trend.low, trend.high))
    return (
        f"{WORDS[word]} : {counts_text} ; {percentage(trend.annual_ratio)} par an "
        f"(intervalle à 95 % : de {low} à {high})."
    )
