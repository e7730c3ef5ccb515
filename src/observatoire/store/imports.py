"""Imports: what was received, for which months, and the rows that were set aside."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from observatoire.domain.period import Period
from observatoire.domain.reception import ReceivedPeriod
from observatoire.store.tables import import_, reject


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import, as stored. ``lines``, ``location`` and ``anomalies`` bear their wire names."""

    id: UUID
    source: str
    state: str
    as_of: date
    caller: str
    started_at: datetime
    finished_at: datetime | None
    file: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    location: dict[str, Any] = field(default_factory=dict)
    profile: str | None = None
    simulation: bool = False
    nil: bool = False
    sha256: str | None = None
    period: Period | None = None
    period_deduced: bool = False
    partial: bool = False
    message: str | None = None
    number: int | None = None
    progress: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)
    to_confirm: list[str] = field(default_factory=list)
    confirmed_by: str | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RejectRecord:
    """One row set aside: where, why, and the shape (never the value) of what was wrong."""

    line: int
    code: str
    field: str
    shape: str
    bucket: str


def _values(record: ImportRecord) -> dict[str, Any]:
    names = (
        "id source state as_of caller started_at finished_at file lines anomalies location profile "
        "simulation nil sha256 period_deduced partial message progress options quality to_confirm "
        "confirmed_by"
    )
    values = {name: getattr(record, name) for name in names.split()}
    values["period_start"] = record.period.start if record.period else None
    values["period_end"] = record.period.end if record.period else None
    return values


def _record(row: Row[Any]) -> ImportRecord:
    period = Period(row.period_start, row.period_end) if row.period_start else None
    names = ImportRecord.__slots__
    values = {name: getattr(row, name) for name in names if name != "period"}
    return ImportRecord(period=period, **values)


def lock_source(connection: Connection, source: str) -> None:
    """Imports of one source wait for each other until the transaction ends."""
    connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"import:{source}"}
    )


def lock_idle_source(connection: Connection, source: str) -> bool:
    """The same lock for who can come back later: False while an import of the source holds it."""
    held: bool = connection.execute(
        text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"import:{source}"}
    ).scalar_one()
    return held


def add(connection: Connection, record: ImportRecord) -> int:
    """Insert an import and give its number (the order of arrival)."""
    statement = insert(import_).values(_values(record)).returning(import_.c.number)
    number: int = connection.execute(statement).scalar_one()
    return number


def finish(connection: Connection, record: ImportRecord) -> None:
    """Write the final state of an import."""
    connection.execute(update(import_).where(import_.c.id == record.id).values(_values(record)))


def advance(connection: Connection, id_: UUID, progress: float) -> None:
    """Say how far a running import is, from 0 to 1, without touching the rest of its record."""
    connection.execute(
        update(import_).where(import_.c.id == id_, import_.c.state == "en_cours").values(progress=progress)
    )


def move(connection: Connection, id_: UUID, expected: Collection[str], state: str, **values: Any) -> bool:  # noqa: ANN401
    """Bring an import from one of the expected states to another; False when it is in none of them."""
    moved = connection.execute(
        update(import_)
        .where(import_.c.id == id_, import_.c.state.in_(expected))
        .values(state=state, **values)
    )
    return bool(moved.rowcount)


def get(connection: Connection, id_: UUID) -> ImportRecord | None:
    """One import, None when it does not exist."""
    row = connection.execute(select(import_).where(import_.c.id == id_)).one_or_none()
    return None if row is None else _record(row)


def of_provenance(connection: Connection, numbers: Sequence[int], ids: Sequence[UUID]) -> list[ImportRecord]:
    """Imports by number or by identifier, in order of arrival; whatever became of them, none is ever gone."""
    chosen = select(import_).where(import_.c.number.in_(numbers) | import_.c.id.in_(ids))
    return [_record(row) for row in connection.execute(chosen.order_by(import_.c.number))]


def every(
    connection: Connection,
    sources: Sequence[str],
    period: Period | None,
    state: str | None,
    limit: int,
    offset: int,
) -> tuple[list[ImportRecord], int]:
    """Imports of some sources, latest first, with their total number."""
    chosen = select(import_, func.count().over().label("total")).where(import_.c.source.in_(sources))
    if period is not None:
        chosen = chosen.where(import_.c.period_start < period.end, import_.c.period_end > period.start)
    if state is not None:
        chosen = chosen.where(import_.c.state == state)
    rows = connection.execute(chosen.order_by(import_.c.number.desc()).limit(limit).offset(offset)).all()
    return [_record(row) for row in rows], (rows[0].total if rows else 0)


def received(connection: Connection, sources: Sequence[str]) -> list[ReceivedPeriod]:
    """The valid imports of some sources as coverage, in order of arrival."""
    rows = connection.execute(
        select(import_)
        .where(
            import_.c.source.in_(sources), import_.c.state == "valide", import_.c.period_start.is_not(None)
        )
        .order_by(import_.c.number)
    )
    return [
        ReceivedPeriod(
            r.id,
            r.source,
            Period(r.period_start, r.period_end),
            r.partial,
            r.nil,
            r.period_deduced,
            r.as_of,
            r.lines.get("creees", 0) + r.lines.get("revisees", 0),
        )
        for r in rows
    ]


def any_valid(connection: Connection, source: str) -> bool:
    """Whether a source has a valid import: only then can it have facts."""
    chosen = select(import_.c.number).where(import_.c.source == source, import_.c.state == "valide").limit(1)
    return connection.execute(chosen).first() is not None


def add_rejects(connection: Connection, number: int, rejects: Iterable[RejectRecord]) -> None:
    """Keep the rows set aside: line, code, field and shape only."""
    source = connection.execute(select(import_.c.source).where(import_.c.number == number)).scalar_one()
    values = [
        {
            "import_number": number,
            "source": source,
            "line": r.line,
            "code": r.code,
            "field": r.field,
            "shape": r.shape,
            "bucket": r.bucket,
        }
        for r in rejects
    ]
    if values:
        connection.execute(insert(reject), values)


def forget_rejects(connection: Connection, number: int) -> None:
    """Forget the rows set aside: the import is run again, or undone."""
    connection.execute(delete(reject).where(reject.c.import_number == number))


def rejects(connection: Connection, number: int) -> list[RejectRecord]:
    """The rows set aside by an import, in file order."""
    rows = connection.execute(select(reject).where(reject.c.import_number == number).order_by(reject.c.line))
    return [RejectRecord(r.line, r.code, r.field, r.shape, r.bucket) for r in rows]


def mark_undone(connection: Connection, id_: UUID, message: str) -> None:
    """The import stays listed, as ``annule``; its rejects go."""
    number = connection.execute(
        update(import_)
        .where(import_.c.id == id_)
        .values(state="annule", message=message, undone_at=func.now())
        .returning(import_.c.number)
    ).scalar_one()
    forget_rejects(connection, number)
