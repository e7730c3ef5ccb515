"""Rows of a comparison of two periods: counts, ratio, interval, verdict, and the sentence that tells them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from observatoire.analyses.comparable import Comparison
from observatoire.analyses.verdict_words import (
    FEWEST_FOR_PERCENTAGE,
    WORDS,
    decimal,
    percentage,
    signed,
    some_facts,
)
from observatoire.disclosure.released import Count, ValueState
from observatoire.statistics.changes import change
from observatoire.statistics.dispersion import Dispersion
from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.rates import RateRatio
from observatoire.statistics.significance import benjamini_hochberg
from observatoire.statistics.verdicts import Verdict, verdict

REASONS = {
    "trop_peu_de_faits": "non calculable : aucun fait dans l'une ni l'autre période.",
    "effectif_insuffisant": (
        "non calculable : trop peu de faits dans le passé pour savoir ce qui est ordinaire ici. "
        "Élargissez la période, le territoire ou les catégories."
    ),
    "secret": "non calculable : un des deux comptes est protégé par le secret statistique.",
    "annee_incomplete": (
        "non calculable : une des années n'a pas été entièrement reçue. Choisissez deux années entières."
    ),
    "annee_non_diffusee": "non calculable : l'édition ne contient pas toutes les années de la référence.",
    "couverture_differente": (
        "non calculable : les communes couvertes ne sont pas les mêmes d'une année à l'autre."
    ),
    "passe_non_diffuse": (
        "non calculable : moins de trois années comparables diffusées avant celle-ci, rien ne dit ce qui "
        "est ordinaire ici."
    ),
    "rupture": (
        "non calculable : une rupture de série est déclarée entre ces années, qui ne se comparent pas."
    ),
    "absent": (
        "non calculable : un compte manque d'un côté, des faits n'étant situés qu'à la commune. "
        "Localisez-les, ou posez la question pour la commune."
    ),
}


@dataclass(frozen=True, slots=True)
class Node:
    """What a row counts: a domain, a family, or the whole of the question."""

    code: str | None
    label: str
    level: str


WHOLE = Node(None, "Ensemble", "ensemble")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One comparison. ``reference_facts`` is a sum over all the years of the reference.

    ``difference``: facts above what the reference gives for as many days (the plain difference against one
    year). ``ratio`` and its 95 % interval compare facts per day; None where nothing may be said, and then
    ``reason`` says why. ``p`` is corrected into ``q`` for the rows shown together. ``variance_factor``: by
    how much the counts vary more than chance, from ``dispersion`` and ``autocorrelation``.
    """

    code: str | None
    label: str
    level: str
    facts: Count
    reference_facts: Count
    difference: float | None
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    percent: float | None
    dispersion: float | None
    autocorrelation: float | None
    variance_factor: float | None
    verdict: Verdict
    reason: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Pair:
    """What a row rests on: both counts, and the roughness of the place, if it could be told.

    ``refusal``: why the two do not compare at all (a key of ``REASONS``).
    """

    node: Node
    facts: Count
    reference_facts: Count
    dispersion: Dispersion | None
    refusal: str | None = None


def rows(pairs: Iterable[Pair], comparison: Comparison) -> tuple[ChangeRow, ...]:
    """The rows shown together: their tests are one family (Benjamini & Hochberg 1995)."""
    tested = [(pair, *_test(pair, comparison)) for pair in pairs]
    q = benjamini_hochberg([np.nan if found is None else found.p for _, found, _ in tested])
    return tuple(
        _refused(pair, comparison, reason)
        if found is None
        else _row(pair, comparison, found, float(corrected))
        for (pair, found, reason), corrected in zip(tested, q, strict=True)
    )


def _test(pair: Pair, comparison: Comparison) -> tuple[RateRatio | None, str]:
    count, reference = pair.facts.value, pair.reference_facts.value
    if pair.refusal is not None or count is None or reference is None:
        return None, pair.refusal or "absent"
    if count + reference and pair.dispersion is None:
        return None, "effectif_insuffisant"
    try:
        return change(
            count, comparison.days, reference, comparison.reference_days, _factor(pair, comparison)
        ), ""
    except NotComputable as refusal:
        return None, refusal.reason


