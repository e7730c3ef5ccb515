"""A reader who turns rates back into counts: populations are public, and every formula is in the proof.

Shares no code with the product: Garwood's limits are inverted by bisection on the Poisson law, Marshall's
weight is undone, the common rate is multiplied by the residents of all.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from scipy import stats

Row = dict[str, Any]
FAR = 100_000


def counts_read(row: Row, together: Row | None) -> dict[str, float]:
    """The count of a row by each road that its figures open, by the name of the road."""
    return dict(_roads(row, together)) if row["base_du_taux"] is not None else {}


def _roads(row: Row, together: Row | None) -> Iterator[tuple[str, float]]:
    people = row["base_du_taux"]["valeur"] / 1000
    if row["faits"]["valeur"] is not None:
        yield "compte", row["faits"]["valeur"]
    if row["taux_pour_mille"] is not None:
        yield "taux", row["taux_pour_mille"] * people
    if row["taux_bas"] is not None:
        low = row["taux_bas"] * people
        yield "taux_bas", _number(lambda n: stats.poisson.sf(n - 1, low) <= 0.025 + 1e-9) if low else 0.0
    if row["taux_haut"] is not None:
        high = row["taux_haut"] * people
        yield "taux_haut", _number(lambda n: stats.poisson.cdf(n, high) >= 0.025 - 1e-9)
    if row["taux_lisse"] is not None and together is not None and together["variance"] > 0:
        mean, variance = together["taux_commun"] / 1000, together["variance"]
        weight = variance / (variance + mean / (people * 1000))
        yield "taux_lisse", (mean + (row["taux_lisse"] / 1000 - mean) / weight) * people * 1000


def _number(holds: Callable[[int], bool]) -> float:
    """The smallest count of which something holds, that holds of every larger one."""
    low, high = 0, FAR
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return float(low)


def told_of_the_hidden(row: Row) -> list[str]:
    """The names of the figures that a row without a count still shows: each narrows it."""
    names = ("taux_pour_mille", "taux_bas", "taux_haut", "taux_lisse", "attendu", "limites", "position")
    return [name for name in names if row[name] is not None]


def facts_behind_the_common_rate(rows: Iterable[Row], together: Row) -> float:
    """Facts of the common rate, were every commune of known residents in it whose count is shown."""
    people = sum(row["base_du_taux"]["valeur"] for row in rows if row["faits"]["valeur"] is not None)
    return float(together["taux_commun"] * people / 1000)


def variance_of(rows: Iterable[Row]) -> float:
    """Marshall's variance between the communes whose count is shown, written from the paper."""
    shown = [row for row in rows if row["faits"]["valeur"] is not None]
    facts = np.array([row["faits"]["valeur"] for row in shown], float)
    people = np.array([row["base_du_taux"]["valeur"] for row in shown], float)
    mean = facts.sum() / people.sum()
    spread = (people * (facts / people - mean) ** 2).sum() / people.sum() - mean / people.mean()
    return max(float(spread), 0.0)
