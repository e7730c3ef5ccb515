"""Organisations and their dated territories."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from observatoire.domain.organisation import DatedTerritory, Organisation, OrganisationKind, kind_of_sender
from observatoire.domain.source import SourceKind
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import NotFound
from observatoire.store.tables import organisation, organisation_territory


def _territories(connection: Connection) -> dict[str, list[DatedTerritory]]:
    table = organisation_territory
    ordered = select(table).order_by(table.c.organisation, table.c.valid_from, table.c.level, table.c.code)
    found: dict[str, list[DatedTerritory]] = defaultdict(list)
    for row in connection.execute(ordered):
        code = TerritoryCode(TerritoryLevel(row.level), row.code)
        found[row.organisation].append(DatedTerritory(code, row.valid_from, row.valid_to))
    return found


def _record(row: Row[tuple[object, ...]], territories: Iterable[DatedTerritory]) -> Organisation:
    return Organisation(
        row.code,
        row.label,
        OrganisationKind(row.kind),
        tuple(territories),
        row.active,
        row.created_at,
        tuple(row.origins),
    )


def every(connection: Connection) -> list[Organisation]:
    """Organisations, in code order."""
    territories = _territories(connection)
    rows = connection.execute(select(organisation).order_by(organisation.c.code))
    return [_record(row, territories[row.code]) for row in rows]


def get(connection: Connection, code: str) -> Organisation | None:
    """One organisation, None when it does not exist."""
    return next((found for found in every(connection) if found.code == code), None)


def in_force(of: ColumnElement[Any]) -> ColumnElement[Any]:
    """The territories in force today of the organisation that a column names, as ``niveau:code``."""
    table = organisation_territory
    written = table.c.level + literal(":", String) + table.c.code
    return (
        select(func.array_agg(written))
        .where(
            table.c.organisation == of,
            table.c.valid_from <= func.current_date(),
            or_(table.c.valid_to.is_(None), table.c.valid_to > func.current_date()),
        )
        .scalar_subquery()
    )


def ensure(connection: Connection, code: str, kind: OrganisationKind = OrganisationKind.AUTRE) -> None:
    """Have an organisation of this code: one that nobody has described yet bears its code as a name."""
    values = {"code": code, "label": code, "kind": kind.value}
    connection.execute(insert(organisation).values(values).on_conflict_do_nothing(index_elements=["code"]))


def ensure_sender(connection: Connection, code: str, kind: SourceKind, territory: TerritoryCode) -> None:
    """The same, for who sends a source of this kind over this territory."""
    ensure(connection, code, kind_of_sender(kind, territory))


def declared_origins(connection: Connection) -> frozenset[str]:
    """Origins that any active organisation has declared."""
    listed = select(func.unnest(organisation.c.origins)).where(organisation.c.active)
    return frozenset(connection.execute(listed).scalars())


def _described(record: Organisation) -> dict[str, object]:
    return {
        "label": record.label,
        "kind": record.kind.value,
        "active": record.active,
        "origins": list(record.origins),
    }


def add(connection: Connection, record: Organisation) -> bool:
    """Create an organisation; False when its code is taken."""
    values = {"code": record.code, **_described(record)}
    statement = insert(organisation).values(values).on_conflict_do_nothing(index_elements=["code"])
    if connection.execute(statement.returning(organisation.c.code)).one_or_none() is None:
        return False
    _write_territories(connection, record)
    return True


def replace(connection: Connection, record: Organisation) -> None:
    """Describe an organisation anew.

    Raises:
        NotFound: it does not exist.
    """
    values = _described(record)
    done = connection.execute(update(organisation).where(organisation.c.code == record.code).values(values))
    if done.rowcount == 0:
        raise NotFound
    _write_territories(connection, record)


def _write_territories(connection: Connection, record: Organisation) -> None:
    table = organisation_territory
    connection.execute(delete(table).where(table.c.organisation == record.code))
    values = [
        {
            "organisation": record.code,
            "level": dated.territory.level.value,
            "code": dated.territory.code,
            "valid_from": dated.start,
            "valid_to": dated.end,
        }
        for dated in record.territories
    ]
    if values:
        connection.execute(insert(table), values)
