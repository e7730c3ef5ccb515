"""Facts in the places that have changed, or into which they come: neighbourhoods, IRIS, zones.

Nothing leaves this module but how far it is. A page of facts is read, held, compared and written in one
transaction, so that what is done is done, and a death loses a page at most.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from observatoire.space.locate import CommuneLocator
from observatoire.store import assignments
from observatoire.store.assignments import LOCK, AssignmentRecord, Subject
from observatoire.store.confidential.outlines import Outlines
from observatoire.store.copying import copy_rows
from observatoire.store.queries import query
from observatoire.store.reference import gazetteer
from observatoire.store.reference.gazetteer import Gazetteer

PAGE = 50_000
PATIENCE = "500ms"
"""Less than PostgreSQL waits before it looks for a deadlock: an import is never the one that gives way."""
TABLES = {"fact": "confidential.fact", "history": "confidential.fact_history"}
PLACES = ("arrondissement", "qpv_2015", "qpv_2024", "iris")

Floats = NDArray[np.float64]


class FactsHeld(Exception):
    """An import holds some facts of the page: to be tried again."""


def hold(connection: Connection) -> None:
    """Whatever is about to be assigned waits for this import, and sees its facts."""
    connection.execute(
        text("select pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"), {"name": LOCK}
    )


def wait_for_imports(connection: Connection) -> None:
    """Imports under way end first: they may have read what stood before."""
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": LOCK})


def follow_import(connection: Connection, number: int) -> None:
    """Put the facts that an import has brought or moved in the zones; it holds the lock since it began."""
    with following(connection, number):
        pass


@contextmanager
def following(connection: Connection, number: int) -> Iterator[None]:
    """The zones follow what happens within to the facts that an import speaks of."""
    hold(connection)
    outlines = Outlines.of(connection)
    if not outlines:
        yield
        return
    connection.execute(text(query("note_moved_keys")), {"number": number})
    yield
    _follow(connection, outlines)


def follow_places(connection: Connection, places: Collection[bytes]) -> None:
    """Put in the zones the facts of some places that have moved."""
    outlines = Outlines.of(connection)
    if not outlines or not places:
        return
    connection.execute(text(query("note_keys_at_places")), {"places": list(places)})
    _follow(connection, outlines)


def _follow(connection: Connection, outlines: Outlines) -> None:
    """The zones of the facts in ``moved_key``, which goes."""
    placed = [
        _pairs(rows, outlines)
        for rows in connection.execute(
            text(query("moved_points")), execution_options={"yield_per": PAGE}
        ).partitions()
    ]
    kept = [(r.zone_version, bytes(r.key)) for r in connection.execute(text(query("reduced_zones")))]
    placed.append(pl.DataFrame(kept, schema=_PAIRS, orient="row"))
    _write_pairs(connection, pl.concat([_NO_PAIR, *placed]))
    connection.execute(text("drop table moved_key"))


def total(connection: Connection, record: AssignmentRecord) -> int:
    """Facts that an assignment looks at."""
    if record.subject is Subject.ZONE:
        values = {"version": record.zone_version}
        number: int = connection.execute(text(query("count_zone_candidates")), values).scalar_one()
        return number
    counted: int = connection.execute(text(query("count_facts_to_assign"))).scalar_one()
    return counted


def assign_page(connection: Connection, record: AssignmentRecord) -> bool:
    """Look at the next page of an assignment, whose record is locked; whether it was the last.

    Raises:
        FactsHeld: nothing was done.
    """
    connection.execute(text(f"set local lock_timeout = '{PATIENCE}'"))
    try:
        rows = _page(connection, record)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == "55P03":
            raise FactsHeld from None
        raise
    if rows:
        if record.subject is Subject.ZONE:
            _assign_to_zone(connection, record, rows)
        else:
            _assign_to_places(connection, record, rows)
        assignments.advance(connection, record.id, record.phase, bytes(rows[-1].key), len(rows))
        return False
    if record.subject is not Subject.ZONE and record.phase == "fact":
        assignments.advance(connection, record.id, "history", None, 0)
        return False
    assignments.finish(connection, record)
    return True


def _page(connection: Connection, record: AssignmentRecord) -> list[Any]:
    values: dict[str, Any] = {"position": record.position or b"", "limit": PAGE}
    if record.subject is Subject.ZONE:
        values["version"] = record.zone_version
        return list(connection.execute(text(query("zone_candidates")), values))
    statement = query("facts_to_assign").format(table=TABLES[record.phase])
    return list(connection.execute(text(statement), values))


# ---- zones ---------------------------------------------------------------------------------


_PAIRS = {"zone_version": pl.Int32, "key": pl.Binary}
_NO_PAIR = pl.DataFrame(schema=_PAIRS)


def _pairs(rows: Any, outlines: Outlines) -> pl.DataFrame:  # noqa: ANN401
    """(zone version, key) of the facts in each zone."""
    longitude, latitude = _points(rows)
    numbers, facts = outlines.holding(longitude, latitude, [row.commune for row in rows])
    keys = [bytes(rows[fact].key) for fact in facts.tolist()]
    return pl.DataFrame({"zone_version": numbers, "key": keys}, schema=_PAIRS)


def _points(rows: Any) -> tuple[Floats, Floats]:  # noqa: ANN401
    return np.array([r.lon for r in rows], dtype=float), np.array([r.lat for r in rows], dtype=float)


def _write_pairs(connection: Connection, pairs: pl.DataFrame) -> None:
    """The zones of the keys of ``moved_key`` are these, and no others."""
    connection.execute(text(query("create_placed")))
    copy_rows(connection, "placed", pairs)
    connection.execute(text(query("leave_zones")))
    connection.execute(text(query("enter_zones")))
    connection.execute(text("drop table placed"))


def _assign_to_zone(connection: Connection, record: AssignmentRecord, rows: list[Any]) -> None:
    connection.execute(text(query("create_placed")))
    copy_rows(connection, "placed", _pairs(rows, Outlines.of(connection, record.zone_version)))
    connection.execute(text(query("enter_zones")))
    connection.execute(text("drop table placed"))


# ---- one place of each kind ------------------------------------------------------------------


def _assign_to_places(connection: Connection, record: AssignmentRecord, rows: list[Any]) -> None:
    longitude, latitude = _points(rows)
    window = (longitude.min(), latitude.min(), longitude.max(), latitude.max())
    found = gazetteer.load(connection, tuple(float(side) for side in window))  # type: ignore[arg-type]
    with found.turn:
        places = _places(found, longitude, latitude, rows)
        near = found.communes.near_border(longitude, latitude)
    changed = [
        index
        for index, row in enumerate(rows)
        if row.near_border != near[index] or any(getattr(row, p) != places[p][index] for p in PLACES)
    ]
    _correct(connection, TABLES[record.phase], rows, changed, places, near)
    outlines = Outlines.of(connection) if record.phase == "fact" else None
    if outlines and record.subject is Subject.TERRITORIES:
        keys = pl.DataFrame({"key": [bytes(row.key) for row in rows]}, schema={"key": pl.Binary})
        connection.execute(text(query("create_moved_keys")))
        copy_rows(connection, "moved_key", keys)
        _write_pairs(connection, _pairs(rows, outlines))
        connection.execute(text("drop table moved_key"))


def _places(found: Gazetteer, longitude: Floats, latitude: Floats, rows: list[Any]) -> dict[str, list[Any]]:
    """Codes of the places of each point; a declared arrondissement is trusted, as at the import."""

    def held(locator: CommuneLocator) -> list[str | None]:
        codes: list[str | None] = locator.locate(longitude, latitude).tolist()
        return codes

    by_point = held(found.municipal_arrondissements)
    declared = [found.former.get(row.declared_commune, row.declared_commune) for row in rows]
    return {
        "arrondissement": [
            code if code in found.arrondissements else other
            for code, other in zip(declared, by_point, strict=True)
        ],
        "qpv_2015": held(found.neighbourhoods_2015),
        "qpv_2024": held(found.neighbourhoods_2024),
        "iris": held(found.iris),
    }


def _correct(
    connection: Connection,
    table: str,
    rows: list[Any],
    changed: list[int],
    places: dict[str, list[Any]],
    near: NDArray[np.bool_],
) -> None:
    if not changed:
        return
    frame = pl.DataFrame(
        {
            "key": [bytes(rows[i].key) for i in changed],
            "content": [bytes(rows[i].content) for i in changed],
            "near_border": [bool(near[i]) for i in changed],
            **{place: [places[place][i] for i in changed] for place in PLACES},
        },
        schema_overrides=dict.fromkeys(PLACES, pl.String) | {"key": pl.Binary, "content": pl.Binary},
    )
    connection.execute(text(query("create_corrected")))
    copy_rows(connection, "corrected", frame)
    connection.execute(text(query("correct_facts").format(table=table)))
    connection.execute(text("drop table corrected"))
