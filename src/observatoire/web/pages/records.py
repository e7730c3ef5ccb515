"""The record of processing and the impact assessment as pages to print."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from observatoire.compliance.assessment import assessment
from observatoire.compliance.register import register
from observatoire.domain.record import Record
from observatoire.outputs import record as output
from observatoire.web.api.records import standing_for
from observatoire.web.dependencies import KeyedDep, ServicesDep
from observatoire.web.pages import styles

router = APIRouter(include_in_schema=False)

POLICY = (
    f"default-src 'none'; {styles.only(output.STYLE)}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@router.get("/registre")
def register_page(who: KeyedDep, found: ServicesDep) -> HTMLResponse:
    """The record; a browser asks for the key as a password."""
    return _page(register(standing_for(who, found)))


@router.get("/aipd")
def assessment_page(who: KeyedDep, found: ServicesDep) -> HTMLResponse:
    """The outline."""
    return _page(assessment(standing_for(who, found)))


def _page(record: Record) -> HTMLResponse:
    return HTMLResponse(output.html(record), headers={"Content-Security-Policy": POLICY})
