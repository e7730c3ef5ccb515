"""Rows set aside, summed: by fault for one import, and for what a source sent about a period."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from observatoire.domain.period import Period
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class RejectSummary:
    """Rows of one import with one fault: their bucket, their fields, how many, the first five lines."""

    code: str
    bucket: str
    fields: tuple[str, ...]
    number: int
    first_lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Lines of the valid files of a source about a period; ``latest``: reception of the last one."""

    imports: int
    latest: datetime | None
    read: int
    quarantined: int
    set_aside: int


def by_code(connection: Connection, number: int) -> list[RejectSummary]:
    """The faults of an import, most frequent first."""
    rows = connection.execute(text(query("rejects_by_code")), {"number": number})
    return [RejectSummary(r.code, r.bucket, tuple(r.fields), r.number, tuple(r.first_lines)) for r in rows]


def of_source(connection: Connection, source: str, period: Period) -> dict[str, int]:
    """Rows in quarantine by code, most frequent first, in the valid imports about a period."""
    values = {"source": source, "start": period.start, "end": period.end}
    return {r.code: r.number for r in connection.execute(text(query("rejects_of_source")), values)}


def lines_of_source(connection: Connection, source: str, period: Period) -> SourceLines:
    """What the valid files of a source about a period held; « rien à signaler » is no file."""
    values = {"source": source, "start": period.start, "end": period.end}
    row = connection.execute(text(query("lines_of_source")), values).one()
    return SourceLines(row.imports, row.latest, row.read, row.quarantined, row.set_aside)
