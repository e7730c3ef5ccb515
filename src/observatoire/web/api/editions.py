"""Editions: publish, list, read, withdraw."""

from fastapi import APIRouter

from observatoire.analyses import editions, publication
from observatoire.errors import NotFound
from observatoire.web.dependencies import AdministratorDep, NumberInPath, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.editions import EditionIn, EditionList, EditionOut, WithdrawalIn

router = APIRouter(tags=["editions"], responses=PROBLEMS)


@router.post("/editions", status_code=201, summary="Calculer, protéger, auditer et publier une édition")
def publish(who: AdministratorDep, found: ServicesDep, body: EditionIn | None = None) -> EditionOut:
    """Publish the whole calendar years that are over; what was told is repeated, save the years to revise."""
    revised = frozenset(body.years_to_revise if body else ())
    record = publication.publish(found.database, who, found.journal(), revised=revised)
    return EditionOut.model_validate(record)


@router.get("/editions", summary="Éditions publiées")
def list_editions(found: ServicesDep) -> EditionList:
    """Editions, latest first, withdrawn ones too; open to all."""
    return EditionList(editions=[EditionOut.model_validate(e) for e in editions.listed(found.database)])


@router.get("/editions/{numero}", summary="Une édition")
def get_edition(found: ServicesDep, numero: NumberInPath) -> EditionOut:
    """When, under which policy, on which geography."""
    record = next((e for e in editions.listed(found.database) if e.number == numero), None)
    if record is None:
        raise NotFound
    return EditionOut.model_validate(record)


@router.post("/editions/{numero}/retrait", summary="Retirer une édition : celle d'avant répond de nouveau")
def withdraw(who: AdministratorDep, found: ServicesDep, numero: int, body: WithdrawalIn) -> EditionOut:
    """Take an edition back; it stays listed, with the reason."""
    record = editions.withdraw(found.database, numero, body.reason, who, found.journal())
    return EditionOut.model_validate(record)
