"""A source's label to a leaf of the pivot taxonomy: exact tables, then synonyms, then « à classer »."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from observatoire.domain.incident import TO_BE_CLASSED, Category, ClassingMode
from observatoire.intake.parsing.text import plain

LONGEST_LABEL = 120
"""Characters of a label that are kept with a fact."""

_WORD = re.compile(r"[^\W_]+")
_ALWAYS_SINGULAR = 3
"""Up to this length a final s or x belongs to the word (« bus », « pas »)."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classed:
    """A leaf and how it was found."""

    code: str
    mode: ClassingMode


TO_CLASS = Classed(TO_BE_CLASSED, ClassingMode.DEFAULT)


class Classifier:
    """Classes labels; accents, case and plurals never matter, the longest synonym wins.

    A label is cut into words once, and each run of words is looked up: the time is in proportion to the
    label's length, whatever it holds.
    """

    def __init__(
        self,
        categories: Iterable[Category],
        table: Mapping[str, str],
        *,
        decided: Mapping[str, str] | None = None,
        shared: Mapping[str, str] | None = None,
        former: Mapping[str, str] | None = None,
    ) -> None:
        """Every table maps plain forms to codes; those of the source come before all others.

        Args:
            categories: the leaves of the taxonomy in force: their labels, codes and synonyms.
            table: what the profile of the source says.
            decided: what was decided for the source; it comes before its profile.
            shared: what was decided for every source of the organisation; it comes before what ships.
            former: labels and codes of former versions of the taxonomy; they come after those in force.
        """
        taxonomy = list(categories)
        labels = {plain(c.label): c.code for c in taxonomy} | {c.code.casefold(): c.code for c in taxonomy}
        self._exact = {form: _classed(code, ClassingMode.TABLE) for form, code in (former or {}).items()}
        self._add(labels, ClassingMode.TABLE)
        self._add(shared or {}, ClassingMode.MANUAL)
        # A label is stored cut: it must be recognised as it is stored.
        self._add({plain(form[:LONGEST_LABEL]): code for form, code in table.items()}, ClassingMode.TABLE)
        self._add(table, ClassingMode.TABLE)
        self._add(decided or {}, ClassingMode.MANUAL)
        self._synonyms = _by_first_word(taxonomy)

    def _add(self, table: Mapping[str, str], mode: ClassingMode) -> None:
        self._exact |= {form: _classed(code, mode) for form, code in table.items()}

    def classify(self, label: str) -> Classed:
        """Class one label."""
        found = self._exact.get(plain(label))
        return found or self._by_synonym(words_of(label)) or TO_CLASS

    def _by_synonym(self, words: Words) -> Classed | None:
        best: tuple[int, str] | None = None
        for position, word in enumerate(words):
            for synonym, size, code in self._synonyms.get(word, ()):
                if best is not None and size <= best[0]:
                    break
                if words[position : position + len(synonym)] == synonym:
                    best = (size, code)
                    break
        return None if best is None else Classed(best[1], ClassingMode.SYNONYM)


def _classed(code: str, mode: ClassingMode) -> Classed:
    return TO_CLASS if code == TO_BE_CLASSED else Classed(code, mode)


def _by_first_word(taxonomy: Iterable[Category]) -> dict[str, list[tuple[Words, int, str]]]:
    """First word to (synonym in words, length as written, leaf), longest first."""
    found: defaultdict[str, list[tuple[Words, int, str]]] = defaultdict(list)
    for category in taxonomy:
        for synonym in category.synonyms:
            if words := words_of(synonym):
                found[words[0]].append((words, len(plain(synonym)), category.code))
    return {word: sorted(entries, key=lambda entry: -entry[1]) for word, entries in found.items()}


def words_of(text: str) -> Words:
    """The words of a text in the form in which they are compared: no accent, no case, no plural."""
    return tuple(_singular(word) for word in _WORD.findall(plain(text)))


def _singular(word: str) -> str:
    if len(word) <= _ALWAYS_SINGULAR:
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return f"{word[:-2]}l"
    return word[:-1] if word[-1] in "sx" else word
