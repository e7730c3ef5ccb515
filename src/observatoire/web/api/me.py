"""Who is asking, and as what."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses import standing
from observatoire.disclosure.policy import Caller, outside_audience
from observatoire.store import organisations
from observatoire.web.dependencies import CallerDep, Services, ServicesDep, parse_territory
from observatoire.web.key_notice import ends_soon
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.accounts import MeOut, OwnOrganisationOut, StandingOut

router = APIRouter(tags=["acces"], responses=PROBLEMS)

MOST_TERRITORIES = 20


@router.get("/moi", summary="Qui demande, et à quel titre")
def get_me(
    who: CallerDep,
    found: ServicesDep,
    territoire: Annotated[
        list[str] | None,
        Query(max_length=MOST_TERRITORIES, description="par défaut, les vingt premiers du périmètre"),
    ] = None,
) -> MeOut:
    """Role, organisation, grant, and the audience of each territory; without a key, the public."""
    codes = [parse_territory(code) for code in territoire] if territoire else who.grant[:MOST_TERRITORIES]
    return MeOut(
        name=None if who.role is None else who.name,
        role=who.role,
        organisation=_organisation(found, who),
        grant=[str(code) for code in who.grant],
        scopes=sorted(who.scopes),
        expires_at=who.expires_at,
        ends_soon=ends_soon(who),
        outside=outside_audience(who),
        audiences=[
            StandingOut(
                territory=str(one.territory),
                audience=one.audience,
                sources=list(one.sources),
                other_sources=one.other_sources,
            )
            for one in standing.standings(found.database, codes, who)
        ],
    )


def _organisation(found: Services, who: Caller) -> OwnOrganisationOut | None:
    if not who.organisation:
        return None
    with found.database.reading() as connection:
        record = organisations.get(connection, who.organisation)
    return None if record is None else OwnOrganisationOut.model_validate(record)
