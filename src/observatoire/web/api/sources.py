"""Sources and their contracts."""

from datetime import date
from zoneinfo import available_timezones

from fastapi import APIRouter

from observatoire.disclosure.policy import Caller
from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryLevel, timezone_of
from observatoire.errors import FieldError, InvalidRequest, NotFound
from observatoire.intake.classing import reclassing
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection
from observatoire.store.reference import territories
from observatoire.web.dependencies import AdministratorDep, KeyedDep, Services, ServicesDep, parse_territory
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.collection import SourceIn, SourceList, SourceOut

router = APIRouter(tags=["sources"], responses=PROBLEMS)

COVERED_SINCE_ALWAYS = date(1990, 1, 1)
OWN_KINDS = frozenset(
    {SourceKind.POLICE_MUNICIPALE, SourceKind.CSU, SourceKind.MEDIATION, SourceKind.CITOYEN}
)


@router.get("/sources", summary="Sources lisibles avec cette clé")
def list_sources(who: KeyedDep, found: ServicesDep) -> SourceList:
    """The caller's sources; the rest reads « n autres sources »."""
    with found.database.reading() as connection:
        every = source_store.every(connection)
        readable = [
            s for s in every if who.may_read_contract(s.organisation, communes_known(connection, who, s))
        ]
    return SourceList(sources=[source_out(s) for s in readable], others=len(every) - len(readable))


@router.post("/sources", status_code=201, summary="Créer une source")
def create_source(who: AdministratorDep, found: ServicesDep, body: SourceIn) -> SourceOut:
    """Create a source; alone in its additivity group unless its contract says otherwise."""
    record = _source(found, body)
    with found.database.importing() as connection:
        source_store.add(connection, record)
    return source_out(record)


@router.get("/sources/{code}", summary="Une source")
def get_source(who: KeyedDep, found: ServicesDep, code: str) -> SourceOut:
    """One source; another organisation's does not exist."""
    with found.database.reading() as connection:
        record = next((s for s in source_store.every(connection) if s.code == code), None)
        if record is None or not who.may_read_contract(
            record.organisation, communes_known(connection, who, record)
        ):
            raise NotFound
    return source_out(record)


def communes_known(connection: Connection, who: Caller, record: Source) -> frozenset[str]:
    """The communes of a source, to be held against the caller's grant; not looked up without limits."""
    if who.communes is None:
        return frozenset()
    return frozenset(c.code for c in territories.communes_of(connection, record.territory))


@router.put("/sources/{code}", summary="Modifier le contrat d'une source")
def replace_source(who: AdministratorDep, found: ServicesDep, code: str, body: SourceIn) -> SourceOut:
    """Replace a source's contract."""
    if body.code != code:
        raise InvalidRequest(fields=(FieldError("code", "diffère de l'adresse", code),))
    record = _source(found, body)
    with found.database.importing() as connection:
        before = source_store.get(connection, code)
        source_store.replace(connection, record)
        reclassing.follow_organisation(connection, before, record)
    return source_out(record)


def _source(found: Services, body: SourceIn) -> Source:
    territory = parse_territory(body.territory)
    if territory.level in (TerritoryLevel.QPV, TerritoryLevel.ARRONDISSEMENT):
        # Coverage is known by commune: a part would be taken for the whole.
        raise InvalidRequest(
            fields=(FieldError("territoire", "une source couvre des communes entières", "commune:75056"),)
        )
    with found.database.reading() as connection:
        territories.get(connection, territory)
        communes = territories.communes_of(connection, territory)
        parents = territories.parents(connection, territory)
    departements = [p.code.code for p in parents if p.code.level is TerritoryLevel.DEPARTEMENT]
    timezone = body.timezone or timezone_of(departements[0] if departements else None)
    if timezone not in available_timezones():
        raise InvalidRequest(fields=(FieldError("fuseau", "fuseau horaire inconnu", "Europe/Paris"),))
    if not communes:
        raise InvalidRequest(fields=(FieldError("territoire", "ce territoire ne contient aucune commune"),))
    own = Visibility.PUBLIC if body.kind in OWN_KINDS else Visibility.PARTENAIRES
    return Source(
        code=body.code,
        label=body.label,
        kind=body.kind,
        territory=territory,
        organisation=body.organisation or body.code,
        covered_since=body.covered_since or COVERED_SINCE_ALWAYS,
        covered_until=body.covered_until,
        timezone=timezone,
        group=body.group or body.code,
        visibility=body.visibility or own,
        fictional=body.fictional,
    )


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
    )
