"""Notices of silence: when one was raised, ended and told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from observatoire.store.tables import notice, source


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """One silence of a source, from its first to its last late month; ended when data came."""

    number: int
    source: str
    label: str
    first_month: date
    last_month: date
    opened_at: datetime
    closed_at: datetime | None
    told_at: datetime | None


def _chosen() -> Select[tuple[object, ...]]:
    return select(notice, source.c.label).join(source, source.c.code == notice.c.source)


def _record(row: Row[tuple[object, ...]]) -> NoticeRecord:
    return NoticeRecord(**{name: getattr(row, name) for name in NoticeRecord.__slots__})


def opened(connection: Connection) -> list[NoticeRecord]:
    """The notices of the silences that last, held until the transaction ends."""
    rows = connection.execute(
        _chosen().where(notice.c.closed_at.is_(None)).order_by(notice.c.number).with_for_update(of=notice)
    )
    return [_record(row) for row in rows]


def untold(connection: Connection) -> list[NoticeRecord]:
    """Those of them that nobody was told of; another watcher's are passed over."""
    rows = connection.execute(
        _chosen()
        .where(notice.c.closed_at.is_(None), notice.c.told_at.is_(None))
        .order_by(notice.c.number)
        .with_for_update(of=notice, skip_locked=True)
    )
    return [_record(row) for row in rows]


def of_sources(
    connection: Connection, sources: Collection[str], lasting: bool | None, limit: int, offset: int
) -> tuple[list[NoticeRecord], int]:
    """Notices of some sources, latest first, with their total number; ``lasting``: still open or not."""
    chosen = _chosen().add_columns(func.count().over().label("total")).where(notice.c.source.in_(sources))
    if lasting is not None:
        chosen = chosen.where(notice.c.closed_at.is_(None) if lasting else notice.c.closed_at.is_not(None))
    rows = connection.execute(chosen.order_by(notice.c.number.desc()).limit(limit).offset(offset)).all()
    return [_record(row) for row in rows], (rows[0].total if rows else 0)


def start(connection: Connection, code: str, first: date, last: date, now: datetime) -> int:
    """Raise a notice; 0 when another watcher has just raised one for this source, else 1."""
    values = {"source": code, "first_month": first, "last_month": last, "opened_at": now}
    raised = connection.execute(
        insert(notice)
        .values(values)
        .on_conflict_do_nothing(index_elements=["source"], index_where=text("closed_at is null"))
        .returning(notice.c.number)
    )
    return len(raised.all())


def prolong(connection: Connection, number: int, last: date) -> None:
    """The silence goes on: it now reaches this month."""
    connection.execute(update(notice).where(notice.c.number == number).values(last_month=last))


def end(connection: Connection, number: int, now: datetime) -> None:
    """Data came."""
    connection.execute(update(notice).where(notice.c.number == number).values(closed_at=now))


def mark_told(connection: Connection, numbers: Collection[int], now: datetime) -> None:
    """These were told by e-mail."""
    connection.execute(update(notice).where(notice.c.number.in_(numbers)).values(told_at=now))
