"""Zones: drawn by an organisation, kept by version. Another organisation's does not exist."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from observatoire.analyses import places
from observatoire.atlas import zoning
from observatoire.atlas.zones import from_geojson
from observatoire.atlas.zoning import Validity
from observatoire.disclosure.policy import Caller
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.domain.zone import Zone, ZoneKind
from observatoire.errors import FieldError, Forbidden, InvalidRequest, NotFound
from observatoire.store import assignments
from observatoire.store import zones as zone_store
from observatoire.store.assignments import AssignmentRecord
from observatoire.store.engine import Connection
from observatoire.store.zones import Outline
from observatoire.web.dependencies import LARGEST, AdministratorDep, KeyedDep, Offset, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import GEOJSON
from observatoire.web.schemas.zones import (
    AssignmentList,
    AssignmentOut,
    ZoneIn,
    ZoneList,
    ZoneOut,
    ZoneVersionOut,
)

ZoneId = Annotated[UUID, Path(alias="id", description="identifiant de la zone")]
router = APIRouter(tags=["zones"], responses=PROBLEMS)


@router.get("/zones", summary="Zones lisibles avec cette clé")
def list_zones(
    who: KeyedDep,
    found: ServicesDep,
    type: ZoneKind | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> ZoneList:
    """The caller's zones, and those inside the grant where the role reads every source."""
    with found.database.consulting(found.reach(who)) as connection:
        readable = [zone for zone in zone_store.every(connection) if places.readable(zone, who)]
    chosen = [zone for zone in readable if type in (None, zone.kind)]
    return ZoneList(zones=[_zone_out(z, None) for z in chosen[offset : offset + limit]], total=len(chosen))


@router.post("/zones", status_code=201, summary="Créer une zone")
def create_zone(
    who: KeyedDep, found: ServicesDep, request: Request, response: Response, body: ZoneIn
) -> ZoneOut:
    """Keep a zone; a worker then looks at the facts: see `rattachement`."""
    organisation = who.organisation if body.organisation is None else body.organisation
    if not who.may_draw_zones_for(organisation):
        raise Forbidden
    with found.database.importing() as connection:
        kept = zoning.create(connection, body.kind, organisation, _outline(connection, who, body), who.name)
    response.headers["Location"] = f"{request.url.path}/{kept.id}"
    return get_zone(who, found, kept.id)


@router.get("/zones/{id}", summary="Une zone et ses versions")
def get_zone(who: KeyedDep, found: ServicesDep, id_: ZoneId) -> ZoneOut:
    """One zone; another organisation's does not exist."""
    with found.database.consulting(found.reach(who)) as connection:
        zone = _readable(connection, who, id_)
        assignment = assignments.of_version(connection, zone.latest.number)
    return _zone_out(zone, assignment)


@router.put("/zones/{id}", summary="Nouvelle version d'une zone")
def replace_zone(who: KeyedDep, found: ServicesDep, id_: ZoneId, body: ZoneIn) -> ZoneOut:
    """A new outline from a day on; the former ones stay. The same outline again changes nothing."""
    with found.database.consulting(found.reach(who)) as connection:
        zone = _readable(connection, who, id_)
    if not who.may_draw_zones_for(zone.organisation):
        raise Forbidden
    _refuse_other_contract(zone, body)
    with found.database.importing() as connection:
        zoning.revise(connection, zone, _outline(connection, who, body), who.name)
    return get_zone(who, found, id_)


@router.get(
    "/zones/{id}/contour",
    summary="Contour d'une zone",
    response_class=Response,
    responses={200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}},
)
def get_zone_contour(
    who: KeyedDep,
    found: ServicesDep,
    id_: ZoneId,
    version: Annotated[int | None, Query(ge=1, le=LARGEST, description="par défaut, la dernière")] = None,
) -> Response:
    """The outline of a version as a GeoJSON geometry."""
    with found.database.consulting(found.reach(who)) as connection:
        zone = _readable(connection, who, id_)
        chosen = zone.latest if version is None else zone.version(version)
        if chosen is None:
            raise NotFound
        text = zone_store.contour_geojson(connection, id_, chosen.version)
    return Response(text, headers={"Cache-Control": "private, no-cache"}, media_type=GEOJSON)


@router.get("/rattachements", summary="Rattachements des faits aux territoires")
def list_assignments(who: AdministratorDep, found: ServicesDep) -> AssignmentList:
    """What is, or was, looked at again because a contour or a zone changed."""
    with found.database.consulting(found.reach(who)) as connection:
        records = assignments.every(connection)
    return AssignmentList(assignments=[AssignmentOut.model_validate(record) for record in records])


def _readable(connection: Connection, who: Caller, id_: UUID) -> Zone:
    zone = zone_store.get(connection, id_)
    if zone is None or not places.readable(zone, who):
        raise NotFound
    return zone


def _outline(connection: Connection, who: Caller, body: ZoneIn) -> Outline:
    """The zone as drawn, inside the caller's grant."""
    validity = Validity(body.valid_from or datetime.now(UTC).date(), body.valid_to)
    drawn = zoning.outline(connection, from_geojson(body.label, body.contour), validity)
    if who.communes is not None and not frozenset(drawn.communes) <= who.communes:
        outside = ", ".join(sorted(frozenset(drawn.communes) - who.communes)[:5])
        raise InvalidRequest(
            fields=(FieldError("contour", f"la zone déborde de votre périmètre (communes {outside})"),)
        )
    return drawn


def _refuse_other_contract(zone: Zone, body: ZoneIn) -> None:
    """The kind and the organisation of a zone are those of its creation."""
    faults = []
    if body.kind is not zone.kind:
        faults.append(FieldError("type", "le type d'une zone ne change pas", zone.kind.value))
    if body.organisation not in (None, zone.organisation):
        faults.append(FieldError("organisation", "l'organisation ne change pas", zone.organisation))
    if faults:
        raise InvalidRequest(fields=tuple(faults))


def _zone_out(zone: Zone, assignment: AssignmentRecord | None) -> ZoneOut:
    return ZoneOut(
        id=zone.id,
        territory=str(TerritoryCode(TerritoryLevel.ZONE, str(zone.id))),
        kind=zone.kind,
        organisation=zone.organisation,
        label=zone.latest.label,
        versions=[ZoneVersionOut.model_validate(version) for version in zone.versions],
        assignment=None if assignment is None else AssignmentOut.model_validate(assignment),
    )
