"""Sources and their contracts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from observatoire.domain.schedule import Periodicity, Schedule
from observatoire.domain.source import CoveredTerritory, PlacePrecision, Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import Conflict, UnknownSource
from observatoire.store import organisations
from observatoire.store.reference import territories
from observatoire.store.reference.territories import CommuneRecord
from observatoire.store.tables import source, source_territory


def _record(row: Row[tuple[object, ...]], parts: Sequence[CoveredTerritory]) -> Source:
    return Source(
        code=row.code,
        label=row.label,
        kind=SourceKind(row.kind),
        territory=parts[-1].territory,
        organisation=row.organisation,
        covered_since=parts[0].start,
        covered_until=parts[-1].end,
        timezone=row.timezone,
        group=row.additivity_group,
        visibility=Visibility(row.visibility),
        fictional=row.fictional,
        precision=PlacePrecision(row.precision),
        retention_years=row.retention_years,
        charter_signed_on=row.charter_signed_on,
        settling_days=row.settling_days,
        schedule=_schedule(row),
        earlier=tuple((t.territory, t.end) for t in parts[:-1] if t.end is not None),
        reduced_before=row.reduced_before,
        deletion_asked=row.deletion_asked_at is not None,
    )


def _schedule(row: Row[tuple[object, ...]]) -> Schedule | None:
    if row.periodicity is None:
        return None
    return Schedule(
        Periodicity(row.periodicity), row.delay_days, row.expected_since, frozenset(row.suspended)
    )


def _values(record: Source) -> dict[str, object]:
    schedule = record.schedule
    return {
        "code": record.code,
        "label": record.label,
        "kind": record.kind.value,
        "organisation": record.organisation,
        "timezone": record.timezone,
        "additivity_group": record.group,
        "visibility": record.visibility.value,
        "fictional": record.fictional,
        "precision": record.precision.value,
        "retention_years": record.retention_years,
        "charter_signed_on": record.charter_signed_on,
        "settling_days": record.settling_days,
        "periodicity": schedule.periodicity.value if schedule else None,
        "delay_days": schedule.delay_days if schedule else None,
        "expected_since": schedule.since if schedule else None,
        "suspended": sorted(schedule.suspended) if schedule else [],
    }


def _territories(connection: Connection, code: str | None = None) -> dict[str, list[CoveredTerritory]]:
    """The successive territories of each source, or of one."""
    chosen = select(source_territory).order_by(source_territory.c.source, source_territory.c.valid_from)
    if code is not None:
        chosen = chosen.where(source_territory.c.source == code)
    found: dict[str, list[CoveredTerritory]] = defaultdict(list)
    for row in connection.execute(chosen):
        territory = TerritoryCode(TerritoryLevel(row.level), row.code)
        found[row.source].append(CoveredTerritory(territory, row.valid_from, row.valid_to))
    return found


def _write_territories(connection: Connection, code: str, parts: Iterable[CoveredTerritory]) -> None:
    connection.execute(delete(source_territory).where(source_territory.c.source == code))
    values = [
        {
            "source": code,
            "level": part.territory.level.value,
            "code": part.territory.code,
            "valid_from": part.start,
            "valid_to": part.end,
        }
        for part in parts
    ]
    connection.execute(insert(source_territory), values)


def every(connection: Connection) -> list[Source]:
    """All sources, in code order."""
    parts = _territories(connection)
    rows = connection.execute(select(source).order_by(source.c.code))
    return [_record(row, parts[row.code]) for row in rows]


def get(connection: Connection, code: str) -> Source:
    """One source.

    Raises:
        UnknownSource: no source has this code.
    """
    row = connection.execute(select(source).where(source.c.code == code)).one_or_none()
    if row is None:
        raise UnknownSource(code)
    return _record(row, _territories(connection, code)[code])


def communes_of(connection: Connection, record: Source) -> tuple[CommuneRecord, ...]:
    """The communes of all the successive territories of a source, in code order."""
    every = {part.territory for part in record.territories}
    found = {c.code: c for territory in every for c in territories.communes_of(connection, territory)}
    return tuple(found[code] for code in sorted(found))


def add(connection: Connection, record: Source) -> None:
    """Create a source.

    Raises:
        Conflict: the code is taken.
    """
    organisations.ensure_sender(connection, record.organisation, record.kind, record.territory)
    try:
        connection.execute(insert(source).values(_values(record)))
    except IntegrityError:
        raise Conflict(
            f"La source « {record.code} » existe déjà : modifiez-la par PUT /sources/{record.code}."
        ) from None
    _write_territories(connection, record.code, record.territories)


def replace(connection: Connection, record: Source) -> None:
    """Change a source's contract.

    Raises:
        UnknownSource: no source has this code.
    """
    organisations.ensure_sender(connection, record.organisation, record.kind, record.territory)
    done = connection.execute(update(source).where(source.c.code == record.code).values(_values(record)))
    if done.rowcount == 0:
        raise UnknownSource(record.code)
    _write_territories(connection, record.code, record.territories)
