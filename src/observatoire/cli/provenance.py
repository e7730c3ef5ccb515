"""``provenance``."""

import typer

from observatoire.analyses import tracing
from observatoire.analyses.official_series import SeriesQuestion
from observatoire.analyses.traces import Trace
from observatoire.cli.context import OPERATOR, context_of
from observatoire.store.imports import ImportRecord


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("provenance", help="Ce sur quoi repose un chiffre, d'après son empreinte.")(provenance)


def provenance(context: typer.Context, empreinte: str) -> None:
    """What a figure rested on, and whether it still is today's."""
    found = context_of(context)
    traced = tracing.trace(found.database, empreinte, OPERATOR, found.journal())
    _tell_question(traced)
    for source in traced.sources:
        contract = source.contract
        typer.echo(f"Source « {contract.code} » ({contract.organisation}) : {contract.precision.value}")
        for record in source.imports:
            typer.echo(f"  {_told(record)}")
    for declared in traced.breaks:
        typer.echo(f"Rupture le {declared.day:%d/%m/%Y}, « {declared.source} » : {declared.reason}")
    _tell_today(traced)


def _tell_question(traced: Trace) -> None:
    asked = traced.question
    if asked is not None:
        told = asked.words() if isinstance(asked, SeriesQuestion) else asked.canonical()
        typer.echo(f"Question : {told}")
    typer.echo(f"Méthode : {traced.method.name} v{traced.method.version} ; logiciel {traced.software}")
    for file in traced.files:
        typer.echo(
            f"Fichier n° {file.number}, {file.dataset} {file.edition} : {file.sha256[:12]}, {file.state}"
        )
    if traced.classing is None:
        return
    version, total = traced.classing
    typer.echo(
        f"Règles : nomenclature v{traced.taxonomy} ; correspondances n° {version} ({total} décisions) ; "
        f"géographie {traced.geography} ; {traced.disclosure.policy} v{traced.disclosure.version}"
        + (f" ; édition {traced.disclosure.edition}" if traced.disclosure.edition else "")
    )


def _told(record: ImportRecord) -> str:
    name, digest = record.file.get("nom", "néant"), (record.sha256 or "")[:12]
    period = f"{record.period.start} → {record.period.end}" if record.period else "sans période"
    return (
        f"{record.id} reçu le {record.started_at:%d/%m/%Y}, arrêté le {record.as_of:%d/%m/%Y}, {period}, "
        f"{record.lines.get('lues', 0)} lignes, « {name} » {digest}, {record.profile or 'sans profil'}, "
        f"{record.state}"
    )


def _tell_today(traced: Trace) -> None:
    typer.echo(f"Conservée le {traced.kept_at:%d/%m/%Y}, {'intacte' if traced.intact else 'ALTÉRÉE'}")
    words = {True: "oui", False: "non", None: "on ne peut le dire à présent"}
    typer.echo(f"À jour : {words[traced.up_to_date]}")
    for change in traced.changes:
        typer.echo(f"  - {change.sentence}")
