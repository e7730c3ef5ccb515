"""Commune of many points: the locator of imports against the join of PostGIS, in one run: see README.md."""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
import shapely

from databases import copy_of, template
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.space.locate import CommuneLocator
from observatoire.store.engine import Database
from observatoire.store.reference import gazetteer, territories

EPCI = TerritoryCode.parse("epci:243100518")
JOIN = """
    select p.id, min(c.code)
    from banc_point p left join reference.contour c on c.level = 'commune' and st_contains(c.geom, p.geom)
    group by p.id order by p.id
"""
INSIDE, ANYWHERE = (
    "37 communes of a métropole, points as dense as facts",
    "metropolitan France, points far apart",
)


@dataclass(frozen=True)
class Points:
    """Longitudes and latitudes, shape (n,)."""

    name: str
    x: np.ndarray
    y: np.ndarray

    @property
    def window(self) -> gazetteer.Window:
        """Their box."""
        return float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max())


def main() -> None:
    """Run, then print Markdown."""
    options = _options()
    lines = []
    with copy_of(options.server, template(options.server)) as database:
        for points in (_inside(database, options), _anywhere(options)):
            lines += _compared(database, points, options.repetitions)
    print(
        f"{options.points:,} points, {options.repetitions} repetitions, seed {options.seed}; CPU seconds, "
        f"one core each, Python {platform.python_version()}; load at the end {os.getloadavg()[0]:.1f}.\n"
    )
    print("| points | PostGIS join | locator, first time | ratio | locator, again | ratio |")
    print("|---|---|---|---|---|---|")
    print("\n".join(lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=200_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20_260_101)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    found = parser.parse_args()
    if not found.server:
        parser.error("set OBSERVATOIRE_DATABASE_URL, or give --server")
    return found


def _inside(database: Database, options: argparse.Namespace) -> Points:
    """Points anywhere in an EPCI."""
    with database.reading() as connection:
        codes = [commune.code for commune in territories.communes_of(connection, EPCI)]
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, codes)
    whole = shapely.union_all(list(shapes.values()))
    shapely.prepare(whole)
    rng = np.random.default_rng(options.seed)
    west, south, east, north = whole.bounds
    x, y = rng.uniform(west, east, 4 * options.points), rng.uniform(south, north, 4 * options.points)
    held = np.flatnonzero(shapely.contains_xy(whole, x, y))[: options.points]
    return Points(INSIDE, x[held], y[held])


def _anywhere(options: argparse.Namespace) -> Points:
    rng = np.random.default_rng(options.seed)
    return Points(ANYWHERE, rng.uniform(-4.8, 8.2, options.points), rng.uniform(42.3, 51.1, options.points))


def _compared(database: Database, points: Points, repetitions: int) -> list[str]:
    """One row of the table; stops where the answers differ."""
    with database.reading() as connection:
        known = gazetteer.load(connection, points.window).communes.codes
        drawn = territories.contours(connection, TerritoryLevel.COMMUNE, sorted(known))
    sql, first, again = [], [], []
    for repetition in range(repetitions):
        seconds, expected = _joined(database, points)
        sql.append(seconds)
        locator = CommuneLocator(list(drawn), list(drawn.values()))
        for kept in (first, again):
            seconds, found = _timed(lambda: locator.locate(points.x, points.y))  # noqa: B023
            kept.append(seconds)
            if found.tolist() != expected:
                raise SystemExit(f"{points.name}: the answers differ")
        print(f"{points.name}: {repetition + 1}/{repetitions}", file=sys.stderr)
    join, cold, warm = (statistics.median(kept) for kept in (sql, first, again))
    cells = (points.name, f"{join:.2f}", f"{cold:.3f}", f"{join / cold:.0f}", f"{warm:.3f}")
    return [f"| {' | '.join(cells)} | **{join / warm:.0f}** |"]


def _joined(database: Database, points: Points) -> tuple[float, list[str | None]]:
    """CPU seconds of the join in the server, and its answers; the points stand in a table already."""
    with psycopg.connect(database.url) as connection, connection.cursor() as cursor:
        cursor.execute("create temporary table banc_point (id integer, geom geometry(Point, 4326))")
        encoded = shapely.to_wkb(
            shapely.set_srid(shapely.points(points.x, points.y), 4326), hex=True, include_srid=True
        )
        with cursor.copy("copy banc_point from stdin") as copy:
            for number, point in enumerate(encoded):
                copy.write_row((number, point))
        cursor.execute("analyze banc_point")
        cursor.execute("set local max_parallel_workers_per_gather = 0")  # one core, as ours
        before = _cpu_seconds(connection.info.backend_pid)
        rows = cursor.execute(JOIN).fetchall()
        return _cpu_seconds(connection.info.backend_pid) - before, [code for _, code in rows]


def _cpu_seconds(backend: int) -> float:
    """CPU time of a server process of this machine; the clock on the wall for a server elsewhere."""
    status = Path(f"/proc/{backend}/stat")
    if not status.exists():
        return time.perf_counter()
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _timed(action: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    started = time.process_time()
    found = action()
    return time.process_time() - started, found


if __name__ == "__main__":
    main()
