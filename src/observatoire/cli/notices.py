"""``avis``: look over the sources, list the silences."""

from datetime import UTC, datetime

import typer

from observatoire.cli.context import context_of
from observatoire.notices.mail import Mailbox, sentence
from observatoire.notices.watching import watch
from observatoire.store import notices, sources

MOST_LISTED = 1000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Sources en retard ou silencieuses.", no_args_is_help=True)
    group.command("verifier", help="Relève les retards, clôt ceux qui ont pris fin, écrit le courriel.")(
        verifier
    )
    group.command("lister", help="Affiche les silences en cours.")(lister)
    app.add_typer(group, name="avis")


def verifier(context: typer.Context) -> None:
    """Raise and end notices now; the workers do so every hour."""
    found = context_of(context)
    done = watch(found.database, datetime.now(UTC), Mailbox.of(found.settings))
    typer.echo(f"Avis relevés : {done.raised} ; clos : {done.ended} ; signalés par courriel : {done.told}.")


def lister(context: typer.Context) -> None:
    """Print the silences that last."""
    with context_of(context).database.reading() as connection:
        codes = [source.code for source in sources.every(connection)]
        lasting, _ = notices.of_sources(connection, codes, True, MOST_LISTED, 0)
    for notice in lasting:
        typer.echo(sentence(notice))
    if not lasting:
        typer.echo("Aucune source n'est en retard.")
