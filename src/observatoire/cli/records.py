"""``registre`` and ``aipd``: the documents of the GDPR, filled from what is in force."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, Context, context_of
from observatoire.compliance.assessment import assessment
from observatoire.compliance.register import register as record_of_processing
from observatoire.compliance.standing import Standing, standing
from observatoire.domain.record import Record
from observatoire.outputs import record as output
from observatoire.store import reach

Page = Annotated[Path | None, typer.Option(help="nouvelle page HTML ; à défaut, texte à l'écran")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("registre", help="Registre des activités de traitement (article 30 du RGPD).")(registre)
    app.command("aipd", help="Trame de l'analyse d'impact, remplie de ce qui est en vigueur.")(aipd)


def registre(context: typer.Context, page: Page = None) -> None:
    """Print the record."""
    _print(context_of(context), record_of_processing, page)


def aipd(context: typer.Context, page: Page = None) -> None:
    """Print the outline."""
    _print(context_of(context), assessment, page)


def _print(found: Context, draw: Callable[[Standing], Record], page: Path | None) -> None:
    reached = reach.reach_of(found.database, OPERATOR)
    record = draw(standing(found.database, found.settings, reached, datetime.now(UTC)))
    if page is None:
        typer.echo(output.text(record), nl=False)
        return
    page.write_text(output.html(record), encoding="utf-8")
    typer.echo(f"{page} : {output.state(record)}")
