"""Organisations: described by the administration, known to those who are or read one."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from observatoire.domain.organisation import DatedTerritory, Organisation
from observatoire.domain.origin import checked_origins
from observatoire.errors import Conflict, FieldError, InvalidRequest, NotFound
from observatoire.store import accounts, organisations
from observatoire.store.engine import Connection
from observatoire.web.dependencies import KeyedDep, ServicesDep, WholeAdministratorDep, parse_territory
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.accounts import (
    DatedTerritoryWire,
    OrganisationIn,
    OrganisationList,
    OrganisationOut,
)

router = APIRouter(prefix="/organisations", tags=["acces"], responses=PROBLEMS)


@router.get("", summary="Organisations connues de cette clé")
def list_organisations(who: KeyedDep, found: ServicesDep) -> OrganisationList:
    """One's own, and those of the sources that the key may read."""
    with found.database.consulting(found.reach(who)) as connection:
        known = organisations.every(connection)
    return OrganisationList(organisations=[_out(record) for record in known])


@router.get("/{organisation}", summary="Une organisation")
def get_organisation(who: KeyedDep, found: ServicesDep, organisation: str) -> OrganisationOut:
    """One organisation; one that the key does not know does not exist."""
    with found.database.consulting(found.reach(who)) as connection:
        record = organisations.get(connection, organisation)
    if record is None:
        raise NotFound
    return _out(record)


@router.post("", status_code=201, summary="Créer une organisation")
def create_organisation(
    who: WholeAdministratorDep, found: ServicesDep, request: Request, response: Response, body: OrganisationIn
) -> OrganisationOut:
    """Create an organisation: a commune, an EPCI, a landlord, an operator, a service of the State."""
    with found.database.importing() as connection:
        if not organisations.add(connection, _record(connection, body)):
            raise Conflict(
                f"L'organisation « {body.code} » existe déjà : modifiez-la par PUT /organisations/<code>."
            )
        accounts.write_journal(connection, who.name, who.role or "", "organisation", body.code, None)
    response.headers["Location"] = f"{request.url.path}/{quote(body.code, safe='')}"
    return get_organisation(who, found, body.code)


@router.put("/{organisation}", summary="Décrire à nouveau une organisation")
def replace_organisation(
    who: WholeAdministratorDep, found: ServicesDep, organisation: str, body: OrganisationIn
) -> OrganisationOut:
    """Name, kind, territories, and whether its keys still open anything."""
    if body.code != organisation:
        raise InvalidRequest(fields=(FieldError("code", "diffère de l'adresse", organisation),))
    with found.database.importing() as connection:
        organisations.replace(connection, _record(connection, body))
        accounts.write_journal(connection, who.name, who.role or "", "organisation", body.code, None)
    return get_organisation(who, found, organisation)


def _record(connection: Connection, body: OrganisationIn) -> Organisation:
    """The organisation that a body describes; each territory exists and holds whole communes."""
    parts = [parse_territory(part.territory, "territoires") for part in body.territories]
    accounts.check_grant(connection, parts, "territoires")
    dated = []
    for code, part in zip(parts, body.territories, strict=True):
        if part.valid_to is not None and part.valid_to <= part.valid_from:
            fields = (FieldError("territoires", "« valide_jusqua » (exclu) doit suivre « valide_depuis »"),)
            raise InvalidRequest(fields=fields)
        dated.append(DatedTerritory(code, part.valid_from, part.valid_to))
    if len({(d.territory, d.start) for d in dated}) < len(dated):
        raise InvalidRequest(fields=(FieldError("territoires", "un territoire est donné deux fois"),))
    origins = checked_origins(body.origins, "origines")
    return Organisation(body.code, body.label, body.kind, tuple(dated), body.active, origins=origins)


def _out(record: Organisation) -> OrganisationOut:
    return OrganisationOut(
        code=record.code,
        label=record.label,
        kind=record.kind,
        territories=[
            DatedTerritoryWire(territory=str(t.territory), valid_from=t.start, valid_to=t.end)
            for t in record.territories
        ],
        active=record.active,
        origins=list(record.origins),
        created_at=record.created_at,
    )
