"""``preparer``, ``qpv charger``, ``cle creer``: the schema, the map of France, the keys."""

from pathlib import Path
from typing import Annotated

import typer

from observatoire.atlas import service
from observatoire.cli.context import context_of, progress
from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode
from observatoire.store import accounts, schema
from observatoire.store.reference import territories


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="Met la base à jour et charge les territoires de France.")(preparer)
    qpv = typer.Typer(help="Quartiers prioritaires de la politique de la ville.", no_args_is_help=True)
    qpv.command("charger", help="Charge une couche GeoJSON de QPV, génération 2015 ou 2024.")(charger_qpv)
    app.add_typer(qpv, name="qpv")
    territoires = typer.Typer(help="Territoires de référence.", no_args_is_help=True)
    territoires.command(
        "mouvements", help="Charge les mouvements de communes de l'Insee (v_mvt_commune, CSV)."
    )(charger_mouvements)
    app.add_typer(territoires, name="territoires")
    cle = typer.Typer(help="Clés d'accès à l'API.", no_args_is_help=True)
    cle.command("creer", help="Crée une clé et l'affiche une seule fois.")(creer_cle)
    app.add_typer(cle, name="cle")


def preparer(
    context: typer.Context, recharger: Annotated[bool, typer.Option(help="recharge les territoires")] = False
) -> None:
    """Migrate, then load the taxonomy and the territories unless they stand already."""
    found = context_of(context)
    schema.migrate(found.database)
    service.load_taxonomy(found.database, found.settings.data)
    with found.database.owning() as connection:
        loaded = territories.is_loaded(connection)
    if loaded and not recharger:
        typer.echo("Territoires déjà chargés.")
        return
    typer.echo("Chargement des territoires de France")
    number = service.load_france(found.database, found.settings.data, progress())
    typer.echo(f"{number} territoires chargés.")


def charger_qpv(context: typer.Context, fichier: Path) -> None:
    """Load a layer of priority neighbourhoods."""
    number = service.load_neighbourhoods(context_of(context).database, fichier)
    typer.echo(f"{number} quartiers prioritaires chargés depuis {fichier.name}.")


def charger_mouvements(context: typer.Context, fichier: Path) -> None:
    """Load the movements of communes; do it again after ``preparer --recharger``."""
    former, divided = service.load_movements(context_of(context).database, fichier)
    typer.echo(
        f"{former} anciens codes ramenés à une commune d'aujourd'hui ; {divided} codes partagés entre "
        "plusieurs communes : leurs faits sont placés par leur point, sinon dits non ventilables."
    )


def creer_cle(
    context: typer.Context,
    libelle: str,
    role: Annotated[Role, typer.Option()],
    organisation: Annotated[str, typer.Option()] = "",
    territoire: Annotated[list[str] | None, typer.Option(help="niveau:code ; répétable")] = None,
) -> None:
    """Create a key for a role, an organisation and territories."""
    grant = [TerritoryCode.parse(code) for code in territoire or ["nation:FR"]]
    with context_of(context).database.importing() as connection:
        key = accounts.create_key(connection, libelle, role.value, organisation, grant)
    typer.echo(key)
