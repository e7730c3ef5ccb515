"""The pivot taxonomy."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, text

from observatoire.domain.incident import Category
from observatoire.store.tables import category

TAXONOMY_VERSION = 1


def replace_all(connection: Connection, rows: Iterable[dict[str, object]]) -> None:
    """Load the taxonomy; ``rows`` bear the names of the table's columns."""
    connection.execute(text("delete from reference.category where taxonomy = :v"), {"v": TAXONOMY_VERSION})
    connection.execute(insert(category), [{"taxonomy": TAXONOMY_VERSION, **row} for row in rows])


def every(connection: Connection) -> tuple[Category, ...]:
    """All leaves, in code order."""
    rows = connection.execute(
        select(category).where(category.c.taxonomy == TAXONOMY_VERSION).order_by(category.c.code)
    )
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
