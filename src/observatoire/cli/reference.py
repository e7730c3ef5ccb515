"""``preparer``: the schema and the map of France."""

from typing import Annotated

import typer

from observatoire.atlas import service
from observatoire.cli.context import context_of, progress
from observatoire.intake.classing import versions
from observatoire.store import schema
from observatoire.store.reference import territories


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help="Met la base à jour et charge les territoires de France.")(preparer)


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
