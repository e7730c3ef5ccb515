"""Health: the process, then what it needs."""

from fastapi import APIRouter

from observatoire.errors import UnavailableStore
from observatoire.store import schema
from observatoire.store.reference import territories
from observatoire.web.dependencies import ServicesDep
from observatoire.web.problems import PROBLEMS

router = APIRouter(tags=["service"])


@router.get("/sante", summary="Le processus répond")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"etat": "vivant"}


@router.get("/sante/prete", summary="La base répond et elle est à jour", responses={503: PROBLEMS[503]})
def ready(found: ServicesDep) -> dict[str, str]:
    """The database answers, is migrated, and holds a geography."""
    with found.database.reading() as connection:
        if not schema.is_current(connection):
            raise UnavailableStore("migrations")
        if not territories.is_loaded(connection):
            raise UnavailableStore("territoires")
    return {"etat": "pret"}
