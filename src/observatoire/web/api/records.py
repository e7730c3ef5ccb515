"""The record of processing and the outline of the impact assessment, for who answers for them."""

from datetime import UTC, datetime

from fastapi import APIRouter

from observatoire.compliance.assessment import assessment
from observatoire.compliance.register import register
from observatoire.compliance.standing import Standing, standing
from observatoire.disclosure.policy import Caller, Role
from observatoire.errors import Forbidden
from observatoire.web.dependencies import KeyedDep, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.records import RecordOut

router = APIRouter(tags=["conformite"], responses=PROBLEMS)

READERS = (Role.ADMINISTRATION, Role.COORDONNATEUR)


def standing_for(who: Caller, found: Services) -> Standing:
    """What is in force, as far as the caller reads contracts.

    Raises:
        Forbidden: neither an administrator nor a coordinator.
    """
    if who.role not in READERS:
        raise Forbidden
    return standing(found.database, found.settings, found.reach(who), datetime.now(UTC))


@router.get("/registre", summary="Registre des activités de traitement")
def get_register(who: KeyedDep, found: ServicesDep) -> RecordOut:
    """What article 30 of the GDPR asks for, filled from what is in force; ``/registre`` prints it."""
    return RecordOut.model_validate(register(standing_for(who, found)))


@router.get("/aipd", summary="Trame de l'analyse d'impact")
def get_assessment(who: KeyedDep, found: ServicesDep) -> RecordOut:
    """The outline of the impact assessment, by the CNIL's method; ``/aipd`` prints it."""
    return RecordOut.model_validate(assessment(standing_for(who, found)))
