"""A source's label to a leaf of the pivot taxonomy: exact table, then synonyms, then « à classer »."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from observatoire.domain.incident import TO_BE_CLASSED, Category
from observatoire.intake.parsing.text import plain


@dataclass(frozen=True, slots=True)
class Classed:
    """A leaf and how it was found: ``table``, ``synonyme`` or ``defaut``."""

    code: str
    mode: str


class Classifier:
    """Classes labels; accents and case never matter, the longest synonym wins."""

    def __init__(self, categories: Iterable[Category], table: Mapping[str, str]) -> None:
        """``table``: the profile's own labels (plain form) to codes; it comes before all others."""
        taxonomy = list(categories)
        self._exact = {plain(c.label): c.code for c in taxonomy} | {
            c.code.casefold(): c.code for c in taxonomy
        }
        self._exact |= dict(table)
        synonyms = [(plain(synonym), c.code) for c in taxonomy for synonym in c.synonyms]
        self._synonyms = [
            (re.compile(rf"(?<!\w){re.escape(synonym)}s?(?!\w)"), code)
            for synonym, code in sorted(synonyms, key=lambda pair: -len(pair[0]))
            if synonym
        ]

    def classify(self, label: str) -> Classed:
        """Class one label."""
        form = plain(label)
        if form in self._exact:
            return Classed(self._exact[form], "table")
        for pattern, code in self._synonyms:
            if pattern.search(form):
                return Classed(code, "synonyme")
        return Classed(TO_BE_CLASSED, "defaut")
