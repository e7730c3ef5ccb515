"""How it moves: a series, its season-aware slope, and the only words that the test allows."""

import calendar
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.delays import Correction, correct, measured_period, reception_of
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
from observatoire.analyses.question import Asking, Question, ask
from observatoire.analyses.readings import Reading, by_group, short
from observatoire.analyses.sides import Side, longest_side
from observatoire.analyses.trend_checks import (
    BREAK_SIGNIFICANCE,
    BreakSearch,
    Drawing,
    RankTest,
    drawing,
    rank_test,
    search_break,
    yearly_rank_test,
)
from observatoire.analyses.trend_points import Counted, Step, TrendPoint, by_year, points_of
from observatoire.analyses.verdict_words import FEWEST_FOR_PERCENTAGE, WORDS, percentage
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.series_break import SeriesBreak
from observatoire.domain.source import Source
from observatoire.errors import OutsideDiffusion
from observatoire.statistics.change_points import DRAWS, SEED
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.trends import Trend, monthly_trend
from observatoire.statistics.verdicts import Verdict, verdict
from observatoire.store import imports as import_store
from observatoire.store.confidential import arrivals, counts
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.engine import Connection, Database

REASONS = {
    "moins_de_36_mois": "moins de 36 mois entièrement reçus : aucune tendance n'est annoncée.",
    "effectif_insuffisant": "trop peu de faits pour estimer une pente.",
}
METHOD = Method("tendances", 2)
PROOF = MethodProof(
    METHOD.name,
    METHOD.version,
    {
        "modele": "quasi-Poisson log-linéaire : mois de l'année, pente annuelle, nombre de jours",
        "erreur_type": "dispersion estimée, autocorrélation d'ordre 1 corrigée du biais",
        "intervalle": 0.95,
        "modele_par": "mois, quel que soit le pas de la série",
        "rupture_possible_seuil": BREAK_SIGNIFICANCE,
        "rupture_possible_tirages": DRAWS,
        "rupture_possible_graine": SEED,
    },
    (
        "McCullagh & Nelder (1989), Generalized Linear Models, chap. 6 et 9",
        "Verdicts : hausse ou baisse si q ≤ 0,05 ; stable si l'intervalle tient dans [0,90 ; 1,10]",
        "Hirsch, Slack & Smith (1982), Water Resources Research 18 : Mann-Kendall et pente par saison",
        "Mann (1945), Econometrica 13 ; Sen (1968), JASA 63 : les mêmes, par année",
        "Cleveland et al. (1990), Journal of Official Statistics 6 : dessin (STL, robuste dès quatre ans)",
        "Hawkins (1977), JASA 72 ; Davies (1987), Biometrika 74 : rupture possible, lieu inconnu",
        "Mack (1993), ASTIN Bulletin 23 : retards de signalement (chain ladder)",
    ),
)


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
    """The series, its annual change, and what else was asked of it."""

    question: Question
    step: Step
    series: tuple[TrendPoint, ...]
    change: AnnualChange
    rank_test: RankTest
    drawing: Drawing
    possible_breaks: BreakSearch
    correction: Correction
    breaks: tuple[SeriesBreak, ...]
    proof: Proof


@dataclass(frozen=True, slots=True)
class _Rest:
    """Counts that no model looks at, and what the delays make of the last months."""

    precisions: list[PrecisionCount]
    correction: Correction


