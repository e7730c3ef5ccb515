"""Pairs of published figures of which one holds the other: a reader subtracts, and must not get 1 to 4.

Written from the answers alone: which zone lies in which (the API tells), which family in which domain, which
edition came first.
"""

from collections.abc import Mapping, Sequence

import numpy as np

Answers = Mapping[str, dict]
"""What ``synthese`` answered to each place."""
Key = tuple[str, str, int, str]
"""(group, place, year, category)."""


class Differences:
    """Draws pairs; ``editions``: the answers of each, oldest first."""

    def __init__(
        self, parts: Mapping[str, Sequence[str]], editions: Sequence[Answers], rng: np.random.Generator
    ) -> None:
        self.rng = rng
        self.figures = [figures(answers) for answers in editions]
        self.inside = {place: holders(place, parts) for place in editions[0]}
        self.known = [sorted(found) for found in self.figures]
        both = self.figures[0].keys() & self.figures[-1].keys()
        changed = sorted(key for key in both if self.figures[0][key] != self.figures[-1][key])
        self.both = [sorted(both), changed or sorted(both)]
        self.nested = {
            kind: [self._nested(found, kind) for found in self.figures]
            for kind in ("zone", "categorie", "zone et categorie")
        }

    def _nested(self, found: Mapping[Key, int], kind: str) -> list[tuple[Key, Key]]:
        pairs = []
        for smaller in sorted(found):
            group, place, year, category = smaller
            zones = self.inside[place] if "zone" in kind else {place}
            categories = above(category) if "categorie" in kind else {category}
            for zone in zones:
                pairs += [
                    ((group, zone, year, wider), smaller)
                    for wider in categories
                    if (group, zone, year, wider) in found
                ]
        return pairs

    def draw(self) -> tuple[str, int, int]:
        """(kind, the larger figure, the smaller): of nested cells of one edition, or of one cell in two."""
        kind = str(self.rng.choice(["edition", *self.nested]))
        if kind == "edition":
            keys = self.both[int(self.rng.integers(2))]
            key = keys[int(self.rng.integers(len(keys)))]
            return kind, self.figures[-1][key], self.figures[0][key]
        at = int(self.rng.integers(len(self.figures)))
        pairs = self.nested[kind][at]
        larger, smaller = pairs[int(self.rng.integers(len(pairs)))]
        return kind, self.figures[at][larger], self.figures[at][smaller]


def figures(answers: Answers) -> dict[Key, int]:
    """Every number that an edition shows; what is hidden or absent is not one."""
    found: dict[Key, int] = {}
    for place, answer in answers.items():
        for group in answer["resultat"]["groupes"]:
            for year in group["annees"]:
                values = {"*": year["faits"], **{c["code"]: c["faits"] for c in year["categories"]}}
                for category, value in values.items():
                    if value["valeur"] is not None:
                        found[group["groupe"], place, year["annee"], category] = value["valeur"]
    return found


def holders(place: str, parts: Mapping[str, Sequence[str]]) -> set[str]:
    """The places that hold a place."""
    found, queue = set(), [place]
    while queue:
        part = queue.pop()
        for whole, own in parts.items():
            if part in own and whole not in found:
                found.add(whole)
                queue.append(whole)
    return found


def above(category: str) -> set[str]:
    """The categories that hold a category."""
    if category == "*":
        return set()
    return {"*"} if len(category) == 1 else {"*", category[0]}
