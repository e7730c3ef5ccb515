"""Territories: search, detail, contour. Reference data, open to all."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import NotFound, UnknownTerritory
from observatoire.store.engine import Connection
from observatoire.store.reference import territories
from observatoire.store.reference.territories import ParentRecord, TerritoryRecord
from observatoire.web.dependencies import Offset, ServicesDep, parse_territory
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import GEOJSON
from observatoire.web.schemas.collection import ParentOut, TerritoryDetail, TerritoryList, TerritoryOut

router = APIRouter(tags=["territoires"], responses=PROBLEMS)
CACHE = {"Cache-Control": "public, max-age=3600"}
ACCENTS = str.maketrans("àâäéèêëîïôöùûüÿç", "aaaeeeeiioouuuyc")


@router.get("/territoires", summary="Chercher un territoire")
def list_territories(
    found: ServicesDep,
    response: Response,
    niveau: TerritoryLevel | None = None,
    dans: Annotated[str | None, Query(description="niveau:code du territoire qui contient")] = None,
    q: Annotated[str | None, Query(description="mots du nom, ou code", max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> TerritoryList:
    """Territories by level, container, name or code."""
    inside = parse_territory(dans, "dans") if dans else None
    words = q.strip().lower().translate(ACCENTS).replace("%", "").replace("_", " ") if q else None
    with found.database.diffusing() as connection:
        records, total = territories.search(connection, niveau, inside, words, limit, offset)
    response.headers.update(CACHE)
    return TerritoryList(territories=[TerritoryOut.model_validate(_common(r)) for r in records], total=total)


@router.get("/territoires/{territoire}", summary="Un territoire")
def get_territory(found: ServicesDep, response: Response, territoire: str) -> TerritoryDetail:
    """Name, parents with vintages, population, area, box, source of the contour, known defects."""
    code = parse_territory(territoire)
    with found.database.diffusing() as connection:
        record = _existing(connection, code)
        parents = territories.parents(connection, code)
        contour = territories.contour(connection, code)
    response.headers.update(CACHE)
    return TerritoryDetail.model_validate(
        {
            **_common(record),
            "parents": [_parent(parent) for parent in parents],
            "area_km2": contour.area_km2 if contour else None,
            "bbox": list(contour.bbox) if contour and contour.bbox else None,
            "contour_source": contour.source if contour else None,
            "defects": list(contour.defects) if contour else ["contour_absent"],
        }
    )


def _existing(connection: Connection, code: TerritoryCode) -> TerritoryRecord:
    """The territory of an address: unknown, the address does not exist (404)."""
    if code.level is TerritoryLevel.ZONE:
        raise NotFound  # of an organisation: see /zones
    try:
        return territories.get(connection, code)
    except UnknownTerritory as unknown:
        raise NotFound(fields=unknown.fields) from None


def _parent(record: ParentRecord) -> ParentOut:
    return ParentOut(
        territory=str(record.code),
        name=record.name,
        vintage=record.vintage,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
    )


@router.get(
    "/territoires/{territoire}/contour",
    summary="Contour d'un territoire",
    response_class=Response,
    responses={200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}},
)
def get_contour(found: ServicesDep, territoire: str) -> Response:
    """The contour as a GeoJSON geometry; 404 where it is not drawn."""
    code: TerritoryCode = parse_territory(territoire)
    with found.database.diffusing() as connection:
        _existing(connection, code)
        text = territories.contour_geojson(connection, code)
    if text is None:
        raise NotFound
    return Response(text, headers=CACHE, media_type=GEOJSON)


def _common(record: TerritoryRecord) -> dict[str, object]:
    return {
        "territory": str(record.code),
        "level": record.code.level.value,
        "code": record.code.code,
        "name": record.name,
        "kind": record.kind,
        "vintage": record.vintage,
        "population": record.population,
        "population_vintage": record.population_vintage,
        "fictional": record.fictional,
    }
