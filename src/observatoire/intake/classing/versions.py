"""A new version of the taxonomy takes the place of the one in force, with a passage; or is refused whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.incident import TO_BE_CLASSED, ClassingMode
from observatoire.domain.source import Source
from observatoire.domain.taxonomy import Passages, targets
from observatoire.errors import FieldError
from observatoire.intake.classification import TO_CLASS, Classed
from observatoire.intake.classing import in_force, reclassing
from observatoire.intake.classing.errors import RefusedTaxonomy
from observatoire.intake.classing.in_force import InForce
from observatoire.intake.classing.taxonomy_file import Leaf, read_passages, read_taxonomy
from observatoire.intake.parsing.text import plain
from observatoire.store import correspondences, imports, sources
from observatoire.store.confidential import classing
from observatoire.store.confidential.classing import StoredLabel
from observatoire.store.correspondences import Decision
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import categories
from observatoire.store.reference.categories import FIRST_VERSION

SHIPPED = "taxonomie_pivot.csv"
SHIPPED_BY = "nomenclature livrée"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version in force, its number of leaves, and how many current facts have another class."""

    version: int
    leaves: int
    reclassed: int


def load_shipped(database: Database, data: Path) -> bool:
    """Load the taxonomy that ships, when none is loaded; returns whether the first version is that one."""
    leaves = read_taxonomy(data / SHIPPED)
    with database.owning() as connection:
        if categories.current_version(connection) == 0:
            categories.add(connection, FIRST_VERSION, SHIPPED_BY, [leaf.row for leaf in leaves], {})
            return True
        return _same(connection, leaves)


def load(
    database: Database,
    taxonomy: Path,
    passage: Path | None,
    caller: Caller,
    journal: Journal,
    progress: Progress = lambda _: None,
) -> Released[Loaded]:
    """Put a new version in force and bring what is stored to it, in one transaction.

    Decisions, and facts whose label was not kept, follow the passage. Labels are classed again by the new
    version; one that would leave the leaves of the passage is kept on its single heir, or is to be classed.

    Raises:
        RefusedTaxonomy: the files are faulty, or a code is lost or reused: nothing has changed.
    """
    leaves = read_taxonomy(taxonomy)
    passages = read_passages(passage) if passage is not None else {}
    with database.owning() as connection:
        every = sorted(sources.every(connection), key=lambda s: s.code)
        for source in every:
            imports.lock_source(connection, source.code)
        labels = categories.labels_of_versions(connection)
        _check(labels, leaves, passages)
        if not passages and _same(connection, leaves):
            raise RefusedTaxonomy("Cette nomenclature est celle en vigueur.")
        version = max(labels) + 1
        categories.add(connection, version, caller.name, [leaf.row for leaf in leaves], passages)
        _carry_decisions(connection, passages, version)
        changed: Confidential[int] = Confidential(0)
        for source in every:
            progress(f"{source.code} : reclassement")
            changed = changed.combine(_pass(connection, source, passages), lambda total, own: total + own)
    journal(
        Passage(caller.name, caller.role or "", "classement", f"nomenclature {version}", Audience.INTERNE)
    )
    loaded = changed.map(lambda number: Loaded(version, len(leaves), number))
    return gate.release(loaded, Audience.INTERNE, caller, f"nomenclature {version}", journal)


def _same(connection: Connection, leaves: Iterable[Leaf]) -> bool:
    """Whether the leaves are those in force, synonyms included."""
    known = {
        c.code: (c.label, c.family_label, c.domain_label, c.sensitivity, c.synonyms)
        for c in categories.every(connection)
    }
    read = {f.code: (f.label, f.family_label, f.domain_label, f.sensitivity, f.synonyms) for f in leaves}
    return known == read


