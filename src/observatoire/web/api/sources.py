"""Sources and their contracts."""

from fastapi import APIRouter

from observatoire.disclosure.policy import Caller
from observatoire.domain.schedule import Schedule
from observatoire.domain.source import Source
from observatoire.errors import FieldError, InvalidRequest, NotFound
from observatoire.intake.classing import reclassing
from observatoire.store import sources as source_store
from observatoire.web.api.contracts import contract_of
from observatoire.web.auditing import note
from observatoire.web.dependencies import AdministratorDep, KeyedDep, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.collection import (
    CoveredTerritoryWire,
    ScheduleWire,
    SourceIn,
    SourceList,
    SourceOut,
)

router = APIRouter(tags=["sources"], responses=PROBLEMS)


@router.get("/sources", summary="Sources lisibles avec cette clé")
def list_sources(who: KeyedDep, found: ServicesDep) -> SourceList:
    """The caller's sources; the rest reads « n autres sources »."""
    reach = found.reach(who)
    with found.database.consulting(reach) as connection:
        readable = [s for s in source_store.every(connection) if s.code in reach.contracts]
    return SourceList(sources=[source_out(s) for s in readable], others=reach.others)


@router.post("/sources", status_code=201, summary="Créer une source")
def create_source(who: AdministratorDep, found: ServicesDep, body: SourceIn) -> SourceOut:
    """Create a source; alone in its additivity group unless its contract says otherwise."""
    note(sources=[body.code])
    with found.database.importing() as connection:
        record = contract_of(connection, body)
        source_store.add(connection, record)
    return source_out(record)


@router.get("/sources/{code}", summary="Une source")
def get_source(who: KeyedDep, found: ServicesDep, code: str) -> SourceOut:
    """One source; another organisation's does not exist."""
    return source_out(readable_source(found, who, code))


@router.put("/sources/{code}", summary="Modifier le contrat d'une source")
def replace_source(who: AdministratorDep, found: ServicesDep, code: str, body: SourceIn) -> SourceOut:
    """Replace a source's contract."""
    if body.code != code:
        raise InvalidRequest(fields=(FieldError("code", "diffère de l'adresse", code),))
    readable_source(found, who, code)
    with found.database.importing() as connection:
        record = contract_of(connection, body)
        before = source_store.get(connection, code)
        source_store.replace(connection, record)
        reclassing.follow_organisation(connection, before, record)
    return source_out(record)


def source_out(record: Source) -> SourceOut:
    """A source under its wire names."""
    return SourceOut(
        code=record.code,
        label=record.label,
        kind=record.kind,
        organisation=record.organisation,
        territory=str(record.territory),
        covered_since=record.covered_since,
        covered_until=record.covered_until,
        timezone=record.timezone,
        group=record.group,
        visibility=record.visibility,
        fictional=record.fictional,
        territories=[
            CoveredTerritoryWire(territory=str(part.territory), valid_from=part.start, valid_to=part.end)
            for part in record.territories
        ],
        precision=record.precision,
        retention_years=record.retention_years,
        charter_signed_on=record.charter_signed_on,
        settling_days=record.settling_days,
        schedule=schedule_out(record.schedule),
    )


def schedule_out(schedule: Schedule | None) -> ScheduleWire | None:
    """A calendar under its wire names."""
    if schedule is None:
        return None
    return ScheduleWire(
        periodicity=schedule.periodicity,
        delay_days=schedule.delay_days,
        since=schedule.since,
        suspended=sorted(schedule.suspended),
    )


def readable_source(found: Services, who: Caller, code: str) -> Source:
    """A source whose contract the caller may read.

    Raises:
        NotFound: it does not exist, or not for this caller.
    """
    reach = found.reach(who)
    with found.database.consulting(reach) as connection:
        record = next((s for s in source_store.every(connection) if s.code == code), None)
    if record is None or code not in reach.contracts:
        raise NotFound
    return record
