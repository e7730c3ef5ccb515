"""Territories, read by everyone; the atlas writes them (``loading``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Connection, text

from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import FieldError, UnknownTerritory
from observatoire.store import zones
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class TerritoryRecord:
    """A territory as the reference knows it; populations are residents (PMUN) of their vintage."""

    code: TerritoryCode
    name: str
    kind: str | None
    vintage: int
    population: int | None
    population_vintage: int | None
    fictional: bool


@dataclass(frozen=True, slots=True)
class ParentRecord:
    """One membership of a territory, with the dates between which it holds."""

    code: TerritoryCode
    name: str
    vintage: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ContourRecord:
    """Where a contour comes from, what is known to be wrong with it, its area (km²) and box (degrees)."""

    source: str
    area_km2: float | None
    defects: tuple[str, ...]
    bbox: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class CommuneRecord:
    """A commune of a larger territory; population is null when unknown."""

    code: str
    name: str
    population: int | None


def get(connection: Connection, code: TerritoryCode) -> TerritoryRecord:
    """One territory.

    Raises:
        UnknownTerritory: the code names nothing in the geography loaded.
    """
    if code.level is TerritoryLevel.ZONE:
        return _zone(connection, code)
    row = connection.execute(
        text(
            "select level, code, name, kind, vintage, population, population_vintage, fictional "
            "from reference.territory where level = :level and code = :code"
        ),
        {"level": code.level, "code": code.code},
    ).one_or_none()
    if row is None:
        raise UnknownTerritory(str(code), fields=_nearest(connection, code))
    return _record(row)


def _zone(connection: Connection, code: TerritoryCode) -> TerritoryRecord:
    """A version of a zone as a territory: what it is called and the year from which it holds."""
    identifier, _, version = code.code.partition("@")
    found = zones.get(connection, UUID(identifier))
    outline = found.version(int(version)) if found and version else None
    if found is None or outline is None:
        raise UnknownTerritory(str(code), fields=(FieldError("territoire", f"« {code} » n'existe pas"),))
    return TerritoryRecord(code, outline.label, found.kind, outline.valid_from.year, None, None, False)


def _nearest(connection: Connection, code: TerritoryCode) -> tuple[FieldError, ...]:
    """A former commune code is answered with today's."""
    current = connection.execute(
        text("select current from reference.former_code where former = :code"), {"code": code.code}
    ).scalar_one_or_none()
    if code.level is not TerritoryLevel.COMMUNE or current is None:
        return (FieldError("territoire", f"« {code} » n'existe pas"),)
    return (FieldError("territoire", f"« {code.code} » est un ancien code", f"commune:{current}"),)


def _record(row: Any) -> TerritoryRecord:  # noqa: ANN401
    return TerritoryRecord(
        TerritoryCode(TerritoryLevel(row.level), row.code),
        row.name,
        row.kind,
        row.vintage,
        row.population,
        row.population_vintage,
        row.fictional,
    )


def search(
    connection: Connection,
    level: TerritoryLevel | None,
    inside: TerritoryCode | None,
    words: str | None,
    limit: int,
    offset: int,
) -> tuple[list[TerritoryRecord], int]:
    """Territories of a level, inside another, whose name holds some words (or whose code is they)."""
    rows = connection.execute(
        text(query("territory_search")),
        {
            "level": level,
            "text": None if words is None else f"%{words}%",
            "words": words,
            "code": None if words is None else words.upper(),
            "parent_level": inside.level if inside else None,
            "parent_code": inside.code if inside else None,
            "limit": limit,
            "offset": offset,
        },
    ).all()
    return [_record(row) for row in rows], (rows[0].total if rows else 0)


def parents(connection: Connection, code: TerritoryCode) -> list[ParentRecord]:
    """The territories that hold this one, with dates."""
    rows = connection.execute(text(query("territory_parents")), {"level": code.level, "code": code.code})
    return [
        ParentRecord(
            TerritoryCode(TerritoryLevel(row.level), row.code),
            row.name,
            row.vintage,
            row.valid_from,
            row.valid_to,
        )
        for row in rows
    ]


def contour(connection: Connection, code: TerritoryCode) -> ContourRecord | None:
    """What is known of a contour; None where there is no record at all."""
    row = connection.execute(
        text(query("contour_of")), {"level": code.level, "code": code.code}
    ).one_or_none()
    if row is None:
        return None
    bbox = None if row[3] is None else (row[3], row[4], row[5], row[6])
    return ContourRecord(row.source, row.area_km2, tuple(row.defects), bbox)


def contour_geojson(connection: Connection, code: TerritoryCode) -> str | None:
    """The contour as a GeoJSON geometry (5 decimals), None where it is not drawn."""
    return connection.execute(
        text(query("contour_geojson")), {"level": code.level, "code": code.code}
    ).scalar_one_or_none()