def _check(labels: Mapping[int, Mapping[str, str]], leaves: Iterable[Leaf], passages: Passages) -> None:
    """Raises RefusedTaxonomy naming every code that is lost, reused or misnamed."""
    before, after = labels[max(labels)], {leaf.code: leaf.label for leaf in leaves}
    ever = {code for own in labels.values() for code in own}
    faults = {
        "code perdu : dites où passent ses faits": set(before) - set(after) - set(passages),
        "code déjà porté par une ancienne catégorie : un code ne sert qu'une fois": (set(after) - set(before))
        & ever,
        "libellé changé : si c'est la même catégorie, écrivez au passage une ligne du code à lui-même": {
            code
            for code in set(before) & set(after) - set(passages)
            if plain(before[code]) != plain(after[code])
        },
        "ancien code inconnu de la nomenclature en vigueur": set(passages) - set(before),
        "nouveau code inconnu du fichier": {c for own in passages.values() for c in own} - set(after),
        "« à classer » ne passe nulle part : ses libellés sont relus": set(passages) & {TO_BE_CLASSED},
    }
    told = tuple(FieldError(code, why) for why, codes in faults.items() for code in sorted(codes))
    if told:
        named = ", ".join(sorted({fault.field for fault in told}))
        raise RefusedTaxonomy(f"Le passage ne tient pas pour : {named}.", fields=told)


def _carry_decisions(connection: Connection, passages: Passages, version: int) -> None:
    """A decision follows its leaf to its single heir; where the leaf is split, it is taken back."""
    moved = []
    for record in correspondences.standing(connection):
        decision = record.decision
        assert decision.category is not None
        reached = targets(decision.category, passages)
        if reached != {decision.category}:
            leaf = next(iter(reached)) if len(reached) == 1 else None
            moved.append(_passed(decision, leaf, version))
    correspondences.add(connection, moved)


def _passed(decision: Decision, leaf: str | None, version: int) -> Decision:
    return Decision(
        decision.source,
        decision.organisation,
        decision.label,
        decision.form,
        leaf,
        decision.category,
        version,
        _author(version),
    )


def _author(version: int) -> str:
    return f"passage à la nomenclature {version}"


def _pass(connection: Connection, source: Source, passages: Passages) -> Confidential[int]:
    """Bring the facts of one source to the version in force."""
    classing.stored(connection, source.code).map(
        lambda labels: correspondences.add(connection, _pinned(connection, source, passages, labels))
    )
    now = in_force.for_source(connection, source)
    judged = reclassing.judge_of(connection, source, now)

    def judge(label: StoredLabel) -> Classed:
        return judged(label) if label.label is not None else _followed(label, passages)

    return reclassing.write(connection, source, now, judge)


def _followed(label: StoredLabel, passages: Passages) -> Classed:
    """A fact whose label was not kept goes where its leaf goes, if that is one place."""
    reached = targets(label.category, passages)
    return Classed(next(iter(reached)), ClassingMode(label.mode)) if len(reached) == 1 else TO_CLASS


def _pinned(
    connection: Connection, source: Source, passages: Passages, labels: list[StoredLabel]
) -> list[Decision]:
    """Labels that the new version would class outside the passage: the passage wins, for good."""
    now = in_force.for_source(connection, source)
    judged = reclassing.judge_of(connection, source, now)
    pins: dict[str, Decision] = {}
    for label in sorted(labels, key=lambda s: (s.label or "", s.profile or "", s.category)):
        if label.label is None or label.category == TO_BE_CLASSED:
            continue
        reached, form = targets(label.category, passages), plain(label.label)
        leaf = next(iter(reached)) if len(reached) == 1 else TO_BE_CLASSED
        if form in pins or judged(label).code in {leaf, *reached}:
            continue
        pins[form] = _pin(source, label, form, leaf, now)
    return list(pins.values())


def _pin(source: Source, label: StoredLabel, form: str, leaf: str, now: InForce) -> Decision:
    assert label.label is not None
    return Decision(
        source.code, None, label.label, form, leaf, label.category, now.version, _author(now.version)
    )


def reclass_all(database: Database, caller: Caller, journal: Journal) -> Released[Loaded]:
    """Class every stored label again by what is in force: after an update of the software, which may read
    labels better than it did."""
    with database.importing() as connection:
        every = sorted(sources.every(connection), key=lambda s: s.code)
        changed: Confidential[int] = Confidential(0)
        for source in every:
            imports.lock_source(connection, source.code)
            now = in_force.for_source(connection, source)
            done = reclassing.reclass(connection, source, now)
            changed = changed.combine(done, lambda total, own: total + own)
        version, number = categories.current_version(connection), len(categories.every(connection))
    loaded = changed.map(lambda facts: Loaded(version, number, facts))
    return gate.release(loaded, Audience.INTERNE, caller, "reclassement", journal)
