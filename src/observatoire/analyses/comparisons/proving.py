"""How rates were made, for the proof: denominators, months, limits; the same in and out of the grant."""

from collections.abc import Iterable
from typing import Any

from observatoire.analyses.comparisons.model import (
    METHOD_NAME,
    METHOD_VERSION,
    REFERENCES,
    ComparisonRow,
    Spread,
)
from observatoire.analyses.comparisons.words import Span, base_words
from observatoire.analyses.origin import Method
from observatoire.analyses.proof import MethodProof

METHOD = Method(METHOD_NAME, METHOD_VERSION)


def method(kind: str, span: Span, rows: Iterable[ComparisonRow], spread: Spread | None) -> MethodProof:
    """The method with its denominators: value by row, and here each vintage once."""
    bases = dict.fromkeys(base_words(row.base) for row in rows if row.base is not None)
    return MethodProof(
        METHOD_NAME,
        METHOD_VERSION,
        {
            "pour": 1000,
            "denominateur": kind,
            "denominateurs": list(bases),
            "intervalle": 0.95,
            "mois": len(span.months),
            "annualise": False,
            "entonnoir": funnel(spread),
        },
        REFERENCES,
    )


def funnel(spread: Spread | None) -> dict[str, Any] | None:
    """How the communes were read together; None when they were not."""
    if spread is None:
        return None
    return {"communes": spread.communes, "limites": [0.95, 0.998], "dispersion": spread.dispersion}


def span_warnings(span: Span) -> tuple[str, ...]:
    """What the reader must know of the length of the period."""
    if span.whole_year:
        return ()
    return (
        f"Les taux sont ceux de {len(span.months)} mois comptés, sans annualisation : ils ne se comparent "
        "qu'entre eux, pas à un taux annuel.",
    )
