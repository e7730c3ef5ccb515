"""The tables by which the labels of a source are classed today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from observatoire.domain.incident import Category
from observatoire.domain.source import Source
from observatoire.domain.taxonomy import heirs
from observatoire.intake.classification import Classifier
from observatoire.intake.parsing.text import plain
from observatoire.store import correspondences
from observatoire.store.engine import Connection
from observatoire.store.reference import categories

Pairs = tuple[tuple[str, str], ...]
"""A mapping as a value that can be hashed."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The taxonomy in force, what became of the leaves that are gone, and what was decided for a source.

    ``decided``: form to leaf, for the source; ``shared``: for every source of its organisation;
    ``former``: labels and codes of former versions to the one leaf that took their facts over;
    ``gone``: leaf that is gone to that leaf.
    """

    version: int
    categories: tuple[Category, ...]
    decided: Pairs = ()
    shared: Pairs = ()
    former: Pairs = ()
    gone: Pairs = ()

    @property
    def sensitivities(self) -> dict[str, int]:
        """Sensitivity of each leaf."""
        return {category.code: category.sensitivity for category in self.categories}

    def classifier(self, table: Mapping[str, str]) -> Classifier:
        """What classes the labels of a file read by a profile with this table."""
        return _classifier(self, _pairs(table))


@lru_cache(maxsize=32)
def _classifier(in_force: InForce, table: Pairs) -> Classifier:
    """One per profile, taxonomy and set of decisions: the synonyms are cut into words once."""
    leaves = {category.code for category in in_force.categories}
    gone = dict(in_force.gone)
    carried = {form: gone.get(code, code) for form, code in table}
    return Classifier(
        in_force.categories,
        {form: code for form, code in carried.items() if code in leaves},
        decided=dict(in_force.decided),
        shared=dict(in_force.shared),
        former=dict(in_force.former),
    )


def taxonomy_in_force(connection: Connection) -> InForce:
    """The taxonomy and its past, without the decisions of any source."""
    labels = categories.labels_of_versions(connection)
    passages = {v.version: v.passages for v in categories.versions(connection)}
    current = max(labels, default=0)
    led = heirs({version: frozenset(found) for version, found in labels.items()}, passages)
    gone = {code: next(iter(leaves)) for code, leaves in led.items() if len(leaves) == 1}
    return InForce(
        current,
        categories.every(connection),
        former=_pairs(_former(labels, gone, current)),
        gone=_pairs(gone),
    )


def _former(labels: Mapping[int, Mapping[str, str]], gone: Mapping[str, str], current: int) -> dict[str, str]:
    """Labels and codes that files may still bear, latest version last."""
    found: dict[str, str] = {}
    for version in sorted(set(labels) - {current}):
        for code, label in labels[version].items():
            leaf = code if code in labels[current] else gone.get(code)
            if leaf is not None:
                found |= {code.casefold(): leaf, plain(label): leaf}
    return found


def for_source(connection: Connection, source: Source) -> InForce:
    """What classes the labels of a source."""
    taxonomy = taxonomy_in_force(connection)
    decided = correspondences.in_force(connection, source=source.code)
    shared = correspondences.in_force(connection, organisation=source.organisation)
    return InForce(
        taxonomy.version,
        taxonomy.categories,
        _pairs(decided),
        _pairs(shared),
        taxonomy.former,
        taxonomy.gone,
    )


def _pairs(table: Mapping[str, str] | Iterable[tuple[str, str]]) -> Pairs:
    return tuple(sorted(dict(table).items()))
