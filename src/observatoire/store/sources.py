"""Sources and their contracts."""

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import Conflict, UnknownSource
from observatoire.store.tables import source


def _record(row: Row[tuple[object, ...]]) -> Source:
    return Source(
        code=row.code,
        label=row.label,
        kind=SourceKind(row.kind),
        territory=TerritoryCode(TerritoryLevel(row.territory_level), row.territory_code),
        organisation=row.organisation,
        covered_since=row.covered_since,
        covered_until=row.covered_until,
        timezone=row.timezone,
        group=row.additivity_group,
        visibility=Visibility(row.visibility),
        fictional=row.fictional,
    )


def _values(record: Source) -> dict[str, object]:
    return {
        "code": record.code,
        "label": record.label,
        "kind": record.kind.value,
        "territory_level": record.territory.level.value,
        "territory_code": record.territory.code,
        "organisation": record.organisation,
        "covered_since": record.covered_since,
        "covered_until": record.covered_until,
        "timezone": record.timezone,
        "additivity_group": record.group,
        "visibility": record.visibility.value,
        "fictional": record.fictional,
    }


def every(connection: Connection) -> list[Source]:
    """All sources, in code order."""
    return [_record(row) for row in connection.execute(select(source).order_by(source.c.code))]


def get(connection: Connection, code: str) -> Source:
    """One source.

    Raises:
        UnknownSource: no source has this code.
    """
    row = connection.execute(select(source).where(source.c.code == code)).one_or_none()
    if row is None:
        raise UnknownSource(code)
    return _record(row)


def add(connection: Connection, record: Source) -> None:
    """Create a source.

    Raises:
        Conflict: the code is taken.
    """
    try:
        connection.execute(insert(source).values(_values(record)))
    except IntegrityError:
        raise Conflict(
            f"La source « {record.code} » existe déjà : modifiez-la par PUT /sources/{record.code}."
        ) from None


def replace(connection: Connection, record: Source) -> None:
    """Change a source's contract.

    Raises:
        UnknownSource: no source has this code.
    """
    done = connection.execute(update(source).where(source.c.code == record.code).values(_values(record)))
    if done.rowcount == 0:
        raise UnknownSource(record.code)
