"""Persons: invited and described by the administration, which never knows a password."""

from fastapi import APIRouter, Response

from observatoire.disclosure.policy import Caller
from observatoire.domain.person import NewPerson
from observatoire.people.inviting import Invitation, Registrar
from observatoire.store import persons
from observatoire.web.dependencies import (
    NumberInPath,
    Services,
    ServicesDep,
    WholeAdministratorDep,
    parse_territory,
)
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.persons import (
    InvitationOut,
    PersonBase,
    PersonChange,
    PersonIn,
    PersonList,
    PersonOut,
)

router = APIRouter(prefix="/personnes", tags=["acces"], responses=PROBLEMS)


def _registrar(found: Services, who: Caller) -> Registrar:
    return Registrar(found.database, found.settings, who.name, who.role or "")


@router.get("", summary="Personnes qui peuvent se connecter")
def list_persons(who: WholeAdministratorDep, found: ServicesDep) -> PersonList:
    """For each, its role and what it reads; never what lets it in."""
    with found.database.identifying() as connection:
        known = persons.every(connection)
    return PersonList(persons=[PersonOut.model_validate(one) for one in known])


@router.post("", status_code=201, summary="Inviter une personne")
def invite_person(
    who: WholeAdministratorDep, found: ServicesDep, response: Response, body: PersonIn
) -> InvitationOut:
    """Invite a person: the code, shown once, lets it choose its own password at ``/invitation``."""
    return _told(response, _registrar(found, who).invite(_described(body, body.login)))


@router.put("/{numero}", summary="Décrire à nouveau une personne")
def replace_person(
    who: WholeAdministratorDep, found: ServicesDep, numero: NumberInPath, body: PersonChange
) -> PersonOut:
    """Role, organisation, territories, and whether it may still enter: in force at its next request."""
    person = _registrar(found, who).describe(numero, _described(body, None), active=body.active)
    return PersonOut.model_validate(person)


@router.post("/{numero}/invitation", status_code=201, summary="Donner un nouveau code d'invitation")
def invite_person_again(
    who: WholeAdministratorDep, found: ServicesDep, numero: NumberInPath, response: Response
) -> InvitationOut:
    """For who has lost its password or its code; codes given before open nothing any more."""
    return _told(response, _registrar(found, who).invite_again(numero))


@router.delete(
    "/{numero}/second-facteur", status_code=204, summary="Retirer le second facteur d'une personne"
)
def take_factor_away(who: WholeAdministratorDep, found: ServicesDep, numero: NumberInPath) -> Response:
    """For who has lost its telephone and its recovery codes; its sessions end."""
    _registrar(found, who).take_factor_away(numero)
    return Response(status_code=204)


def _described(body: PersonBase, login: str | None) -> NewPerson:
    grant = tuple(parse_territory(code, "perimetre") for code in body.grant)
    return NewPerson(login and login.strip().lower(), body.label, body.role.value, body.organisation, grant)


def _told(response: Response, invitation: Invitation) -> InvitationOut:
    response.headers["Cache-Control"] = "no-store"
    return InvitationOut(
        person=PersonOut.model_validate(invitation.person),
        invitation_code=invitation.code,
        expires_at=invitation.expires_at,
    )
