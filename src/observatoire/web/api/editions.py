"""Editions: publish, list, read."""

from fastapi import APIRouter

from observatoire.analyses import editions
from observatoire.errors import NotFound
from observatoire.web.dependencies import AdministratorDep, NumberInPath, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.collection import EditionList, EditionOut

router = APIRouter(tags=["editions"], responses=PROBLEMS)


@router.post("/editions", status_code=201, summary="Calculer, protéger, auditer et publier une édition")
def publish(who: AdministratorDep, found: ServicesDep) -> EditionOut:
    """Publish the whole calendar years that are over."""
    return EditionOut.model_validate(editions.publish(found.database, who, found.journal()))


@router.get("/editions", summary="Éditions publiées")
def list_editions(found: ServicesDep) -> EditionList:
    """Editions, latest first; open to all."""
    return EditionList(editions=[EditionOut.model_validate(e) for e in editions.listed(found.database)])


@router.get("/editions/{numero}", summary="Une édition")
def get_edition(found: ServicesDep, numero: NumberInPath) -> EditionOut:
    """When, under which policy, on which geography."""
    record = next((e for e in editions.listed(found.database) if e.number == numero), None)
    if record is None:
        raise NotFound
    return EditionOut.model_validate(record)
