"""Keys: created, listed and revoked by the administration; a key is seen once."""

from datetime import timedelta

from fastapi import APIRouter, Response

from observatoire.disclosure.policy import ROLES_OF_AN_ORGANISATION
from observatoire.errors import FieldError, InvalidRequest
from observatoire.store import accounts, key_life
from observatoire.web.dependencies import NumberInPath, ServicesDep, WholeAdministratorDep, parse_territory
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.accounts import (
    CreatedKeyOut,
    KeyIn,
    KeyList,
    KeyOut,
    RenewedKeyOut,
    RotationIn,
)

router = APIRouter(prefix="/cles", tags=["acces"], responses=PROBLEMS)


@router.get("", summary="Clés d'accès")
def list_keys(who: WholeAdministratorDep, found: ServicesDep) -> KeyList:
    """For whom, for what, until when; never the key, nor what is stored of it."""
    with found.database.consulting(found.reach(who)) as connection:
        known = accounts.keys(connection)
    return KeyList(keys=[KeyOut.model_validate(key) for key in known])


@router.post("", status_code=201, summary="Créer une clé d'accès")
def create_key(
    who: WholeAdministratorDep, found: ServicesDep, response: Response, body: KeyIn
) -> CreatedKeyOut:
    """Create a key for a role, an organisation and territories."""
    if body.organisation is None and body.role in ROLES_OF_AN_ORGANISATION:
        message = "ce rôle ne lit que les sources de son organisation"
        raise InvalidRequest(fields=(FieldError("organisation", message, "le code d'une organisation"),))
    accounts.check_life(body.expires_at, body.role, body.scopes)
    grant = [parse_territory(code, "perimetre") for code in body.grant]
    with found.database.importing() as connection:
        accounts.check_grant(connection, grant, "perimetre")
        key = accounts.create_key(
            connection, body.label, body.role, body.organisation or "", grant, body.expires_at, body.scopes
        )
        accounts.write_journal(connection, who.name, who.role or "", "clé créée", key[:8], None)
    response.headers["Cache-Control"] = "no-store"
    return CreatedKeyOut(key=key)


@router.post("/{numero}/rotation", status_code=201, summary="Renouveler une clé d'accès")
def rotate_key(
    who: WholeAdministratorDep,
    found: ServicesDep,
    response: Response,
    numero: NumberInPath,
    body: RotationIn | None = None,
) -> RenewedKeyOut:
    """A new secret for the same rights; the old one still opens for a while, then nothing."""
    asked = body or RotationIn()
    accounts.check_life(asked.expires_at)
    overlap = timedelta(days=asked.overlap_days)
    with found.database.importing() as connection:
        renewed = key_life.renew(connection, numero, overlap, asked.expires_at)
        told = f"{numero} par {renewed.number}"
        accounts.write_journal(connection, who.name, who.role or "", "clé renouvelée", told, None)
    response.headers["Cache-Control"] = "no-store"
    return RenewedKeyOut.model_validate(renewed)


@router.delete("/{numero}", status_code=204, summary="Révoquer une clé d'accès")
def revoke_key(who: WholeAdministratorDep, found: ServicesDep, numero: NumberInPath) -> Response:
    """The key opens nothing any more, half a minute later at most."""
    with found.database.importing() as connection:
        accounts.revoke(connection, numero)
        accounts.write_journal(connection, who.name, who.role or "", "clé révoquée", str(numero), None)
    return Response(status_code=204)
