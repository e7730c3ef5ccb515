"""Named analyses."""

from fastapi import APIRouter

from observatoire.analyses import catalogue
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.catalogue import CatalogueOut, NamedAnalysisOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/catalogue", summary="Analyses nommées : il n'y manque qu'un territoire et une période")
def catalogue_() -> CatalogueOut:
    """Versioned: the same code and version are always the same question."""
    return CatalogueOut(
        analyses=[
            NamedAnalysisOut(
                code=entry.code,
                version=entry.version,
                label=entry.label,
                asks=entry.asks,
                analysis=entry.analysis,
                parameters=dict(entry.parameters),
                link=entry.link,
                levels=[level.value for level in entry.levels],
                audiences=[audience.value for audience in entry.audiences],
                single_group=entry.single_group,
            )
            for entry in catalogue.CATALOGUE
        ]
    )
