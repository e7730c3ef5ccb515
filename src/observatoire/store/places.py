"""The city's own tables of places and streets, one version in force per organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from sqlalchemy import Connection, delete, func, insert, select, text

from observatoire.store import organisations
from observatoire.store.tables import place, place_table


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A line of a table; ``geometry`` is WKB in degrees."""

    name: str
    aliases: tuple[str, ...]
    kind: str
    commune: str
    geometry: bytes


@dataclass(frozen=True, slots=True)
class TableRecord:
    """The version in force of an organisation's table."""

    organisation: str
    version: int
    rows: int
    author: str
    loaded_at: datetime


def replace(connection: Connection, organisation: str, rows: Sequence[PlaceRow], author: str) -> TableRecord:
    """Put a new version in force in place of the one that stood."""
    connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"places:{organisation}"}
    )
    organisations.ensure(connection, organisation)
    known = described(connection, organisation)
    connection.execute(delete(place_table).where(place_table.c.organisation == organisation))
    connection.execute(
        insert(place_table).values(
            organisation=organisation,
            version=known.version + 1 if known else 1,
            rows=len(rows),
            author=author,
        )
    )
    if rows:
        connection.execute(insert(place), [_values(organisation, i, row) for i, row in enumerate(rows, 1)])
    done = described(connection, organisation)
    assert done is not None
    return done


def _values(organisation: str, number: int, row: PlaceRow) -> dict[str, object]:
    return {
        "organisation": organisation,
        "number": number,
        "name": row.name,
        "aliases": list(row.aliases),
        "kind": row.kind,
        "commune": row.commune,
        "geom": shapely.from_wkb(row.geometry).wkt,
    }


def described(connection: Connection, organisation: str) -> TableRecord | None:
    """The version in force, None when the organisation has no table."""
    row = connection.execute(
        select(place_table).where(place_table.c.organisation == organisation)
    ).one_or_none()
    if row is None:
        return None
    return TableRecord(row.organisation, row.version, row.rows, row.author, row.loaded_at)


def load(connection: Connection, organisation: str) -> list[PlaceRow]:
    """Every line of the table in force, in the order of the file."""
    rows = connection.execute(
        select(
            place.c.name,
            place.c.aliases,
            place.c.kind,
            place.c.commune,
            func.st_asbinary(place.c.geom).label("wkb"),
        )
        .where(place.c.organisation == organisation)
        .order_by(place.c.number)
    )
    return [PlaceRow(r.name, tuple(r.aliases), r.kind, r.commune, bytes(r.wkb)) for r in rows]
