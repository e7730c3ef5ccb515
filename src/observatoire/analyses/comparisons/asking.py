"""What is asked for, as it is written: companions and criteria in lists that commas may cut."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from observatoire.analyses.comparisons.model import (
    LARGER,
    Companion,
    ComparisonQuestion,
    Criterion,
    PeerQuestion,
)
from observatoire.analyses.question import Question
from observatoire.errors import FieldError, InvalidRequest

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class PeerWords:
    """How similar communes are asked for: each list may be repeated or cut by commas."""

    criteria: Iterable[str] | None = None
    weights: Iterable[str] | None = None
    same_departement: bool = False
    number: int = 8


def understood(question: Question, companions: Iterable[str] | None, peers: PeerWords) -> ComparisonQuestion:
    """The question with what is proper to comparisons; by default, with every larger territory.

    Raises:
        InvalidRequest: a companion, a criterion or a weight that does not exist.
    """
    chosen = _words("avec", companions, Companion) or LARGER
    criteria = _words("criteres", peers.criteria, Criterion) or PeerQuestion().criteria
    weights = _weights(peers.weights, len(criteria))
    asked = PeerQuestion(criteria, weights, peers.same_departement, peers.number)
    told = {"avec": ",".join(chosen)}
    if Companion.PEERS in chosen:
        told |= {
            "criteres": ",".join(criteria),
            "poids": ",".join(f"{weight:g}" for weight in weights),
            "meme_departement": "true" if asked.same_departement else "false",
            "nombre": str(asked.number),
        }
    return ComparisonQuestion(question.with_parameters(**told), chosen, asked)


def _cut(words: Iterable[str] | None) -> list[str]:
    return [part.strip() for word in words or () for part in word.split(",") if part.strip()]


def _words(field: str, words: Iterable[str] | None, kind: type[E]) -> tuple[E, ...]:
    found: list[E] = []
    for word in _cut(words):
        if word not in set(kind):
            valid = ", ".join(kind)
            raise InvalidRequest(fields=(FieldError(field, f"« {word[:40]} » n'existe pas", valid),))
        if kind(word) not in found:
            found.append(kind(word))
    return tuple(found)


def _weights(words: Iterable[str] | None, criteria: int) -> tuple[float, ...]:
    told = _cut(words)
    if not told:
        return (1.0,) * criteria
    try:
        weights = tuple(float(word) for word in told)
    except ValueError:
        weights = ()
    if len(weights) != criteria or not all(math.isfinite(w) and w >= 0 for w in weights) or not any(weights):
        expected = f"{criteria} nombres de 0 ou plus, dont un au moins n'est pas nul"
        raise InvalidRequest(fields=(FieldError("poids", "un poids par critère, dans leur ordre", expected),))
    return weights
