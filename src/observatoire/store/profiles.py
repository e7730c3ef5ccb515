"""Column maps of the sources, by version: none is ever changed, a new one is added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select

from observatoire.store.tables import profile


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """One version of a source's profile; ``content`` bears its wire names."""

    source: str
    version: int
    content: dict[str, Any]
    author: str
    created_at: datetime


def _record(row: Row[Any]) -> ProfileRecord:
    return ProfileRecord(row.source, row.version, row.content, row.author, row.created_at)


def versions(connection: Connection, source: str) -> list[ProfileRecord]:
    """Every version of a source's profile, latest last."""
    chosen = select(profile).where(profile.c.source == source).order_by(profile.c.version)
    return [_record(row) for row in connection.execute(chosen)]


def find(connection: Connection, source: str, version: int | None = None) -> ProfileRecord | None:
    """One version (None: the latest) of a source's profile; None when there is none."""
    chosen = select(profile).where(profile.c.source == source)
    if version is not None:
        chosen = chosen.where(profile.c.version == version)
    row = connection.execute(chosen.order_by(profile.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else _record(row)


def of_others(connection: Connection, source: str, limit: int) -> list[ProfileRecord]:
    """The latest profile of each other source, most recent first."""
    latest = (
        select(profile.c.source, func.max(profile.c.version).label("version"))
        .where(profile.c.source != source)
        .group_by(profile.c.source)
        .subquery()
    )
    chosen = (
        select(profile)
        .join(latest, and_(profile.c.source == latest.c.source, profile.c.version == latest.c.version))
        .order_by(profile.c.created_at.desc(), profile.c.source)
        .limit(limit)
    )
    return [_record(row) for row in connection.execute(chosen)]


def add(
    connection: Connection, source: str, version: int, content: dict[str, Any], author: str
) -> ProfileRecord:
    """Write a new version; the caller holds the lock of the source."""
    values = {"source": source, "version": version, "content": content, "author": author}
    return _record(connection.execute(insert(profile).values(values).returning(profile)).one())