def _factor(pair: Pair, comparison: Comparison) -> float:
    return pair.dispersion.variance_factor(len(comparison.months)) if pair.dispersion else 1.0


def _row(pair: Pair, comparison: Comparison, found: RateRatio, q: float) -> ChangeRow:
    assert pair.dispersion is not None
    row = replace(
        _refused(pair, comparison, ""),
        ratio=_finite(found.ratio),
        low=found.low,
        high=_finite(found.high),
        p=found.p,
        q=q,
        percent=_percent(pair, found),
        dispersion=max(pair.dispersion.ratio, 1.0),
        autocorrelation=pair.dispersion.autocorrelation,
        variance_factor=_factor(pair, comparison),
        verdict=verdict(found.low, found.high, q, found.ratio),
        reason=None,
    )
    return replace(
        row, sentence=f"{WORDS[row.verdict]} : {_counts(row, comparison)} ; {_change(row, found)}."
    )


def _refused(pair: Pair, comparison: Comparison, reason: str) -> ChangeRow:
    """The row of what may not be compared: its counts, and why."""
    told = REASONS.get(reason, "")
    row = ChangeRow(
        pair.node.code,
        pair.node.label,
        pair.node.level,
        facts=pair.facts,
        reference_facts=pair.reference_facts,
        difference=_difference(pair, comparison),
        ratio=None,
        low=None,
        high=None,
        p=None,
        q=None,
        percent=None,
        dispersion=None,
        autocorrelation=None,
        variance_factor=None,
        verdict=Verdict.INCONCLUSIVE,
        reason=told,
        sentence="",
    )
    return replace(row, sentence=f"{WORDS[row.verdict]} : {_counts(row, comparison)} ; {told}")


def _difference(pair: Pair, comparison: Comparison) -> float | None:
    count, reference = pair.facts.value, pair.reference_facts.value
    if count is None or reference is None:
        return None
    if len(comparison.references) == 1:
        return count - reference
    return round(count - reference * comparison.days / comparison.reference_days, 1)


def _percent(pair: Pair, found: RateRatio) -> float | None:
    """None under 30 facts on either side: a percentage of few facts is noise that looks like a figure."""
    counts = (pair.facts.value or 0, pair.reference_facts.value or 0)
    return round((found.ratio - 1) * 100, 1) if min(counts) >= FEWEST_FOR_PERCENTAGE else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _counts(row: ChangeRow, comparison: Comparison) -> str:
    """Both counts, and the days that they are of."""
    last = comparison.period.end - timedelta(days=1)
    return (
        f"{_told(row.facts)} du {comparison.period.start:%d/%m/%Y} au {last:%d/%m/%Y}, "
        f"contre {_told(row.reference_facts)} {_when(comparison)}{_partly(comparison)}"
    )


def _told(count: Count) -> str:
    if count.state is ValueState.SECRET:
        return "n.d. (secret statistique)"
    return "un nombre inconnu de faits" if count.value is None else some_facts(count.value)


def _when(comparison: Comparison) -> str:
    if len(comparison.references) == 1:
        return "un an plus tôt"
    return "en tout les trois années précédentes"


def _partly(comparison: Comparison) -> str:
    whole = len(comparison.months) + len(comparison.excluded)
    return f" ({len(comparison.months)} mois comparés sur {whole})" if comparison.excluded else ""


def _change(row: ChangeRow, found: RateRatio) -> str:
    """The change in the only form allowed, then its interval."""
    if row.percent is not None:
        low, high = percentage(found.low), percentage(found.high)
        return f"{percentage(found.ratio)} (intervalle à 95 % : de {low} à {high})"
    assert row.difference is not None
    decimals = 0 if row.difference == int(row.difference) else 1
    told = f"{signed(row.difference, decimals)} fait{'s' if abs(row.difference) >= 2 else ''}"
    return (
        f"{told}, effectif faible, aucun pourcentage (rapport {decimal(found.ratio, 2)} ; "
        f"intervalle à 95 % : de {decimal(found.low, 2)} à {decimal(found.high, 2)})"
    )
