"""From the body of a source to its contract: every clause checked, in French."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import available_timezones

from observatoire.domain.schedule import Schedule
from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode, TerritoryLevel, timezone_of
from observatoire.errors import FieldError, InvalidRequest
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection
from observatoire.store.reference import territories
from observatoire.web.dependencies import parse_territory
from observatoire.web.schemas.collection import CoveredTerritoryWire, ScheduleWire, SourceIn

COVERED_SINCE_ALWAYS = date(1990, 1, 1)
OWN_KINDS = frozenset(
    {SourceKind.POLICE_MUNICIPALE, SourceKind.CSU, SourceKind.MEDIATION, SourceKind.CITOYEN}
)
FOLLOWING = "des territoires qui se suivent sans trou ni chevauchement"


def refuse(field: str, message: str, expected: str | None = None) -> InvalidRequest:
    """One faulty clause."""
    return InvalidRequest(fields=(FieldError(field, message, expected),))


@dataclass(frozen=True, slots=True)
class _Dates:
    """The bounds of the contract, and its territories but the last with the day on which each ends."""

    earlier: tuple[tuple[TerritoryCode, date], ...]
    since: date
    until: date | None


def contract_of(connection: Connection, body: SourceIn) -> Source:
    """The source that a body describes.

    Raises:
        InvalidRequest: a clause that can't be; UnknownTerritory.
    """
    territory = _territory(connection, parse_territory(body.territory))
    dates = _dates(connection, body, territory)
    own = Visibility.PUBLIC if body.kind in OWN_KINDS else Visibility.PARTENAIRES
    record = Source(
        code=body.code,
        label=body.label,
        kind=body.kind,
        territory=territory,
        organisation=body.organisation or body.code,
        covered_since=dates.since,
        covered_until=dates.until,
        timezone=_timezone(connection, body.timezone, territory),
        group=body.group or body.code,
        visibility=body.visibility or own,
        fictional=body.fictional,
        precision=body.precision,
        retention_years=body.retention_years,
        charter_signed_on=_signed(body.charter_signed_on),
        settling_days=body.settling_days,
        schedule=_schedule(body.schedule),
        earlier=dates.earlier,
    )
    _refuse_mixed_group(connection, record)
    return record


def _territory(connection: Connection, territory: TerritoryCode) -> TerritoryCode:
    if territory.level.is_part_of_communes:
        # Coverage is known by commune: a part would be taken for the whole.
        raise refuse("territoire", "une source couvre des communes entières", "commune:75056")
    territories.get(connection, territory)
    if not territories.communes_of(connection, territory):
        raise refuse("territoire", "ce territoire ne contient aucune commune")
    return territory


def _timezone(connection: Connection, asked: str | None, territory: TerritoryCode) -> str:
    parents = territories.parents(connection, territory)
    departements = [p.code.code for p in parents if p.code.level is TerritoryLevel.DEPARTEMENT]
    timezone = asked or timezone_of(departements[0] if departements else None)
    if timezone not in available_timezones():
        raise refuse("fuseau", "fuseau horaire inconnu", "Europe/Paris")
    return timezone


def _dates(connection: Connection, body: SourceIn, territory: TerritoryCode) -> _Dates:
    """The dates of the contract and its successive territories, which follow each other without a gap."""
    parts = body.territories or []
    since = body.covered_since or (parts[0].valid_from if parts else COVERED_SINCE_ALWAYS)
    codes = [_territory(connection, parse_territory(part.territory, "territoires")) for part in parts]
    if parts:
        _check_sequence(parts, since, body.covered_until)
        if codes[-1] != territory:
            raise refuse("territoires", "le dernier n'est pas « territoire »", str(territory))
    last = parts[-1].valid_from if parts else since
    if body.covered_until is not None and body.covered_until <= last:
        raise refuse("couvert_jusqua", "la fin doit suivre le début", f"après le {last.isoformat()}")
    earlier = tuple((code, after.valid_from) for code, after in zip(codes, parts[1:], strict=False))
    return _Dates(earlier, since, body.covered_until)


def _check_sequence(parts: list[CoveredTerritoryWire], since: date, until: date | None) -> None:
    if parts[0].valid_from != since:
        raise refuse("territoires", "le premier ne commence pas avec « couvert_depuis »", since.isoformat())
    for before, after in pairwise(parts):
        if after.valid_from <= before.valid_from or before.valid_to not in (None, after.valid_from):
            raise refuse("territoires", "ces dates se chevauchent ou laissent un trou", FOLLOWING)
    if parts[-1].valid_to not in (None, until):
        raise refuse("territoires", "le dernier ne finit pas avec « couvert_jusqua »", FOLLOWING)


def _signed(day: date | None) -> date | None:
    today = datetime.now(UTC).date()
    if day is not None and day > today:
        raise refuse("charte_signee_le", "la date est dans le futur", f"au plus tard le {today.isoformat()}")
    return day


def _schedule(body: ScheduleWire | None) -> Schedule | None:
    if body is None:
        return None
    return Schedule(body.periodicity, body.delay_days, body.since, frozenset(body.suspended))


def _refuse_mixed_group(connection: Connection, record: Source) -> None:
    """« Faits enregistrés » (forces of the State) and « faits signalés » are never added."""
    for other in source_store.every(connection):
        if other.group != record.group or other.code == record.code:
            continue
        if other.kind.records_offences != record.kind.records_offences:
            raise refuse(
                "groupe",
                f"« {other.code} » ({other.kind}) est dans ce groupe : des faits enregistrés par la police "
                "nationale ou la gendarmerie ne s'additionnent pas à des faits signalés",
                record.code,
            )
