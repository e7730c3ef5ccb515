"""What is stored, classed again: when a label is decided, when a profile changes, when a taxonomy comes."""

from collections.abc import Callable, Collection
from functools import cache

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.source import Source
from observatoire.intake.classification import Classed
from observatoire.intake.classing.in_force import InForce, for_source
from observatoire.intake.faults.content import CATEGORY_DEFAULT
from observatoire.intake.parsing.text import plain
from observatoire.intake.profiles import stored
from observatoire.intake.profiles.shipping import shipped
from observatoire.store import correspondences, imports
from observatoire.store.confidential import classing
from observatoire.store.confidential.classing import Reclassed, StoredLabel
from observatoire.store.engine import Connection

Judge = Callable[[StoredLabel], Classed | None]
"""What a stored label becomes; None: it stays as it is."""


def reclass(
    connection: Connection, source: Source, in_force: InForce, forms: Collection[str] | None = None
) -> Confidential[int]:
    """Class the stored labels of a source by what is in force; the caller holds the lock of the source.

    Args:
        connection: a transaction that may write facts.
        source: whose facts.
        in_force: the tables.
        forms: the only labels that may have changed, in plain form (None: any).

    Returns:
        The number of current facts whose class has changed.
    """
    judged = judge_of(connection, source, in_force)

    def judge(label: StoredLabel) -> Classed | None:
        if label.label is None or (forms is not None and plain(label.label) not in forms):
            return None
        return judged(label)

    return write(connection, source, in_force, judge)


def follow_organisation(connection: Connection, before: Source, after: Source) -> None:
    """A source that passes to another organisation is classed by the decisions of that one."""
    if before.organisation == after.organisation:
        return
    imports.lock_source(connection, after.code)
    forms = {
        form
        for owner in (before.organisation, after.organisation)
        for form in correspondences.in_force(connection, organisation=owner)
    }
    if forms:
        reclass(connection, after, for_source(connection, after), forms)


def judge_of(connection: Connection, source: Source, in_force: InForce) -> Callable[[StoredLabel], Classed]:
    """What the tables in force say of a label, by the profile of the import that said it."""

    @cache
    def table_of(profile: str | None) -> dict[str, str]:
        code = (profile or "").partition("@")[0]
        own = stored.latest(connection, source.code) if code == source.code else None
        found = own or shipped().get(code)
        return dict(found.categories) if found else {}

    return lambda label: in_force.classifier(table_of(label.profile)).classify(label.label or "")


def write(connection: Connection, source: Source, in_force: InForce, judge: Judge) -> Confidential[int]:
    """Write what a judge says of every stored label of a source; the number of current facts changed."""
    sensitivities = in_force.sensitivities

    def moves(labels: list[StoredLabel]) -> list[Reclassed]:
        found = []
        for label in labels:
            classed = judge(label)
            if classed is None:
                continue
            sensitivity = sensitivities[classed.code]
            if (classed.code, classed.mode, sensitivity) != (label.category, label.mode, label.sensitivity):
                found.append(Reclassed(label, classed.code, classed.mode.value, sensitivity))
        return found

    return classing.stored(connection, source.code).map(
        lambda labels: classing.write(
            connection, source.code, moves(labels), in_force.version, CATEGORY_DEFAULT.code
        )
    )
