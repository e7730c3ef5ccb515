"""Facts scattered over a town, and a recount of who lies where by the slow obvious query."""

import json
import random
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text

from observatoire.space.crs import to_metric
from support.files import pm_file, pm_row
from support.world import World

CENTRE = (1.4437, 43.6045)


def comma(value: float) -> str:
    """Metres as French exports write them."""
    return f"{value:.2f}".replace(".", ",")


def scattered(number: int, seed: int, *, prefix: str = "S") -> bytes:
    """A municipal-police export of facts around the Capitole; one in ten has no point."""
    chance = random.Random(seed)
    lon = np.array([CENTRE[0] + chance.uniform(-0.02, 0.02) for _ in range(number)])
    lat = np.array([CENTRE[1] + chance.uniform(-0.02, 0.02) for _ in range(number)])
    x, y = to_metric(lon, lat, 2154)
    rows = [
        pm_row(
            f"{prefix}-{i:05d}",
            f"{1 + i % 28:02d}/{1 + i // 28 % 12:02d}/2025",
            point=("", "")
            if i % 10 == 9
            else (f"{x[i]:.2f}".replace(".", ","), f"{y[i]:.2f}".replace(".", ",")),
        )
        for i in range(number)
    ]
    return pm_file(rows)


def zone_body(
    shape: Any, label: str = "Secteur", kind: str = "secteur_patrouille", **more: Any
) -> dict[str, Any]:
    """What creates a zone."""
    return {
        "libelle": label,
        "type": kind,
        "contour": json.loads(shapely.to_geojson(shape)),
        "valide_depuis": "2024-01-01",
        **more,
    }


def draw(world: World, shape: Any, label: str = "Secteur", **more: Any) -> dict[str, Any]:
    """A zone of the administration, its facts assigned or about to be."""
    answer = world.client.post("/api/v1/zones", json=zone_body(shape, label, **more), headers=world.admin)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


PAIRS = """
    select v.number, f.key from collection.zone_version v, confidential.fact f
    where f.geom is not null and f.commune = any(v.communes) and st_covers(v.geom, f.geom)
"""
PLACES = """
    select count(*) from confidential.{table} f
    where f.geom is not null and (
        f.qpv_2024 is distinct from (select min(c.code) from reference.contour c join reference.territory t
            using (level, code) where level = 'qpv' and t.vintage = 2024 and st_covers(c.geom, f.geom))
        or f.qpv_2015 is distinct from (select min(c.code) from reference.contour c join reference.territory t
            using (level, code) where level = 'qpv' and t.vintage = 2015 and st_covers(c.geom, f.geom))
        or f.iris is distinct from (select min(c.code) from reference.contour c
            where level = 'iris' and st_covers(c.geom, f.geom))
    )
"""


def pairs_stored(world: World) -> set[tuple[int, bytes]]:
    """(version of a zone, fact) as the store knows them."""
    with world.database.owning() as connection:
        rows = connection.execute(text("select zone_version, key from confidential.fact_zone"))
        return {(row[0], bytes(row[1])) for row in rows}


def pairs_recounted(world: World) -> set[tuple[int, bytes]]:
    """The same by PostGIS, one fact and one zone at a time."""
    with world.database.owning() as connection:
        return {(row[0], bytes(row[1])) for row in connection.execute(text(PAIRS))}


def misplaced(world: World) -> int:
    """Facts, of today and of the past, whose neighbourhoods or IRIS are not those that PostGIS finds."""
    with world.database.owning() as connection:
        return sum(
            connection.execute(text(PLACES.format(table=table))).scalar_one()
            for table in ("fact", "fact_history")
        )
