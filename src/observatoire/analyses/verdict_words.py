"""Verdicts, changes and counts as they are told in French."""

import math

from observatoire.statistics.verdicts import Verdict

FEWEST_FOR_PERCENTAGE = 30
WORDS = {
    Verdict.RISE: "Hausse",
    Verdict.FALL: "Baisse",
    Verdict.STABLE: "Évolution stable",
    Verdict.INCONCLUSIVE: "Évolution non concluante",
}


def percentage(ratio: float) -> str:
    """A ratio as a signed percentage with one decimal: 1.249 is « + 24,9 % »."""
    if not math.isfinite(ratio):
        return "non borné"
    return f"{signed((ratio - 1) * 100, 1)} %"


def signed(value: float, decimals: int = 0) -> str:
    """A number with its sign and a decimal comma: « + 4 », « − 0,3 »."""
    return f"{'+' if value >= 0 else '−'} {decimal(abs(value), decimals)}"


def decimal(value: float, decimals: int) -> str:
    """A number with a decimal comma; « non borné » when infinite."""
    return f"{value:.{decimals}f}".replace(".", ",") if math.isfinite(value) else "non borné"


def some_facts(number: float) -> str:
    """« aucun fait », « 1 fait », « 12 faits »."""
    if number == 0:
        return "aucun fait"
    return f"{number:g} fait{'s' if abs(number) >= 2 else ''}"
