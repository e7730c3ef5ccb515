"""Labels that people have classed: decisions are added, never rewritten; a label's latest is in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select

from observatoire.store.tables import correspondence


@dataclass(frozen=True, slots=True)
class Decision:
    """A label and the leaf that was decided for it (None: the decision before is taken back).

    For one source, or for every source of an organisation. ``form`` is the label as it is compared;
    ``replaced`` the leaf that the label had until then.
    """

    source: str | None
    organisation: str | None
    label: str
    form: str
    category: str | None
    replaced: str | None
    taxonomy: int
    author: str


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision, its number (the order of the decisions) and its moment."""

    number: int
    created_at: datetime
    decision: Decision


def _standing(*where: Any) -> Select[Any]:  # noqa: ANN401
    """The last word on each label of each scope, unless it takes a decision back."""
    last = (
        select(func.max(correspondence.c.number))
        .where(*where)
        .group_by(correspondence.c.source, correspondence.c.organisation, correspondence.c.form)
        .scalar_subquery()
    )
    return (
        select(correspondence)
        .where(correspondence.c.number.in_(last), correspondence.c.category.is_not(None))
        .order_by(correspondence.c.number)
    )


def in_force(
    connection: Connection, *, source: str | None = None, organisation: str | None = None
) -> dict[str, str]:
    """Form to leaf, as decided for a source or for an organisation."""
    scope = correspondence.c.source == source
    if source is None:
        scope = correspondence.c.organisation == organisation
    return {row.form: row.category for row in connection.execute(_standing(scope))}


def standing(connection: Connection) -> list[DecisionRecord]:
    """Every decision in force, of every source and organisation."""
    return [_record(row) for row in connection.execute(_standing())]


def history(
    connection: Connection, sources: Sequence[str], organisations: Sequence[str], limit: int, offset: int
) -> tuple[list[DecisionRecord], int]:
    """Decisions about some sources and organisations, latest first, with their total number."""
    rows = connection.execute(
        select(correspondence, func.count().over().label("total"))
        .where(or_(correspondence.c.source.in_(sources), correspondence.c.organisation.in_(organisations)))
        .order_by(correspondence.c.number.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return [_record(row) for row in rows], (rows[0].total if rows else 0)


def forms_of_organisation(
    connection: Connection, sources: Sequence[str], organisation: str
) -> list[tuple[str, str]]:
    """(form, leaf) of all that was decided in an organisation, for any of its sources or for all."""
    scope = or_(correspondence.c.source.in_(sources), correspondence.c.organisation == organisation)
    return sorted({(row.form, row.category) for row in connection.execute(_standing(scope))})


def add(connection: Connection, decisions: Iterable[Decision]) -> None:
    """Write decisions; the caller holds the locks of the sources."""
    names = Decision.__slots__
    values = [{name: getattr(decision, name) for name in names} for decision in decisions]
    if values:
        connection.execute(insert(correspondence), values)


def _record(row: Row[Any]) -> DecisionRecord:
    decision = Decision(**{name: getattr(row, name) for name in Decision.__slots__})
    return DecisionRecord(row.number, row.created_at, decision)
