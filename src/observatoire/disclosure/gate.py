"""The gate: the only way from Confidential to Released.

A fresh question is released to ``interne`` only. Every other audience reads an edition:
``protect`` decides once what it shows, ``reopening.reopen`` hands it out again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from observatoire.disclosure import released as _released
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.policy import POLICY_NAME, POLICY_VERSION, Audience, Caller
from observatoire.disclosure.released import Disclosure, Released
from observatoire.errors import OutsideDiffusion

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Passage:
    """What the journal keeps of a release: ids and codes, never a value."""

    caller: str
    role: str
    action: str
    question: str
    audience: Audience


INTERNAL_POLICY = "interne : chiffres exacts"
PRODUCER_POLICY = "donnée publique : le secret est celui que son producteur a appliqué"

Journal = Callable[[Passage], None]


def _opened(confidential: Confidential[T]) -> T:
    box: list[T] = []
    confidential.map(box.append)
    return box[0]


def release(
    confidential: Confidential[T], audience: Audience, caller: Caller, question: str, journal: Journal
) -> Released[T]:
    """Open a freshly computed answer for ``interne``.

    Raises:
        OutsideDiffusion: for any other audience: it is answered from an edition.
    """
    if audience is not Audience.INTERNE:
        raise OutsideDiffusion("")
    journal(Passage(caller.name, caller.role or "public", "lecture", question, audience))
    return Released(
        _opened(confidential),
        Disclosure(audience, INTERNAL_POLICY, POLICY_VERSION, None),
        _released._SEAL,
    )


def publish(
    confidential: Confidential[T], protect: Callable[[T], U], audiences: tuple[Audience, ...]
) -> list[Released[U]]:
    """Apply a protection (suppression and its audit) once, and release what is left to each audience."""
    shown = _opened(confidential.map(protect))
    return [
        Released(shown, Disclosure(audience, POLICY_NAME, POLICY_VERSION, None), _released._SEAL)
        for audience in audiences
    ]


def relay(published: T) -> Released[T]:
    """What a producer has already published: its own protection stands, and everyone may read it.

    Only the official series may call it (a house test walks the callers).

    Raises:
        TypeError: a closed box, which nobody has published.
    """
    if isinstance(published, Confidential):
        raise TypeError("what is confidential has not been published by anyone")
    return Released(
        published, Disclosure(Audience.PUBLIC, PRODUCER_POLICY, POLICY_VERSION, None), _released._SEAL
    )


def receipt(confidential: Confidential[T]) -> T:
    """What a sender is told of the file that it has just sent: counts of its own rows.

    Only ``intake`` may call it (a house test walks the callers).
    """
    return _opened(confidential)


def mask_decision(confidential: Confidential[frozenset[str]]) -> frozenset[str]:
    """Which places an analysis leaves out: codes only, needed before the next count is made.

    The names are released with the answer (to ``interne``); no count passes here.
    """
    return _opened(confidential)


def traces(confidential: Confidential[tuple[dict[str, list[int]], str]]) -> tuple[dict[str, list[int]], str]:
    """What a figure rests on: numbers of imports by source, and a digest of the facts; no count passes here.

    Only the readings of the analyses may call it (a house test walks the callers). The digest is of keys made
    with the installation's secret: no count can be guessed from it.
    """
    return _opened(confidential)
