"""Builds the application: routers, errors, documentation."""

from typing import Any, get_type_hints

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.formparsers import MultiPartParser

from observatoire.intake.desk import Desk
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web import errors
from observatoire.web.api import (
    audit,
    breaks,
    catalogue,
    categories,
    comparisons,
    coverage,
    crossing,
    editions,
    erasures,
    events,
    evolution,
    fact_list,
    facts,
    geocoding,
    hotspots,
    imports,
    keys,
    me,
    notices,
    official_series,
    organisations,
    persons,
    places,
    portrait,
    profiles,
    provenance,
    records,
    rejects,
    reports,
    retention,
    service,
    sessions,
    similar_facts,
    sources,
    synthesis,
    territories,
    time_slots,
    trends,
    zones,
)
from observatoire.web.auditing import Auditing
from observatoire.web.cross_origin import CrossOrigin
from observatoire.web.crowding import Crowding
from observatoire.web.dependencies import Services
from observatoire.web.headers import SafeHeaders
from observatoire.web.key_notice import KeyNotice
from observatoire.web.last_resort import LastResort
from observatoire.web.limits import FORM_OVERHEAD, BodyLimit
from observatoire.web.pacing import Pace
from observatoire.web.pages import account, documentation, entrance, invitation, openid
from observatoire.web.pages import records as record_pages
from observatoire.web.patience import Patience
from observatoire.web.people import People
from observatoire.web.remembering import PublicMemory
from observatoire.web.rendering import JSON, ReleasedResponse
from observatoire.web.security import KeyRing
from observatoire.web.unchanged import Unchanged

API = "/api/v1"
ROOMS = (
    profiles,
    imports,
    rejects,
    reports,
    events,
    fact_list,
    facts,
    sources,
    categories,
    breaks,
    notices,
    places,
    geocoding,
    retention,
    erasures,
    territories,
    zones,
    synthesis,
    hotspots,
    time_slots,
    similar_facts,
    trends,
    evolution,
    comparisons,
    crossing,
    portrait,
    catalogue,
    coverage,
    editions,
    official_series,
    me,
    organisations,
    keys,
    persons,
    sessions,
    audit,
    provenance,
    records,
)
"""Modules whose router is served under the API's address, in the order of the documentation."""
EVENTS = "text/event-stream"
NOT_MODIFIED = "rien n'a changé depuis la réponse dont « If-None-Match » donne l'« ETag »"
DESCRIPTION = (
    "Observatoire de la tranquillité publique : chaque chiffre sort avec sa preuve. "
    "Absent n'est pas zéro ; les sources qui ne s'additionnent pas ne sont jamais additionnées."
)


def build_app(database: Database, settings: Settings) -> FastAPI:
    """The web application, on a database."""
    app = FastAPI(
        title="Observatoire",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.services = Services(
        database, settings, KeyRing(database), Desk.of(database, settings), People.of(database, settings)
    )
    # A form's file above this size would be spooled to a temporary file, in clear: uploads stay in memory.
    MultiPartParser.spool_max_size = settings.max_bytes + FORM_OVERHEAD
    app.add_middleware(GZipMiddleware, minimum_size=2000)
    app.add_middleware(PublicMemory, seconds=settings.public_memory)
    app.add_middleware(Unchanged)
    app.add_middleware(BodyLimit, max_bytes=settings.max_bytes, max_json=settings.max_json)
    app.add_middleware(Patience, silence=settings.body_silence, whole=settings.body_seconds)
    app.add_middleware(Auditing, database=database)
    app.add_middleware(LastResort)
    app.add_middleware(Crowding, most=settings.most_requests)
    app.add_middleware(Pace, settings=settings)
    app.add_middleware(KeyNotice)
    app.add_middleware(CrossOrigin, database=database)
    app.add_middleware(SafeHeaders, always_https=settings.production)
    errors.install(app)
    for module in ROOMS:
        app.include_router(module.router, prefix=API)
    app.include_router(service.router)
    for page in (documentation, record_pages, entrance, openid, invitation, account):
        app.include_router(page.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _tell_once(content: dict[str, Any]) -> None:
    """A problem is a problem whatever the route answers; a stream has no schema in OpenAPI 3.1."""
    if errors.PROBLEM in content:
        for added in (JSON, EVENTS):  # FastAPI adds the route's own type
            content.pop(added, None)
    content.get(EVENTS, {}).pop("itemSchema", None)


def _tell_of_304(schema: dict[str, Any]) -> None:
    """Every figure that is read has a tag, and is not sent twice to whoever shows it."""
    for route in (route for module in ROOMS for route in module.router.routes):
        if isinstance(route, APIRoute) and get_type_hints(route.endpoint).get("return") is ReleasedResponse:
            if operation := schema["paths"][API + route.path].get("get"):
                operation["responses"]["304"] = {"description": NOT_MODIFIED}


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 with the ways to authenticate and our own error bodies."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = schema.setdefault("components", {})
        components["securitySchemes"] = {
            "cle": {"type": "http", "scheme": "bearer"},
            "cle_basic": {"type": "http", "scheme": "basic"},
            "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
        }
        for name in ("HTTPValidationError", "ValidationError"):
            components.get("schemas", {}).pop(name, None)
        schema["security"] = [{}, {"cle": []}, {"cle_basic": []}, {"session": []}]
        for operation in (o for methods in schema["paths"].values() for o in methods.values()):
            for answer in operation["responses"].values():
                _tell_once(answer.get("content", {}))
        _tell_of_304(schema)
        app.openapi_schema = schema
    return app.openapi_schema
