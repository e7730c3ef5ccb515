"""Zones of the organisations and their versions."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Connection, insert, select, text, update

from observatoire.domain.zone import Zone, ZoneKind, ZoneVersion
from observatoire.store import organisations
from observatoire.store.queries import query
from observatoire.store.tables import zone, zone_version


@dataclass(frozen=True, slots=True)
class Outline:
    """A new version of a zone: ``geometry`` a valid shapely multipolygon (degrees), ``area_km2`` its area."""

    label: str
    valid_from: date
    valid_to: date | None
    geometry: Any
    area_km2: float
    defects: tuple[str, ...]
    communes: tuple[str, ...]


def every(connection: Connection) -> list[Zone]:
    """All zones, by organisation and date of creation."""
    versions: dict[UUID, list[ZoneVersion]] = {}
    for row in connection.execute(_versions()):
        versions.setdefault(row.zone, []).append(_version(row))
    rows = connection.execute(select(zone).order_by(zone.c.organisation, zone.c.created_at, zone.c.id))
    return [_zone(row, versions[row.id]) for row in rows]


def get(connection: Connection, id_: UUID) -> Zone | None:
    """One zone, None when it does not exist: the same statements either way."""
    row = connection.execute(select(zone).where(zone.c.id == id_)).one_or_none()
    versions = connection.execute(_versions().where(zone_version.c.zone == id_)).all()
    return None if row is None else _zone(row, [_version(v) for v in versions])


def add(connection: Connection, id_: UUID, kind: ZoneKind, organisation: str) -> None:
    """Create a zone; its first version follows in the same transaction."""
    organisations.ensure(connection, organisation)
    connection.execute(insert(zone).values(id=id_, kind=kind.value, organisation=organisation))


def lock(connection: Connection, id_: UUID) -> None:
    """Versions of one zone wait for each other until the transaction ends."""
    connection.execute(select(zone.c.id).where(zone.c.id == id_).with_for_update())


def add_version(connection: Connection, id_: UUID, outline: Outline, author: str) -> int:
    """Add a version, which ends the one before where it begins; its number."""
    before = connection.execute(_versions().where(zone_version.c.zone == id_)).all()
    number: int = connection.execute(
        text(query("add_zone_version")),
        {
            "zone": id_,
            "version": len(before) + 1,
            "label": outline.label,
            "valid_from": outline.valid_from,
            "valid_to": outline.valid_to,
            "area_km2": outline.area_km2,
            "defects": list(outline.defects),
            "communes": list(outline.communes),
            "wkb": shapely.to_wkb(outline.geometry),
            "author": author,
        },
    ).scalar_one()
    if before and (before[-1].valid_to is None or before[-1].valid_to > outline.valid_from):
        connection.execute(
            update(zone_version)
            .where(zone_version.c.number == before[-1].number)
            .values(valid_to=outline.valid_from)
        )
    return number


def end(connection: Connection, number: int, valid_to: date | None) -> None:
    """Say until when the last version of a zone holds."""
    connection.execute(update(zone_version).where(zone_version.c.number == number).values(valid_to=valid_to))


def shape(connection: Connection, id_: UUID, version: int) -> Any:  # noqa: ANN401
    """The outline of a version (shapely, degrees)."""
    values = {"zone": id_, "version": version}
    return shapely.from_wkb(bytes(connection.execute(text(query("zone_shape")), values).scalar_one()))


def contour_geojson(connection: Connection, id_: UUID, version: int) -> str:
    """The outline of a version as a GeoJSON geometry (6 decimals)."""
    values = {"zone": id_, "version": version}
    found: str = connection.execute(text(query("zone_geojson")), values).scalar_one()
    return found


def renew_communes(connection: Connection) -> None:
    """Look again for the communes of every version: the contours of communes changed."""
    connection.execute(text(query("renew_zone_communes")))


def _versions() -> Any:  # noqa: ANN401
    columns = [column for column in zone_version.c if column.name != "geom"]
    return select(*columns).order_by(zone_version.c.zone, zone_version.c.version)


def _version(row: Any) -> ZoneVersion:  # noqa: ANN401
    return ZoneVersion(
        row.number,
        row.version,
        row.label,
        row.valid_from,
        row.valid_to,
        row.area_km2,
        tuple(row.defects),
        tuple(row.communes),
        row.assigned,
    )


def _zone(row: Any, versions: list[ZoneVersion]) -> Zone:  # noqa: ANN401
    return Zone(row.id, ZoneKind(row.kind), row.organisation, tuple(versions))
