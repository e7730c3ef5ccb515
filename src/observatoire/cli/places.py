"""``lieux charger``, ``geocodage national``, ``geocodage reprendre``."""

from pathlib import Path
from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, context_of
from observatoire.errors import RefusedFile
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding import again, loading
from observatoire.intake.geocoding.errors import ForbiddenNationalGeocoder
from observatoire.intake.reading.origin import BytesOrigin
from observatoire.store import accounts, switches
from observatoire.vocabulary.agreement import agree


def register(app: typer.Typer) -> None:
    """Add the commands."""
    lieux = typer.Typer(help="Table des lieux et des voies d'une organisation.", no_args_is_help=True)
    lieux.command("charger", help="Remplace la table des lieux d'une organisation.")(charger)
    app.add_typer(lieux, name="lieux")
    geocodage = typer.Typer(help="Géocodage des adresses.", no_args_is_help=True)
    geocodage.command("national", help="Active ou coupe le service national.")(national)
    geocodage.command("reprendre", help="Géocode à nouveau les lieux en attente.")(reprendre)
    app.add_typer(geocodage, name="geocodage")


def charger(context: typer.Context, fichier: Path, organisation: Annotated[str, typer.Option()]) -> None:
    """Replace the table of places of an organisation."""
    found = context_of(context)
    desk = Desk.of(found.database, found.settings)
    try:
        origin = BytesOrigin(fichier.name, fichier.read_bytes())
    except OSError:
        raise RefusedFile(f"« {fichier} » ne peut pas être lu : vérifiez le chemin et les droits.") from None
    record = loading.load(desk, origin, organisation, OPERATOR)
    told = agree(record.rows, "lieu", "lieux")
    typer.echo(f"{told} en vigueur pour « {organisation} » (version {record.version}).")


def national(
    context: typer.Context,
    actif: Annotated[bool, typer.Option("--actif/--coupe", help="interroger ou non le service national")],
) -> None:
    """Turn the national service on or off."""
    found = context_of(context)
    if actif and not found.settings.national_geocoder:
        raise ForbiddenNationalGeocoder
    with found.database.importing() as connection:
        switches.turn(connection, switches.NATIONAL_GEOCODER, actif, OPERATOR.name)
        told = "activé" if actif else "coupé"
        accounts.write_journal(
            connection, OPERATOR.name, OPERATOR.role or "", "géocodage national", told, None
        )
    typer.echo(f"Service national de géocodage {told}.")


def reprendre(context: typer.Context, organisation: Annotated[str | None, typer.Option()] = None) -> None:
    """Geocode the waiting places again."""
    found = context_of(context)
    done = again.geocode_again(Desk.of(found.database, found.settings), organisation)
    typer.echo(f"{agree(done.placed, 'lieu placé', 'lieux placés')}, {done.left} toujours à vérifier.")
