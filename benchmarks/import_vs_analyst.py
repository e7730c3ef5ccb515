"""Our import against what an analyst does today, on one file, in one run: see README.md."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psycopg
import shapely

from databases import copy_of, template
from import_vs_copy import BUILT, EPCI, SOURCE, TABLES, Options, Run
from observatoire.domain.territory import TerritoryLevel
from observatoire.store import sources
from observatoire.store.engine import Database
from observatoire.store.reference import territories

LIBRARIES = ("geopandas", "geoalchemy2", "sqlalchemy", "psycopg[binary]")


def main() -> None:
    """Run, then print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    found = parser.parse_args()
    options = Options(found.rows, 1, 20_260_101, found.server, only_import=True)
    seconds: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, copy_of(found.server, template(found.server)) as database:
        folder = Path(name)
        run = Run(database, options, folder, seconds)
        with database.importing() as connection:
            sources.add(connection, SOURCE)
        run.take(run.export("essai", 200), simulation=True)
        path = run.export("MC", found.rows)
        communes = _communes(database, folder)
        run.timed("our import: every rule, keys, versions, indexes", lambda: run.take(path))
        rows = {table: run.read_back(table, order) for table, order in TABLES.items()}
        indexes = run.make_tables(indexed=False)
        run.timed(f"{BUILT} (rows made ready by the import)", lambda: run.copy(rows, indexes))
        seconds["pandas + geopandas sjoin + to_postgis"] = [_pandas(path, communes, database.url)]
        if shutil.which("ogr2ogr"):
            spent = _ogr2ogr(path, communes, database.url)
            seconds["ogr2ogr + join in SQL (ST_Contains)"] = [spent]
        else:
            print("ogr2ogr is absent: install the package gdal-bin", file=sys.stderr)
    ours = statistics.median(next(iter(seconds.values())))
    print(f"{found.rows:,} rows\n\n| what | seconds | k rows/s | time over ours |\n|---|---|---|---|")
    for label, (spent,) in seconds.items():
        print(f"| {label} | {spent:.1f} | {found.rows / 1000 / spent:.1f} | {spent / ours:.1f} |")


def _communes(database: Database, folder: Path) -> Path:
    """The contours of the EPCI as GeoJSON."""
    with database.reading() as connection:
        codes = [commune.code for commune in territories.communes_of(connection, EPCI)]
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, codes)
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": json.loads(shapely.to_geojson(shape))}
        for code, shape in shapes.items()
    ]
    path = folder / "communes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _pandas(path: Path, communes: Path, url: str) -> float:
    """In an environment made for the occasion: these libraries are no part of the project."""
    environment = path.parent / "analyste"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin" / "pip", "install", "--quiet", *LIBRARIES], check=True)
    driver = url.replace("postgresql://", "postgresql+psycopg://", 1)
    script = Path(__file__).with_name("analyst.py")
    command = [environment / "bin" / "python", script, path, communes, driver]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _ogr2ogr(path: Path, communes: Path, url: str) -> float:
    """Both layers to PostGIS, then the point in polygon in SQL."""
    utf8 = path.with_suffix(".utf8.csv")
    started = time.perf_counter()
    utf8.write_text(path.read_text(encoding="cp1252").replace(",", "."), encoding="utf-8")
    load = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{url}", "-overwrite"]
    points = ["-oo", "X_POSSIBLE_NAMES=X", "-oo", "Y_POSSIBLE_NAMES=Y", "-a_srs", "EPSG:2154"]
    subprocess.run([*load, *points, "-nln", "ogr_facts", str(utf8)], check=True)
    subprocess.run([*load, "-nlt", "PROMOTE_TO_MULTI", "-nln", "ogr_communes", str(communes)], check=True)
    with psycopg.connect(url) as connection:
        connection.execute(
            "create table ogr_joined as select f.*, c.code as found from ogr_facts f "
            "left join ogr_communes c on st_contains(c.wkb_geometry, st_transform(f.wkb_geometry, 4326))"
        )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
