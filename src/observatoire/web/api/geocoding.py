"""Which geocoders are used; the national service is off until an administrator turns it on."""

from fastapi import APIRouter

from observatoire.intake.geocoding.errors import ForbiddenNationalGeocoder
from observatoire.store import accounts, switches
from observatoire.web.dependencies import AdministratorDep, KeyedDep, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.places import GeocodingIn, GeocodingOut

router = APIRouter(tags=["lieux"], responses=PROBLEMS)


@router.get("/geocodage", summary="Géocodeurs utilisés")
def get_geocoding(who: KeyedDep, found: ServicesDep) -> GeocodingOut:
    """Which servers addresses are asked of."""
    return _state(found)


@router.put("/geocodage", summary="Activer ou couper le service national")
def turn_national(who: AdministratorDep, found: ServicesDep, body: GeocodingIn) -> GeocodingOut:
    """Turn the national service on or off; written in the journal."""
    if body.national and not found.desk.geocoding.national:
        raise ForbiddenNationalGeocoder
    with found.database.importing() as connection:
        switches.turn(connection, switches.NATIONAL_GEOCODER, body.national, who.name)
        told = "activé" if body.national else "coupé"
        accounts.write_journal(connection, who.name, who.role or "", "géocodage national", told, None)
    return _state(found)


def _state(found: Services) -> GeocodingOut:
    means = found.desk.geocoding
    with found.database.reading() as connection:
        turned = switches.find(connection, switches.NATIONAL_GEOCODER)
    return GeocodingOut(
        addok=bool(means.addok),
        national=bool(means.national) and turned is not None and turned.on,
        national_allowed=bool(means.national),
        changed_by=turned.changed_by if turned else None,
        changed_at=turned.changed_at if turned else None,
    )
