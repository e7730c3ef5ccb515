"""``conservation``: what is kept and how long, and the points that are too old."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, context_of
from observatoire.domain.erasure import ErasureReason
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake import deleting
from observatoire.intake.desk import Desk
from observatoire.intake.erasing import erase
from observatoire.intake.retention import kinds, reducing, standing
from observatoire.store import accounts, sources

Day = Annotated[
    datetime | None, typer.Option("--a-la-date", formats=["%Y-%m-%d"], help="au lieu d'aujourd'hui")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Durées de conservation, purge des points.", no_args_is_help=True)
    group.command("etat", help="Affiche les durées, et ce qui attend d'être réduit.")(etat)
    group.command("purger", help="Réduit au quartier les points trop anciens.")(purger)
    group.command("effacer", help="Efface un fait ; sa référence est demandée, jamais un argument.")(effacer)
    group.command("supprimer-source", help="Supprime une source et tout ce qui en vient.")(supprimer_source)
    app.add_typer(group, name="conservation")


def etat(context: typer.Context, a_la_date: Day = None) -> None:
    """Print the rules, and how many rows a purge would touch; a day to come may be asked for."""
    found = context_of(context)
    for rule in kinds.rules(found.settings):
        term = "" if rule.days is None else f"{rule.days} jours, puis "
        typer.echo(f"{rule.kind:16} {rule.label} : {term}{rule.then}")
    day = _day(a_la_date)
    for standing_ in standing.of_sources(Desk.of(found.database, found.settings), day):
        typer.echo(
            f"« {standing_.source} » : points gardés à partir du {standing_.points_since:%d/%m/%Y} ; "
            f"à réduire : {standing_.to_reduce} ; réduits : {standing_.reduced}"
        )


def purger(
    context: typer.Context,
    a_la_date: Day = None,
    reecrire: Annotated[
        bool,
        typer.Option(
            "--reecrire",
            help="réécrit aussi les tables, sans aucun octet laissé dans leurs pages (elles sont bloquées)",
        ),
    ] = False,
) -> None:
    """Reduce the points that are too old now; the workers do so every night.

    Raises:
        InvalidRequest: a day to come would take points that may still be kept.
    """
    found = context_of(context)
    day = _day(a_la_date)
    if day > datetime.now(UTC).date():
        fault = FieldError("a-la-date", "cette date est à venir : « etat » dit ce qui serait réduit")
        raise InvalidRequest(fields=(fault,))
    done = reducing.reduce_points(Desk.of(found.database, found.settings), day, author=OPERATOR.name)
    if done.put_off:
        typer.echo("Un import ou un rattachement de faits est en cours : réessayez ensuite pour le reste.")
        raise typer.Exit(1)
    if reecrire:
        found.database.take_room_back(reducing.TABLES, rewrite=True)
    typer.echo(f"Lignes réduites : {sum(done.rows.values())} ; lieux oubliés : {done.places}.")


def effacer(
    context: typer.Context,
    source: Annotated[str, typer.Option()],
    motif: Annotated[ErasureReason, typer.Option("--motif")],
) -> None:
    """Erase a fact by the reference that is typed: an argument would stay in the shell's history."""
    found = context_of(context)
    with found.database.reading() as connection:
        record = sources.get(connection, source)
    reference = typer.prompt("Référence du fait", hide_input=True)
    done = erase(Desk.of(found.database, found.settings), record, reference, motif, OPERATOR.name)
    typer.echo(f"Versions effacées : {done.versions} ; lignes à corriger retirées : {done.rejected_lines}.")


def supprimer_source(
    context: typer.Context,
    source: Annotated[str, typer.Option()],
    confirmation: Annotated[str, typer.Option("--confirmation", help="le code, écrit une seconde fois")],
) -> None:
    """Delete a source now, behind the import of it that runs."""
    found = context_of(context)
    with found.database.reading() as connection:
        record = sources.get(connection, source)
    desk = Desk.of(found.database, found.settings)
    deleting.ask(desk, record, confirmation, lambda _connection, _source: None)
    facts = deleting.delete(desk, source)
    with found.database.importing() as connection:  # the audit trail names only sources that exist
        accounts.write_journal(
            connection, OPERATOR.name, OPERATOR.role or "", "source supprimée", source, None
        )
    told = "déjà supprimée" if facts is None else f"supprimée ; faits : {facts}"
    typer.echo(f"Source « {source} » {told}.")


def _day(asked: datetime | None) -> date:
    return (asked or datetime.now(UTC)).date()
