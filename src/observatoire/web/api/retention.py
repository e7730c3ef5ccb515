"""What is kept, how long, and then."""

from fastapi import APIRouter

from observatoire.intake.retention import kinds
from observatoire.store import sources as source_store
from observatoire.web.dependencies import KeyedDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.retention import PointsOut, RetentionOut, RuleOut

router = APIRouter(tags=["conservation"], responses=PROBLEMS)


@router.get("/conservation", summary="Ce qui est conservé, combien de temps, et ensuite")
def get_retention(who: KeyedDep, found: ServicesDep) -> RetentionOut:
    """The rules of the installation; for the caller's sources, since when their facts have a point."""
    reach = found.reach(who)
    with found.database.consulting(reach) as connection:
        readable = [s for s in source_store.every(connection) if s.code in reach.contracts]
    today = found.desk.now().date()
    return RetentionOut(
        rules=[
            RuleOut(
                data_kind=rule.kind,
                label=rule.label,
                kept_days=rule.days,
                afterwards=rule.then,
                encrypted_files=rule.files,
            )
            for rule in kinds.rules(found.settings)
        ],
        sources=[PointsOut(source=s.code, points_since=s.points_kept_from(today)) for s in readable],
    )
