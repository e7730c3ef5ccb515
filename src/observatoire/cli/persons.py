"""``personne``: who may log in. Nobody chooses the password of another, the administration neither."""

from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, context_of
from observatoire.disclosure.policy import Role
from observatoire.domain.person import NewPerson, Person
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import NotFound
from observatoire.people.inviting import Invitation, Registrar
from observatoire.store import persons

Territories = Annotated[list[str] | None, typer.Option("--territoire", help="niveau:code ; répétable")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    personne = typer.Typer(help="Personnes qui se connectent.", no_args_is_help=True)
    personne.command("inviter", help="Invite une personne et affiche son code une seule fois.")(inviter)
    personne.command(
        "reinviter", help="Donne un nouveau code à une personne, et rouvre son compte s'il est fermé."
    )(reinviter)
    personne.command("lister", help="Affiche les personnes : rôle, périmètre, état.")(lister)
    personne.command("desactiver", help="Ferme le compte d'une personne et termine ses sessions.")(desactiver)
    personne.command("retirer-second-facteur", help="Pour qui a perdu téléphone et codes de secours.")(
        retirer_second_facteur
    )
    app.add_typer(personne, name="personne")


def _registrar(context: typer.Context) -> Registrar:
    found = context_of(context)
    return Registrar(found.database, found.settings, OPERATOR.name, OPERATOR.role or "")


def _number(context: typer.Context, courriel: str) -> Person:
    with context_of(context).database.identifying() as connection:
        person = persons.find(connection, courriel.strip().lower())
    if person is None:
        raise NotFound
    return person


def inviter(
    context: typer.Context,
    courriel: str,
    role: Annotated[Role, typer.Option()],
    libelle: Annotated[str, typer.Option(help="nom affiché")] = "",
    organisation: Annotated[str, typer.Option()] = "",
    territoire: Territories = None,
) -> None:
    """Without a territory, those of the organisation."""
    grant = tuple(TerritoryCode.parse(code) for code in territoire or ())
    login = courriel.strip().lower()
    new = NewPerson(login, libelle or login, role.value, organisation or None, grant)
    _print(_registrar(context).invite(new))


def reinviter(context: typer.Context, courriel: str) -> None:
    """Codes given before open nothing any more."""
    _print(_registrar(context).invite_again(_number(context, courriel).number))


def _print(invitation: Invitation) -> None:
    until = f"{invitation.expires_at:%d/%m/%Y à %H:%M} UTC"
    typer.echo(invitation.code)
    typer.echo(
        f"À remettre à {invitation.person.login}, avec l'adresse /invitation : "
        f"bon une fois, jusqu'au {until}.",
        err=True,
    )


def lister(context: typer.Context) -> None:
    """Print each person but what lets it in."""
    with context_of(context).database.identifying() as connection:
        known = persons.every(connection)
    for one in known:
        where = ", ".join(one.grant) or "territoires de l'organisation"
        whom = f" ; {one.organisation}" if one.organisation else ""
        factor = "second facteur" if one.has_second_factor else "sans second facteur"
        state = "" if one.active else " ; compte fermé"
        state = state or ("" if one.has_password else " ; invitée, sans mot de passe")
        typer.echo(f"{one.number}  {one.login}  {one.label} : {one.role}{whom} ; {where} ; {factor}{state}")


def desactiver(context: typer.Context, courriel: str) -> None:
    """The account stays, and opens nothing."""
    person = _number(context, courriel)
    _registrar(context).close(person.number)
    typer.echo(f"Compte de {person.login} fermé : ses sessions sont terminées.")


def retirer_second_facteur(context: typer.Context, courriel: str) -> None:
    """A new one is asked for at the next login, where the role wants one."""
    person = _number(context, courriel)
    _registrar(context).take_factor_away(person.number)
    typer.echo(f"Second facteur de {person.login} retiré.")
