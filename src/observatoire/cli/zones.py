"""``zones charger``, ``rattacher``: zones of an organisation; the facts put in the places that changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from observatoire.atlas import zoning
from observatoire.atlas.zones import read_zones
from observatoire.atlas.zoning import Validity
from observatoire.cli.context import OPERATOR, Context, context_of
from observatoire.domain.zone import ZoneKind
from observatoire.intake import assigning
from observatoire.store import zones

Layer = Annotated[str | None, typer.Option("--couche", help="couche à lire, si le fichier en a plusieurs")]
Epsg = Annotated[int | None, typer.Option(help="système des coordonnées, si le fichier ne le dit pas")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
STEP = 0.1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Zones : quartiers d'un service, résidences, secteurs.", no_args_is_help=True)
    group.command("charger", help="Charge des zones ; celles du même nom prennent une nouvelle version.")(
        charger
    )
    group.command("lister", help="Liste les zones et leurs versions.")(lister)
    app.add_typer(group, name="zones")
    app.command(help="Reprend les rattachements de faits interrompus.")(rattacher)


def charger(
    context: typer.Context,
    fichier: Path,
    type: Annotated[ZoneKind, typer.Option()],
    organisation: Annotated[str, typer.Option()],
    valide_depuis: Day = None,
    valide_jusqua: Day = None,
    couche: Layer = None,
    epsg: Epsg = None,
) -> None:
    """Keep the zones of a file, all or nothing, then look at the facts."""
    found = context_of(context)
    start = valide_depuis.date() if valide_depuis else datetime.now(UTC).date()
    validity = Validity(start, valide_jusqua.date() if valide_jusqua else None)
    drawn = read_zones(fichier, layer=couche, epsg=epsg)
    with found.database.importing() as connection:
        own = [z for z in zones.every(connection) if (z.organisation, z.kind) == (organisation, type)]
        known = {zone.latest.label: zone for zone in own}
        kept = []
        for number, one in enumerate(drawn, start=1):
            outline, standing = zoning.outline(connection, one, validity, number), known.get(one.label)
            kept.append(
                zoning.create(connection, type, organisation, outline, OPERATOR.name)
                if standing is None
                else zoning.revise(connection, standing, outline, OPERATOR.name)
            )
    outcomes = [done.outcome for done in kept]
    typer.echo(
        f"{len(kept)} zones lues dans {fichier.name} : {outcomes.count('created')} créées, "
        f"{outcomes.count('changed')} changées, {outcomes.count('unchanged')} inchangées."
    )
    repaired = sum(bool(one.defects) for one in drawn)
    if repaired:
        typer.echo(f"  {repaired} contours invalides, réparés")
    for done in kept:
        assign(found, done.assignment)


def lister(context: typer.Context) -> None:
    """Print each zone with its versions."""
    with context_of(context).database.reading() as connection:
        every = zones.every(connection)
    for zone in every:
        typer.echo(f"zone:{zone.id}  {zone.kind.value}  {zone.organisation}  {zone.latest.label}")
        for version in zone.versions:
            until = f" au {version.valid_to.isoformat()}" if version.valid_to else ""
            state = "" if version.assigned else ", rattachement en cours"
            typer.echo(
                f"  version {version.version} du {version.valid_from.isoformat()}{until}, "
                f"{version.area_km2:.3f} km²".replace(".", ",")
                + state
            )


def rattacher(context: typer.Context) -> None:
    """Run what waits or was cut short, in this process."""
    number = assigning.run_unfinished(context_of(context).database, told())
    typer.echo(f"{number} rattachements menés à leur terme." if number else "Rien à rattacher.")


def assign(found: Context, assignment: UUID | None) -> None:
    """Run an assignment in this process; a worker may be at it too, and takes over if we die."""
    if assignment is not None:
        typer.echo("Rattachement des faits")
        assigning.run(found.database, assignment, told())


def told() -> Callable[[float], None]:
    """Prints the progress at each tenth."""
    last = -STEP

    def show(progress: float) -> None:
        nonlocal last
        if progress >= last + STEP or progress == 1.0 != last:
            last = progress
            typer.echo(f"  {progress:.0%}".replace("%", " %"))

    return show
