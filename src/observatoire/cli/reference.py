"""``preparer``, ``cle creer``: the schema, the map of France, the keys."""

from typing import Annotated

import typer

from observatoire.atlas import service
from observatoire.cli.context import context_of, progress
from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake.classing import versions
from observatoire.store import accounts, schema
from observatoire.store.reference import territories


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="Met la base à jour et charge les territoires de France.")(preparer)
    cle = typer.Typer(help="Clés d'accès à l'API.", no_args_is_help=True)
    cle.command("creer", help="Crée une clé et l'affiche une seule fois.")(creer_cle)
    app.add_typer(cle, name="cle")


def preparer(
    context: typer.Context, recharger: Annotated[bool, typer.Option(help="recharge les territoires")] = False
) -> None:
    """Migrate, then load the taxonomy and the territories unless they stand already."""
    found = context_of(context)
    schema.migrate(found.database)
    if not versions.load_shipped(found.database, found.settings.data):
        typer.echo("La nomenclature en vigueur n'est pas celle livrée : elle reste en place.")
    with found.database.owning() as connection:
        loaded = territories.is_loaded(connection)
    if loaded and not recharger:
        typer.echo("Territoires déjà chargés.")
        return
    typer.echo("Chargement des territoires de France")
    number = service.load_france(found.database, found.settings.data, progress())
    typer.echo(f"{number} territoires chargés.")


def creer_cle(
    context: typer.Context,
    libelle: str,
    role: Annotated[Role, typer.Option()],
    organisation: Annotated[str, typer.Option()] = "",
    territoire: Annotated[list[str] | None, typer.Option(help="niveau:code ; répétable")] = None,
) -> None:
    """Create a key for a role, an organisation and territories."""
    grant = [TerritoryCode.parse(code) for code in territoire or ["nation:FR"]]
    if any(code.level in (TerritoryLevel.ZONE, TerritoryLevel.IRIS) for code in grant):
        raise InvalidRequest(
            fields=(FieldError("territoire", "une clé porte sur des communes entières", "commune:31555"),)
        )
    with context_of(context).database.importing() as connection:
        key = accounts.create_key(connection, libelle, role.value, organisation, grant)
    typer.echo(key)
