"""``importer``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from observatoire.cli.context import OPERATOR, context_of
from observatoire.domain.period import Period
from observatoire.errors import FieldError, InvalidRequest, RefusedFile
from observatoire.intake import service
from observatoire.intake.desk import Desk
from observatoire.intake.inspection import Options
from observatoire.store import sources

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="Importe un fichier pour une source.")(importer)


def importer(
    context: typer.Context,
    fichier: Path,
    source: Annotated[str, typer.Option()],
    profil: Annotated[str | None, typer.Option()] = None,
    simulation: Annotated[bool, typer.Option()] = False,
    debut: Day = None,
    fin: Day = None,
    arrete_le: Day = None,
) -> None:
    """Import one file and print its report."""
    found = context_of(context)
    with found.database.reading() as connection:
        record = sources.get(connection, source)
    declaration = service.Declaration(
        file_name=fichier.name,
        simulation=simulation,
        period=_period(debut, fin),
        as_of=arrete_le.date() if arrete_le else None,
        options=Options(profile=profil),
    )
    desk = Desk.of(found.database, found.settings)
    try:
        stream = fichier.open("rb")
    except OSError:
        raise RefusedFile(f"« {fichier} » ne peut pas être lu : vérifiez le chemin et les droits.") from None
    with stream:
        done = service.import_now(desk, stream, record, declaration, caller=OPERATOR.name)
    typer.echo(done.message)
    for anomaly in done.anomalies:
        typer.echo(f"  {anomaly['nombre']:>7} {anomaly['code']:<16} {anomaly['libelle']}")
    typer.echo(orjson.dumps({"id": str(done.id), "etat": done.state, "lignes": done.lines}).decode())


def _period(start: datetime | None, end: datetime | None) -> Period | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidRequest(fields=(FieldError("--debut, --fin", "les deux bornes vont ensemble"),))
    return Period(start.date(), end.date())
