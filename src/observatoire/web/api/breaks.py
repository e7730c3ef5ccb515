"""Breaks in the series of a source: declared by the administration, read by who reads the contract."""

from fastapi import APIRouter, Response

from observatoire.domain.series_break import SeriesBreak
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake.personal import looks_personal
from observatoire.store import breaks
from observatoire.web.api.sources import readable_source
from observatoire.web.dependencies import AdministratorDep, KeyedDep, NumberInPath, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.collection import BreakIn, BreakList, BreakOut

router = APIRouter(prefix="/sources/{code}/ruptures", tags=["sources"], responses=PROBLEMS)


@router.get("", summary="Ruptures de série d'une source")
def list_breaks(who: KeyedDep, found: ServicesDep, code: str) -> BreakList:
    """By day; another organisation's source does not exist."""
    source = readable_source(found, who, code)
    with found.database.consulting(found.reach(who)) as connection:
        every = breaks.of_sources(connection, [source.code])
    return BreakList(breaks=[BreakOut.model_validate(record) for record in every])


@router.post("", status_code=201, summary="Déclarer une rupture de série")
def declare_break(who: AdministratorDep, found: ServicesDep, code: str, body: BreakIn) -> BreakOut:
    """New software, new method, new territory: no trend runs across it, every proof shows it."""
    source = readable_source(found, who, code)
    with found.database.importing() as connection:
        return BreakOut.model_validate(breaks.add(connection, _record(source.code, body, who.name)))


@router.put("/{numero}", summary="Corriger une rupture de série")
def change_break(
    who: AdministratorDep, found: ServicesDep, code: str, numero: NumberInPath, body: BreakIn
) -> BreakOut:
    """Replace the day, the kind and the reason."""
    source = readable_source(found, who, code)
    with found.database.importing() as connection:
        changed = breaks.change(connection, _record(source.code, body, who.name, numero))
    return BreakOut.model_validate(changed)


@router.delete("/{numero}", status_code=204, summary="Retirer une rupture de série")
def remove_break(who: AdministratorDep, found: ServicesDep, code: str, numero: NumberInPath) -> Response:
    """Declared by mistake: the series is one again."""
    source = readable_source(found, who, code)
    with found.database.importing() as connection:
        breaks.remove(connection, source.code, numero)
    return Response(status_code=204)


def _record(source: str, body: BreakIn, author: str, number: int | None = None) -> SeriesBreak:
    """The break that a body describes; its reason is told to readers, so it may name nobody."""
    if looks_personal(body.reason):
        expected = "« Nouveau logiciel de main courante », par exemple"
        raise InvalidRequest(fields=(FieldError("motif", "le motif semble nommer une personne", expected),))
    return SeriesBreak(source, body.day, body.kind, body.reason, author, number)
