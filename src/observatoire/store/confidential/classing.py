"""The labels of the stored facts, and their classes when what classes them has changed.

What the source said (the label) is the content of a fact; the class is ours: it is written over in the facts
and in their history alike, so that an undo restores facts classed as today.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from observatoire.disclosure.confidential import Confidential
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class UsedLabel:
    """A label as a source writes it (None: not kept), its class, and the facts that bear both."""

    label: str | None
    category: str
    mode: str
    facts: int


@dataclass(frozen=True, slots=True)
class StoredLabel:
    """A label in the facts or in their history, the profile of the import that said it, and its class."""

    label: str | None
    profile: str | None
    category: str
    mode: str
    sensitivity: int


@dataclass(frozen=True, slots=True)
class Reclassed:
    """What a stored label becomes."""

    stored: StoredLabel
    category: str
    mode: str
    sensitivity: int


def used(connection: Connection, source: str) -> Confidential[list[UsedLabel]]:
    """The labels of the current facts of a source."""
    rows = connection.execute(text(query("used_labels")), {"source": source})
    return Confidential([UsedLabel(r.label, r.category, r.category_mode, r.facts) for r in rows])


def stored(connection: Connection, source: str) -> Confidential[list[StoredLabel]]:
    """The labels of the facts of a source and of their history; the role must read the history."""
    rows = connection.execute(text(query("stored_labels")), {"source": source})
    return Confidential(
        [StoredLabel(r.label, r.profile, r.category, r.category_mode, r.sensitivity) for r in rows]
    )


def write(connection: Connection, source: str, moves: Sequence[Reclassed], taxonomy: int, flag: str) -> int:
    """Give the facts of a source, and their history, the classes decided; returns the current facts changed.

    The caller holds the lock of the source. ``flag``: the anomaly of what remains to be classed.
    """
    if not moves:
        return 0
    connection.execute(
        text(query("reclassed_rows")),
        {
            "label": [m.stored.label for m in moves],
            "profile": [m.stored.profile for m in moves],
            "former": [m.stored.category for m in moves],
            "former_mode": [m.stored.mode for m in moves],
            "category": [m.category for m in moves],
            "category_mode": [m.mode for m in moves],
            "sensitivity": [m.sensitivity for m in moves],
        },
    )
    values = {"source": source, "taxonomy": taxonomy, "flag": flag}
    anomalies = query("anomalies_reclassed")
    changed: int = connection.execute(
        text(query("reclass_facts").format(anomalies=anomalies)), values
    ).rowcount
    connection.execute(text(query("reclass_history").format(anomalies=anomalies)), values)
    connection.execute(text("drop table reclassed"))
    return changed