def follow(
    database: Database, question: Question, step: Step, caller: Caller, journal: Journal
) -> Released[TrendAnswer]:
    """Answer ``tendances`` by month, ISO week or year. The model is that of the months, whatever the step.

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
        read, seen = _rests_on(connection, asking, sources, coverage)
        origin = provenance(connection, asking, METHOD, (coverage,), read, seen=seen)
        counted = _counted(connection, asking, sources, coverage, step)
        correction = _correction(connection, asking, sources, coverage)
        precisions = counts.by_precision(connection, asking.scope(sources), coverage.covered)
    rest = precisions.combine(correction, _Rest)
    confidential = counted.combine(
        rest, lambda found, rest: _answer(asking, step, coverage, found, rest, origin)
    )
    return gate.release(confidential, asking.audience, caller, f"tendances {question.canonical()}", journal)


def _rests_on(
    connection: Connection, asking: Asking, sources: list[Source], coverage: Coverage
) -> tuple[list[Reading], dict[str, Any]]:
    """The facts read; where delays are, those of the months that tell them, and who told each when."""
    read = by_group(asking, coverage)
    if coverage.provisional_since is None:
        return read, {}
    period = measured_period(coverage.period)
    read.append(Reading(tuple(sources), (period,), coverage.covered, classes=False, unplaced=False))
    received = import_store.received(connection, [source.code for source in sources])
    told = [[str(r.id), r.as_of.isoformat(), str(r.told)] for r in received]
    return read, {"receptions": short(told)}


def _counted(
    connection: Connection, asking: Asking, sources: list[Source], coverage: Coverage, step: Step
) -> Confidential[Counted]:
    scope, covered = asking.scope(sources), coverage.covered
    months = counts.by_month(connection, scope, covered).combine(
        counts.unplaced_by_month(connection, scope, covered), lambda placed, nowhere: (placed, nowhere)
    )
    if step is Step.WEEK:
        weeks = counts.by_week(connection, scope, covered).combine(
            counts.unplaced_by_week(connection, scope, covered), lambda placed, nowhere: (placed, nowhere)
        )
        return months.combine(weeks, lambda of_months, of_weeks: Counted(*of_months, *of_weeks))
    if step is Step.YEAR:
        return months.map(lambda found: Counted(*found, *map(by_year, found)))
    return months.map(lambda found: Counted(*found, *found))


def _correction(
    connection: Connection, asking: Asking, sources: list[Source], coverage: Coverage
) -> Confidential[Correction]:
    """Provisional months corrected; nothing is read where none is."""
    if coverage.provisional_since is None:
        return Confidential(Correction({}, None))
    period = measured_period(coverage.period)
    received = import_store.received(connection, [source.code for source in sources])
    receptions = [reception_of(source.code, received, period.months()) for source in sources]
    found = arrivals.by_arrival(connection, asking.scope(sources, period), coverage.covered)
    return found.map(lambda rows: correct(coverage, receptions, rows))


def _answer(
    asking: Asking, step: Step, coverage: Coverage, counted: Counted, rest: _Rest, origin: tuple[str, str]
) -> TrendAnswer:
    side, by_month = longest_side(coverage), counted.months
    trend, reason = _fit(by_month, coverage, side)
    change = _change(by_month, side, trend, reason)
    told = None if trend is None else change.verdict
    test = yearly_rank_test if step is Step.YEAR else rank_test
    search = search_break(by_month, side, [s.source.code for s in coverage.sources])
    places = place_proof(rest.precisions)
    warnings = [*asking.notes, *coverage_warnings(coverage, places, asking), *side.warnings]
    warnings += _own_warnings(search, rest.correction, step, trend)
    used = sum(number for month, number in by_month.items() if month in side.months)
    headcount = Headcount(sum(by_month.values()), used, _excluded(by_month, coverage, side))
    return TrendAnswer(
        question=asking.question,
        step=step,
        series=points_of(counted, step, coverage, side, trend, rest.correction),
        change=change,
        rank_test=test(by_month, side, told),
        drawing=drawing(by_month, side),
        possible_breaks=search,
        correction=rest.correction,
        breaks=coverage.breaks_in(),
        proof=Proof(
            with_unplaced(headcount, asking, sum(counted.unplaced_months.values())),
            coverage_proof(coverage, asking),
            places,
            replace(PROOF, parameters=PROOF.parameters | side.bounds | _delays(rest.correction)),
            *origin,
            tuple(warnings),
        ),
    )


def _own_warnings(search: BreakSearch, correction: Correction, step: Step, trend: Trend | None) -> list[str]:
    warnings = [
        f"{found.sentence} Une pente régulière ne décrit peut-être pas cette série." for found in search.found
    ]
    if correction.reason is not None:
        warnings.append(f"Mois provisoires non corrigés : {correction.reason}")
    if correction.estimates:
        warnings.append(
            "Mois provisoires : « estimation » ajoute les faits attendus en retard, d'après les retards déjà "
            "observés de la source. La tendance ne s'appuie ni sur ces mois ni sur ces estimations."
        )
    if step is not Step.MONTH and trend is not None:
        warnings.append(
            "La tendance est celle des mois, quel que soit le pas demandé : une même question n'a qu'un "
            "verdict."
        )
    return warnings


def _delays(correction: Correction) -> dict[str, Any]:
    """What the correction rests on, as parameters of the method; empty where there is none."""
    if not correction.estimates:
        return {}
    return {"retard_mois_observes": correction.months, "retard_parts_recues": list(correction.shares)}


def _whole(month: date, coverage: Coverage) -> bool:
    return coverage.period.covers_month(month) and coverage.is_observed(month)


def _excluded(by_month: Mapping[date, int], coverage: Coverage, side: Side) -> tuple[Exclusion, ...]:
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


def _fit(by_month: Mapping[date, int], coverage: Coverage, side: Side) -> tuple[Trend | None, str | None]:
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


def _change(
    by_month: Mapping[date, int], side: Side, trend: Trend | None, reason: str | None
) -> AnnualChange:
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


def _year_ends(by_month: Mapping[date, int], side: Side) -> tuple[int, int]:
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
