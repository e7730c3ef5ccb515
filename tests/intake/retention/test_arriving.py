"""A fact that is too old when it arrives loses its point before it is written, as the night would have it."""

import struct
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from sqlalchemy import Connection, text

from observatoire.disclosure import gate
from observatoire.intake.retention.arriving import Term
from observatoire.space.crs import to_wgs84
from observatoire.store import imports
from observatoire.store.confidential import incidents, placements, reducing
from observatoire.store.confidential.incidents import STAGED_COLUMNS, Staged
from observatoire.store.confidential.outlines import Outlines
from observatoire.store.imports import ImportRecord
from support.files import pm_file, pm_row
from support.scatter import draw
from support.scratch import scratch
from support.world import TOULOUSE, World

BEFORE = date(2024, 1, 1)
OLD, RECENT = BEFORE - timedelta(1), BEFORE
SQUARE = shapely.box(1.40, 43.58, 1.45, 43.62)
INSIDE, BESIDE = (1.4437, 43.6045), (1.46, 43.60)
CELL = 617_700_169_957_507_071
PLACES = {
    "a point in a zone": {"at": INSIDE, "cell": CELL},
    "a point beside it": {"at": BESIDE, "cell": CELL},
    "a door that was geocoded": {"at": INSIDE, "cell": CELL, "precision": "numero", "place_key": b"d" * 16},
    "the middle of a street": {"at": INSIDE, "precision": "voie", "place_key": b"s" * 16},
    "a place that waits": {"place_key": b"w" * 16},
    "no place": {},
}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    """Two zones that hold the same point."""
    shared_world.source("pm", territory=TOULOUSE, couvert_depuis="2016-01-01", conservation_annees=3)
    draw(shared_world, SQUARE)
    draw(shared_world, shapely.box(1.44, 43.60, 1.45, 43.61), "Centre")
    return shared_world


def fact(rank: int, day: date, *, at: tuple[float, float] | None = None, **place: Any) -> dict[str, Any]:
    """A row ready to be stored, that no contract has made coarser."""
    point = at and shapely.to_wkb(shapely.set_srid(shapely.Point(at), 4326), include_srid=True)
    return {
        "key": rank.to_bytes(16, "big"),
        "content": rank.to_bytes(16, "little"),
        "source": "pm",
        "category": "A101",
        "category_mode": "table",
        "occurred_from": datetime.combine(day, datetime.min.time(), UTC),
        "time_precision": "jour",
        "local_day": day,
        "geom": point,
        "location_precision": place.get("precision", "point" if at else "commune"),
        "location_method": "source" if at else None,
        "location_score": 0.5 if "precision" in place else None,
        "place_key": place.get("place_key"),
        "cell": place.get("cell"),
        "commune": "31555",
        "near_border": False,
        "unit": "fait",
        "quantity": 1,
        "sensitivity": 0,
        "anomalies": [],
        "taxonomy": 1,
        "line": rank,
        "referenced": True,
        "located": at is not None,
        "longitude": at[0] if at else None,
        "latitude": at[1] if at else None,
    }


def rows(*facts: dict[str, Any]) -> pl.DataFrame:
    types: dict[str, Any] = {
        **dict.fromkeys(("key", "content", "geom", "place_key"), pl.Binary),
        **dict.fromkeys(("occurred_from", "occurred_to", "reduced_at"), pl.Datetime("us", "UTC")),
        **dict.fromkeys(("local_hour", "hour_of_week", "sensitivity", "taxonomy"), pl.Int16),
        **dict.fromkeys(("near_border", "referenced", "located"), pl.Boolean),
        **dict.fromkeys(("location_score", "longitude", "latitude"), pl.Float64),
        "local_day": pl.Date,
        "cell": pl.Int64,
        "quantity": pl.Int32,
        "line": pl.Int64,
        "anomalies": pl.List(pl.String),
        "zones": pl.List(pl.Int32),
    }
    names = (*STAGED_COLUMNS, "longitude", "latitude")
    return pl.DataFrame(list(facts), schema={name: types.get(name, pl.String) for name in names})


