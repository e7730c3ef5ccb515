"""``series``: official series, loaded, listed, taken back."""

from pathlib import Path
from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, context_of, progress
from observatoire.domain.series import DATASETS
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import RefusedFile
from observatoire.intake.series import service
from observatoire.intake.series.opening import PathOrigin
from observatoire.intake.series.recognising import Declared
from observatoire.store import series as store
from observatoire.store.series import SeriesFile


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Séries officielles : SSMSI, état 4001, Insee.", no_args_is_help=True)
    group.command("importer", help="Charge un fichier de producteur (CSV, CSV.GZ, Parquet, classeur).")(
        importer
    )
    group.command("lister", help="Fichiers chargés, du plus récent au plus ancien.")(lister)
    group.command("annuler", help="Retire un fichier : ce qu'il avait remplacé revient.")(annuler)
    app.add_typer(group, name="series")


def importer(
    context: typer.Context,
    fichier: Path,
    edition: Annotated[str | None, typer.Option(help="par défaut celle du fichier")] = None,
    geographie: Annotated[int | None, typer.Option(help="millésime du COG, si le fichier le tait")] = None,
    periode: Annotated[str | None, typer.Option(help="AAAA ou AAAA-MM, si le fichier la tait")] = None,
    territoire: Annotated[str | None, typer.Option(help="niveau:code, pour un tableau transmis")] = None,
) -> None:
    """Load one file and print what became of its lines."""
    found = context_of(context)
    declared = Declared(edition, geographie, periode, TerritoryCode.parse(territoire) if territoire else None)
    try:
        outcome = service.import_series(
            found.database,
            found.settings.data,
            PathOrigin(fichier),
            declared,
            caller=OPERATOR.name,
            progress=progress(),
        )
    except OSError:
        raise RefusedFile(f"« {fichier} » ne peut pas être lu : vérifiez le chemin et les droits.") from None
    if outcome.unchanged:
        typer.echo("Ce fichier est déjà chargé, à l'octet près : rien n'a changé.")
    _tell(outcome.record)
    for anomaly in outcome.record.anomalies:
        typer.echo(f"  {anomaly['nombre']:>9} {anomaly['code']:<16} {anomaly['libelle']}")


def lister(context: typer.Context) -> None:
    """Print every file and its state."""
    with context_of(context).database.reading() as connection:
        records = store.every(connection)
    for record in records:
        _tell(record)
    if not records:
        typer.echo("Aucune série officielle n'est chargée.")


def annuler(context: typer.Context, numero: int) -> None:
    """Take a file back."""
    with context_of(context).database.importing() as connection:
        _tell(store.undo(connection, numero))


def _tell(record: SeriesFile) -> None:
    lines = record.lines
    typer.echo(
        f"n° {record.number} {DATASETS[record.dataset].label}, édition {record.edition}, géographie "
        f"{record.geography} : {record.state} ; {lines['lues']} lignes lues, {lines['retenues']} retenues, "
        f"{lines['doublons']} en double, {lines['ecartees']} écartées ({record.file['nom']})"
    )
