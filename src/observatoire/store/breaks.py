"""Declared breaks of the series, by source."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, Row, delete, insert, select, update

from observatoire.domain.series_break import BreakKind, SeriesBreak
from observatoire.errors import NotFound
from observatoire.store.tables import series_break


def _record(row: Row[tuple[object, ...]]) -> SeriesBreak:
    return SeriesBreak(
        row.source, row.day, BreakKind(row.kind), row.reason, row.author, row.number, row.created_at
    )


def _values(record: SeriesBreak) -> dict[str, object]:
    return {
        "source": record.source,
        "day": record.day,
        "kind": record.kind.value,
        "reason": record.reason,
        "author": record.author,
    }


def of_sources(connection: Connection, sources: Collection[str]) -> list[SeriesBreak]:
    """The breaks of some sources, by day."""
    chosen = select(series_break).where(series_break.c.source.in_(sources))
    rows = connection.execute(
        chosen.order_by(series_break.c.day, series_break.c.source, series_break.c.number)
    )
    return [_record(row) for row in rows]


def add(connection: Connection, record: SeriesBreak) -> SeriesBreak:
    """Declare a break."""
    row = connection.execute(
        insert(series_break)
        .values(_values(record))
        .returning(series_break.c.number, series_break.c.created_at)
    ).one()
    return replace(record, number=row.number, created_at=row.created_at)


def change(connection: Connection, record: SeriesBreak) -> SeriesBreak:
    """Correct a break.

    Raises:
        NotFound: the source has no break of this number.
    """
    row = connection.execute(
        update(series_break)
        .where(series_break.c.number == record.number, series_break.c.source == record.source)
        .values(_values(record))
        .returning(series_break.c.created_at)
    ).one_or_none()
    if row is None:
        raise NotFound
    return replace(record, created_at=row.created_at)


def remove(connection: Connection, source: str, number: int) -> None:
    """Take a break back.

    Raises:
        NotFound: the source has no break of this number.
    """
    gone = connection.execute(
        delete(series_break).where(series_break.c.number == number, series_break.c.source == source)
    )
    if gone.rowcount == 0:
        raise NotFound
