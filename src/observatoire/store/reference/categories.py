"""The pivot taxonomy and its versions: none is ever changed, a new one is added with its passage."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from observatoire.domain.incident import Category
from observatoire.domain.taxonomy import Passages
from observatoire.store.tables import category, passage, taxonomy

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class TaxonomyVersion:
    """One version: who loaded it, when, and how the leaves of the one before pass to it."""

    version: int
    author: str
    loaded_at: datetime
    passages: Passages


def current_version(connection: Connection) -> int:
    """The version in force; 0 before any is loaded."""
    version: int = connection.execute(select(func.coalesce(func.max(taxonomy.c.version), 0))).scalar_one()
    return version


def add(
    connection: Connection, version: int, author: str, rows: Iterable[Mapping[str, Any]], passages: Passages
) -> None:
    """Write a version; ``rows`` bear the names of the table's columns. It is in force at once."""
    connection.execute(insert(taxonomy).values(version=version, author=author))
    connection.execute(insert(category), [{"taxonomy": version, **row} for row in rows])
    pairs = [(former, current) for former, leaves in passages.items() for current in sorted(leaves)]
    if pairs:
        connection.execute(
            insert(passage), [{"taxonomy": version, "former": f, "current": c} for f, c in pairs]
        )


def every(connection: Connection, version: int | None = None) -> tuple[Category, ...]:
    """All leaves of a version (None: the one in force), in code order."""
    chosen = current_version(connection) if version is None else version
    rows = connection.execute(select(category).where(category.c.taxonomy == chosen).order_by(category.c.code))
    return tuple(
        Category(
            r.code,
            r.label,
            r.family,
            r.family_label,
            r.domain,
            r.domain_label,
            r.sensitivity,
            tuple(r.synonyms),
        )
        for r in rows
    )


def indicators_beside(connection: Connection, leaves: Sequence[str]) -> tuple[str, ...]:
    """Labels of the SSMSI's indicators beside which some leaves may be shown, never added to."""
    rows = connection.execute(
        select(category.c.ssmsi_indicator).where(
            category.c.taxonomy == current_version(connection),
            category.c.code.in_(leaves),
            category.c.ssmsi_indicator.is_not(None),
        )
    ).scalars()
    return tuple(sorted({label for told in rows for label in told.split("|") if label}))


def versions(connection: Connection) -> list[TaxonomyVersion]:
    """Every version, the one in force last."""
    pairs: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in connection.execute(select(passage)):
        pairs[row.taxonomy][row.former].add(row.current)
    return [
        TaxonomyVersion(
            r.version, r.author, r.loaded_at, {f: frozenset(c) for f, c in pairs[r.version].items()}
        )
        for r in connection.execute(select(taxonomy).order_by(taxonomy.c.version))
    ]


def labels_of_versions(connection: Connection) -> dict[int, dict[str, str]]:
    """By version, each leaf and its label."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(category.c.taxonomy, category.c.code, category.c.label)):
        found[row.taxonomy][row.code] = row.label
    return dict(found)