def every_case() -> pl.DataFrame:
    cases = [(day, place) for day in (OLD, RECENT) for place in PLACES.values()]
    return rows(*(fact(rank, day, **place) for rank, (day, place) in enumerate(cases, 1)))


def opened(connection: Connection) -> int:
    now = datetime.now(UTC)
    return imports.add(connection, ImportRecord(uuid.uuid4(), "pm", "valide", BEFORE, "test", now, now))


def stored(connection: Connection, batches: list[pl.DataFrame], *, first: bool = False) -> tuple[int, Staged]:
    """The number of an import of these rows, and what it counts."""
    number = opened(connection)
    with incidents.staging(connection, number, BEFORE, first=first) as staging:
        for batch in batches:
            staging.add(batch)
        staging.drop_repeats(ignore_alike=False)
        staged = gate.receipt(staging.staged)
        staging.apply()
        placements.follow_import(connection, number)
        staging.keep()
    return number, staged


def term(connection: Connection) -> Term:
    return Term(BEFORE, Outlines.of(connection), reducing.clock(connection))


def whole(connection: Connection, number: int) -> list[dict[str, Any]]:
    """The facts of an import with their zones, its number and the moment apart."""
    found = connection.execute(
        text(
            "select f.*, f.reduced_at is not null as reduced, array(select z.zone_version "
            "from confidential.fact_zone z where z.key = f.key order by 1) as pairs "
            "from confidential.fact f where import_number = :number order by key"
        ),
        {"number": number},
    )
    return [{**row, "import_number": 0, "reduced_at": None} for row in found.mappings()]


def test_what_arrives_reduced_is_what_the_night_would_have_left(town: World) -> None:
    with scratch(town) as connection:
        number, told = stored(connection, [every_case()])
        reducing.reduce_import(connection, number, BEFORE)
        by_night = whole(connection, number)
    with scratch(town) as connection:
        number, arrived = stored(connection, [term(connection).reduce(every_case())])
        assert whole(connection, number) == by_night
    assert arrived == told
    assert arrived.located == 8, "what a source gives is counted, though it is not kept"
    reduced = [row for row in by_night if row["reduced"]]
    assert [(row["location_precision"], len(row["pairs"])) for row in reduced] == [
        ("quartier", 2),
        ("quartier", 0),
        ("quartier", 2),
    ]


def test_rows_that_are_all_recent_are_left_as_they_are(town: World) -> None:
    with scratch(town) as connection:
        recent = every_case().filter(pl.col("local_day") >= BEFORE)
        assert term(connection).reduce(recent) is recent


@pytest.mark.parametrize("place", PLACES)
def test_a_reference_given_twice_is_counted_once_as_located(town: World, place: str) -> None:
    """The first row is stored with its batch, then taken back when another batch repeats it."""
    with scratch(town) as connection:
        again = [term(connection).reduce(rows({**fact(1, OLD, **PLACES[place]), "line": n})) for n in (1, 2)]
        _, staged = stored(connection, again, first=True)
    assert (staged.facts, staged.located) == (1, int("at" in PLACES[place]))


def heap(world: World) -> bytes:
    """The bytes of the facts on disk, rows that are dead included."""
    with world.database.owning() as connection:
        connection.execute(text("checkpoint"))
        return bytes(
            connection.execute(
                text("select pg_read_binary_file(pg_relation_filepath('confidential.fact'))")
            ).scalar_one()
        )


def test_no_page_of_the_table_has_ever_held_the_point_of_a_fact_that_was_too_old(town: World) -> None:
    marks = {}
    for day, (x, y) in {
        "12/03/2017": (574_111.0, 6_279_111.0),
        "12/03/2025": (574_222.0, 6_279_222.0),
    }.items():
        lon, _ = to_wgs84(np.array([x]), np.array([y]), 2154)
        marks[day] = struct.pack("<d", lon[0])
        point = (f"{x:.1f}".replace(".", ","), f"{y:.1f}".replace(".", ","))
        report = town.send(pm_file([pm_row(f"HEAP {day}", day, point=point)]))
        assert report["localisation"]["localises"] == 1
    kept = heap(town)
    assert marks["12/03/2025"] in kept
    assert marks["12/03/2017"] not in kept
