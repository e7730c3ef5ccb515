"""Health: the process, then what it needs."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response

from observatoire.errors import UnavailableStore
from observatoire.notices.measures import measure
from observatoire.outputs import prometheus
from observatoire.store import schema
from observatoire.store.reference import territories
from observatoire.web.dependencies import AdministratorDep, ServicesDep
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


@router.get(
    "/metriques",
    summary="Mesures pour la supervision (Prometheus)",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "texte Prometheus"},
        **{status: PROBLEMS[status] for status in (401, 403, 503)},
    },
)
def metrics(who: AdministratorDep, found: ServicesDep) -> Response:
    """Sources late, imports by state: it names every source, so it wants a key of the administration."""
    content = prometheus.exposition(measure(found.database, datetime.now(UTC)))
    return Response(content, media_type=prometheus.MEDIA_TYPE, headers={"Cache-Control": "no-store"})
