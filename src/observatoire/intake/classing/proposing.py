"""The leaves that a label may belong to, nearest first, each with its reason. A person decides."""

from collections.abc import Iterable
from dataclasses import dataclass

from observatoire.domain.incident import TO_BE_CLASSED, Category
from observatoire.intake.classification import words_of

MOST_PROPOSED = 3
LEAST_SIMILAR = 0.3
_TELLING = 4
"""A word that two texts share says something from this length on."""
_BINDING = frozenset({"autre", "avec", "chez", "dans", "dont", "entre", "pour", "sans"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A leaf, how near it is (0 to 1), and why it is proposed, in French."""

    category: str
    category_label: str
    similarity: float
    because: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What is known to mean a leaf, in the forms in which it is compared."""

    text: str
    leaf: str
    decided: bool
    pieces: frozenset[str]
    words: frozenset[str]


class Proposer:
    """Proposes leaves by what is near: labels and synonyms of the taxonomy, decisions of the organisation."""

    def __init__(self, categories: Iterable[Category], decided: Iterable[tuple[str, str]] = ()) -> None:
        """``decided``: (form, leaf) of the labels that people of the organisation have classed."""
        leaves = [c for c in categories if c.code != TO_BE_CLASSED]
        self._labels = {c.code: c.label for c in leaves}
        said = [(text, c.code, False) for c in leaves for text in (c.label, *c.synonyms)]
        said += [(form, leaf, True) for form, leaf in decided if leaf in self._labels]
        self._phrases = [
            _Phrase(text, leaf, by_people, _pieces(text), _telling(text)) for text, leaf, by_people in said
        ]

    def propose(self, label: str) -> tuple[Proposal, ...]:
        """At most three leaves for a label; none when nothing is near."""
        pieces, words = _pieces(label), _telling(label)
        best: dict[str, tuple[float, _Phrase]] = {}
        for phrase in self._phrases:
            score = _similarity(pieces, words, phrase)
            if score >= LEAST_SIMILAR and score > best.get(phrase.leaf, (0.0,))[0]:
                best[phrase.leaf] = (score, phrase)
        chosen = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_PROPOSED]
        return tuple(
            Proposal(leaf, self._labels[leaf], round(score, 2), _reason(words, phrase))
            for leaf, (score, phrase) in chosen
        )


def _similarity(pieces: frozenset[str], words: frozenset[str], phrase: _Phrase) -> float:
    """Dice's coefficient on runs of three letters; a telling word in common makes at least one half."""
    total = len(pieces) + len(phrase.pieces)
    dice = 2 * len(pieces & phrase.pieces) / total if total else 0.0
    return max(dice, 0.5 + dice / 2) if words & phrase.words else dice


def _reason(words: frozenset[str], phrase: _Phrase) -> str:
    common = sorted(words & phrase.words, key=lambda word: (-len(word), word))
    near = f"« {phrase.text} »"
    whence = f"{near}, déjà classé par votre organisation" if phrase.decided else near
    if common:
        word = next((w for w in phrase.text.split() if common[0] in words_of(w)), common[0]).strip(",;()")
        return f"partage le mot « {word} » avec {whence}"
    return f"s'écrit presque comme {whence}"


def _pieces(text: str) -> frozenset[str]:
    return frozenset(
        padded[start : start + 3]
        for word in words_of(text)
        for padded in (f"  {word} ",)
        for start in range(len(padded) - 2)
    )


def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in words_of(text) if len(word) >= _TELLING and word not in _BINDING)
