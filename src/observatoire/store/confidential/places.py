"""Places to be checked, what was answered of them, and the facts that an answer moves.

A place is known by its key: a keyed hash of the organisation, the commune and the form of its name. The text
stands sealed in ``place_to_check`` and nowhere else, until it is answered or its time is over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    and_,
    any_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from observatoire.disclosure.confidential import Confidential
from observatoire.store.copying import copy_rows
from observatoire.store.queries import query
from observatoire.store.tables import learnt_place, own_fact, place_to_check

GEOGRAPHY = (
    "geom", "location_precision", "location_method", "location_score", "cell", "commune", "arrondissement",
    "epci", "ept", "departement", "region", "qpv_2015", "qpv_2024", "iris", "near_border",
)  # fmt: skip
"""Columns of a fact that follow from where it is."""


@dataclass(frozen=True, slots=True)
class PlaceToCheck:
    """A place that waits. ``sealed``: its text and its candidates, which only the intake can open."""

    key: bytes
    id: UUID
    organisation: str
    source: str
    commune: str | None
    sealed: bytes
    reason: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class LearntPlace:
    """What is known of a place for good. ``answer``: candidat, point, commune, inconnu or automatique.

    Without a point (``longitude`` None), facts stay at the commune.
    """

    key: bytes
    organisation: str
    answer: str
    commune: str | None
    longitude: float | None
    latitude: float | None
    precision: str
    method: str | None
    score: float | None
    answered_by: str
    answered_at: datetime


AUTOMATIC = "automatique"
"""Found by a geocoder after facts were stored: it moves them, and is asked again next time."""


def ask_about(connection: Connection, places: Sequence[PlaceToCheck]) -> None:
    """Put places in the queue; one that waits already is left as it is, one that was answered is not put."""
    if not places:
        return
    answered = set(known_answers(connection, [p.key for p in places]))
    rows = [{name: getattr(p, name) for name in p.__slots__} for p in places if p.key not in answered]
    if rows:
        connection.execute(insert(place_to_check).on_conflict_do_nothing(index_elements=["key"]), rows)


def waiting(
    connection: Connection,
    organisations: Collection[str],
    sources: Collection[str] | None,
    limit: int,
    offset: int,
) -> Confidential[tuple[list[tuple[PlaceToCheck, int]], int]]:
    """A page of the places of some organisations, those with most facts first, and how many there are.

    Each comes with the number of facts that wait for it. In a transaction within somebody's reach.
    """
    facts = (
        select(func.count()).where(own_fact.c.place_key == place_to_check.c.key, own_fact.c.geom.is_(None))
    ).scalar_subquery()
    chosen = and_(
        place_to_check.c.organisation.in_(organisations),
        place_to_check.c.source.in_(sources) if sources is not None else true(),
    )
    total = connection.execute(select(func.count()).where(chosen).select_from(place_to_check)).scalar_one()
    rows = connection.execute(
        select(place_to_check, facts.label("facts"))
        .where(chosen)
        .order_by(facts.desc(), place_to_check.c.requested_at, place_to_check.c.key)
        .limit(limit)
        .offset(offset)
    )
    return Confidential(([(_to_check(row), row.facts) for row in rows], total))


def _to_check(row: Row[tuple[object, ...]]) -> PlaceToCheck:
    return PlaceToCheck(
        bytes(row.key),
        row.id,
        row.organisation,
        row.source,
        row.commune,
        bytes(row.sealed),
        row.reason,
        row.requested_at,
    )


def find(connection: Connection, id_: UUID, *, lock: bool = True) -> PlaceToCheck | None:
    """A place that waits, locked until the transaction ends unless told otherwise."""
    chosen = select(place_to_check).where(place_to_check.c.id == id_)
    row = connection.execute(chosen.with_for_update() if lock else chosen).one_or_none()
    return None if row is None else _to_check(row)


def every(connection: Connection, organisation: str | None) -> list[PlaceToCheck]:
    """Every place that waits, of one organisation or of all."""
    statement = select(place_to_check).order_by(place_to_check.c.requested_at, place_to_check.c.key)
    if organisation is not None:
        statement = statement.where(place_to_check.c.organisation == organisation)
    return [_to_check(row) for row in connection.execute(statement)]


def forget(connection: Connection, keys: Collection[bytes]) -> None:
    """Delete the texts of some places."""
    connection.execute(delete(place_to_check).where(_among(place_to_check.c.key, keys)))


def put_back(connection: Connection, key: bytes, sealed: bytes, reason: str) -> None:
    """Keep a place waiting, with what was found of it since; its time goes on running."""
    connection.execute(
        update(place_to_check).where(place_to_check.c.key == key).values(sealed=sealed, reason=reason)
    )


def forget_old(connection: Connection, asked_before: datetime) -> int:
    """Delete the texts that have waited too long; how many."""
    gone: int = connection.execute(
        delete(place_to_check).where(place_to_check.c.requested_at < asked_before)
    ).rowcount
    return gone


def learn(connection: Connection, places: Sequence[LearntPlace]) -> None:
    """Keep what was answered; the latest answer stands, and a person's over a geocoder's."""
    rows = [{name: getattr(place, name) for name in place.__slots__} for place in places]
    statement = insert(learnt_place)
    told = {name: statement.excluded[name] for name in LearntPlace.__slots__ if name != "key"}
    weaker = or_(statement.excluded.answer != AUTOMATIC, learnt_place.c.answer == AUTOMATIC)
    if rows:
        connection.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_=told, where=weaker), rows
        )


def _among(column: Column[Any], keys: Collection[bytes]) -> ColumnElement[bool]:
    """One parameter, however many keys: a file may hold more places than a statement may hold parameters."""
    return column == any_(literal(list(keys), ARRAY(LargeBinary)))


def known_answers(connection: Connection, keys: Collection[bytes]) -> dict[bytes, LearntPlace]:
    """What persons answered of some places."""
    if not keys:
        return {}
    rows = connection.execute(
        select(learnt_place).where(_among(learnt_place.c.key, keys), learnt_place.c.answer != AUTOMATIC)
    )
    return {bytes(row.key): _learnt(row) for row in rows}


def _learnt(row: Row[tuple[object, ...]]) -> LearntPlace:
    values = {name: getattr(row, name) for name in LearntPlace.__slots__}
    return LearntPlace(**values | {"key": bytes(row.key)})


def unplaced(connection: Connection, keys: Collection[bytes]) -> set[bytes]:
    """Those of some places that stored facts wait for."""
    if not keys:
        return set()
    found = connection.execute(text(query("unplaced_keys")), {"keys": list(keys)})
    return {bytes(key) for key in found.scalars()}


def behind(connection: Connection) -> list[LearntPlace]:
    """What is known of places that stored facts still wait for: learnt while their import ran, or by it."""
    return [_learnt(row) for row in connection.execute(text(query("places_behind")))]


def move(connection: Connection, placed: pl.DataFrame) -> None:
    """Put every fact of some places, current or past content, where the places stand.

    ``placed``: ``place_key`` and ``GEOGRAPHY`` (``geom`` as EWKB), one row per place.
    """
    if placed.is_empty():
        return
    connection.execute(text(query("create_moved_places")))
    copy_rows(connection, "moved_place", placed.select("place_key", *GEOGRAPHY))
    told = ", ".join(f"{column} = p.{column}" for column in GEOGRAPHY)
    for table in ("fact", "fact_history"):
        connection.execute(text(query("move_facts").format(table=table, set_from_p=told)))
    connection.execute(text("drop table moved_place"))