def contours(connection: Connection, level: TerritoryLevel, codes: Sequence[str]) -> dict[str, Any]:
    """Shapes (shapely, degrees) of territories of one level, by code; those not drawn are left out."""
    rows = connection.execute(text(query("contour_shapes")), {"level": level, "codes": list(codes)}).all()
    shapes = shapely.from_wkb([bytes(row[1]) for row in rows])
    return {row[0]: shape for row, shape in zip(rows, shapes, strict=True)}


def shape_of(connection: Connection, code: TerritoryCode) -> Any:  # noqa: ANN401
    """The shape of a territory (shapely, degrees), None where it is not drawn."""
    if code.level is TerritoryLevel.ZONE:
        identifier, _, version = code.code.partition("@")
        return zones.shape(connection, UUID(identifier), int(version))
    return contours(connection, code.level, [code.code]).get(code.code)


def communes_of(connection: Connection, code: TerritoryCode) -> list[CommuneRecord]:
    """The communes of a territory, in code order; a commune is its own, an arrondissement lies in one.

    A neighbourhood is answered with the communes that it touches; a zone without a version, with those that
    any of its versions touches.
    """
    if code.level is TerritoryLevel.COMMUNE:
        record = get(connection, code)
        return [CommuneRecord(code.code, record.name, record.population)]
    if code.level is TerritoryLevel.ZONE:
        identifier, _, version = code.code.partition("@")
        values = {"zone": identifier, "version": int(version) if version else None}
        rows = connection.execute(text(query("zone_communes")), values)
        return [CommuneRecord(row.code, row.name, row.population) for row in rows]
    if code.level.is_part_of_communes:
        name = "communes_containing"
    else:
        name = "communes_of"
    rows = connection.execute(text(query(name)), {"level": code.level, "code": code.code})
    return [CommuneRecord(row.code, row.name, row.population) for row in rows]


def commune_codes(connection: Connection) -> frozenset[str]:
    """Codes of the communes in force."""
    rows = connection.execute(text("select code from reference.territory where level = 'commune'"))
    return frozenset(row.code for row in rows)


def is_loaded(connection: Connection) -> bool:
    """Whether a geography stands in the reference."""
    return bool(connection.execute(text("select exists (select from reference.territory)")).scalar_one())


def contours_in(
    connection: Connection, level: TerritoryLevel, window: tuple[float, float, float, float]
) -> dict[str, Any]:
    """Shapes of a level whose box meets a window (west, south, east, north; degrees), by code."""
    west, south, east, north = window
    rows = connection.execute(
        text(query("contours_in_window")),
        {"level": level, "vintage": None, "west": west, "south": south, "east": east, "north": north},
    ).all()
    shapes = shapely.from_wkb([bytes(row[1]) for row in rows])
    return {row[0]: shape for row, shape in zip(rows, shapes, strict=True)}


def communes_in_departements(connection: Connection, departements: Sequence[str]) -> frozenset[str]:
    """Communes of some départements."""
    rows = connection.execute(
        text(
            "select child_code from reference.membership where child_level = 'commune' "
            "and parent_level = 'departement' and parent_code = any(:codes) and valid_to is null"
        ),
        {"codes": list(departements)},
    )
    return frozenset(row[0] for row in rows)


def split_by_departement(connection: Connection, communes: frozenset[str]) -> tuple[list[str], list[str]]:
    """(départements whose communes are all given, the given communes that lie in no such département)."""
    rows = connection.execute(
        text(
            "select parent_code, child_code from reference.membership where child_level = 'commune' "
            "and parent_level = 'departement' and valid_to is null"
        )
    ).all()
    members: dict[str, set[str]] = {}
    for departement, commune in rows:
        members.setdefault(departement, set()).add(commune)
    whole = sorted(code for code, inside in members.items() if inside <= communes)
    held = set().union(*(members[code] for code in whole)) if whole else set()
    return whole, sorted(communes - held)


def commune_totals(connection: Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """(number of communes, residents) of each territory above the commune, by (level, code)."""
    rows = connection.execute(text(query("commune_totals")))
    return {(row[0], row[1]): (row[2], int(row[3])) for row in rows}


def touched(connection: Connection, shape: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Communes of which a shape (shapely, degrees) covers more than a hundredth of itself."""
    rows = connection.execute(text(query("touched_communes")), {"wkb": shapely.to_wkb(shape)})
    return tuple(row[0] for row in rows)


def shared_communes(connection: Connection, code: TerritoryCode, among: Sequence[str]) -> frozenset[str]:
    """Those of some communes that lie in a territory (or are touched by it, for a neighbourhood)."""
    if code.level is TerritoryLevel.COMMUNE or code.level.is_part_of_communes:
        return frozenset(c.code for c in communes_of(connection, code)) & frozenset(among)
    rows = connection.execute(
        text(query("shared_communes")), {"level": code.level, "code": code.code, "among": list(among)}
    )
    return frozenset(row[0] for row in rows)
