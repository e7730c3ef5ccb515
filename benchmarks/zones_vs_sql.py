"""Facts put in zones: our pages against one join in SQL, on the same facts, in one run: see README.md."""

import argparse
import os
import statistics
import time
import uuid
from datetime import date

import numpy as np
import shapely
from sqlalchemy import text

from databases import copy_of, template
from observatoire.atlas import zoning
from observatoire.atlas.zones import DrawnZone
from observatoire.atlas.zoning import Validity
from observatoire.domain.zone import ZoneKind
from observatoire.intake import assigning
from observatoire.store.engine import Database

FACTS = """
insert into confidential.fact (key, content, source, category, category_mode, occurred_from, time_precision,
    local_day, geom, cell, location_precision, commune, near_border, unit, quantity, sensitivity, anomalies,
    import_number, as_of)
select decode(md5(i::text), 'hex'), decode(md5(i::text), 'hex'), 'pm', 'A101', 'exacte', now(), 'jour',
    date '2025-01-01' + i % 365,
    st_setsrid(st_makepoint(1.35 + random() * 0.17, 43.53 + random() * 0.14), 4326),
    1,
    'point', '31555', false, 'fait', 1, 0, '{}', 1, date '2025-12-31'
from generate_series(1, :rows) i
"""
JOIN = """
insert into confidential.fact_zone (zone_version, key)
select v.number, f.key
from collection.zone_version v
join confidential.fact f on f.commune = any(v.communes) and f.cell is not null and st_covers(v.geom, f.geom)
"""


def main() -> None:
    """Run, then print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--zones", type=int, default=20)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    found = parser.parse_args()
    with copy_of(found.server, template(found.server)) as database:
        with database.owning() as connection:
            connection.execute(text("select setseed(0.5)"))
            connection.execute(text(FACTS), {"rows": found.rows})
            connection.execute(text("analyze confidential.fact"))
        asked = [_draw(database, number) for number in range(found.zones)]
        ours = [_seconds(lambda id_=id_: assigning.run(database, id_)) for id_ in asked]
        pairs = _pairs(database)
        joined = _seconds(lambda: _join(database))
        assert _pairs(database) == pairs, "the two do not agree"
    spent = sum(ours)
    print(f"{found.rows:,} facts, {found.zones} zones, {pairs:,} pairs\n")
    print("| what | seconds | time over ours |\n|---|---|---|")
    print(f"| our pages, zone by zone | {spent:.1f} (median {statistics.median(ours):.2f}) | 1.0 |")
    print(f"| one join in SQL (ST_Covers) | {joined:.1f} | {joined / spent:.1f} |")


def _draw(database: Database, number: int) -> uuid.UUID:
    """A zone of some 200 vertices about a kilometre wide."""
    chance = np.random.default_rng(number)
    angles = np.sort(chance.uniform(0, 2 * np.pi, 200))
    radius = 0.008 * chance.uniform(0.8, 1.2, 200)
    centre = chance.uniform([1.38, 43.56], [1.49, 43.64])
    ring = centre + np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    shape = shapely.MultiPolygon([shapely.Polygon(ring)])
    drawn = DrawnZone(f"Z{number}", shape, 1.0, ())
    with database.importing() as connection:
        outline = zoning.outline(connection, drawn, Validity(date(2024, 1, 1)))
        kept = zoning.create(connection, ZoneKind.OTHER, "essai", outline, "essai")
    assert kept.assignment is not None
    return kept.assignment


def _seconds(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


def _pairs(database: Database) -> int:
    with database.owning() as connection:
        number: int = connection.execute(text("select count(*) from confidential.fact_zone")).scalar_one()
    return number


def _join(database: Database) -> None:
    with database.owning() as connection:
        connection.execute(text("truncate confidential.fact_zone"))
        connection.execute(text(JOIN))


if __name__ == "__main__":
    main()
