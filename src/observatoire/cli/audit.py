"""``audit``: the trail of who did what is sealed, verified, and its head printed."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from observatoire.cli.context import context_of
from observatoire.trail import keeping
from observatoire.trail.heads import Head
from observatoire.trail.verifying import Tampering, Verified, verify
from observatoire.vocabulary.agreement import agree

TAMPERED = 1
"""Exit status of a trail that does not hold."""
ADVICE = {
    Tampering.NO_HEAD: "« audit_tete » manque à côté de la clé : donnez une tête imprimée (--tete).",
}
COMMON_ADVICE = "conservez la base en l'état, et prévenez le responsable du traitement."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Journal d'audit : scellements et vérification.", no_args_is_help=True)
    group.command("sceller", help="Scelle les entrées en attente, efface celles dont la durée est passée.")(
        sceller
    )
    group.command("verifier", help="Recalcule toute la chaîne ; code 1 si elle ne tient pas.")(verifier)
    group.command("exporter", help="Imprime la tête de la chaîne, à conserver sur papier.")(exporter)
    app.add_typer(group, name="audit")


def sceller(context: typer.Context) -> None:
    """Seal now; the workers do so every minute."""
    found = context_of(context)
    means = keeping.Means.of(found.settings)
    made, gone = keeping.keep(found.database, means, datetime.now(UTC))
    if made is None:
        typer.echo("Rien à sceller.")
    else:
        typer.echo(f"Scellement {made.number} : {_entries(made.entries)}.")
    if gone:
        typer.echo(f"Durée de conservation passée : {_entries(gone)} en moins.")


def verifier(
    context: typer.Context,
    tete: Annotated[
        list[str] | None, typer.Option(help="tête imprimée, « numéro:empreinte » ; peut être répétée")
    ] = None,
) -> None:
    """Compute the chain again."""
    found = context_of(context)
    paper = [Head.parse(text) for text in tete or ()]
    verified = verify(found.database, keeping.Means.of(found.settings), *paper)
    if verified.fault is None:
        typer.echo(_intact(verified))
        return
    kind = verified.fault.kind
    typer.secho(f"Journal d'audit altéré au scellement {verified.fault.seal} : {kind}.", err=True, fg="red")
    typer.echo(f"À faire : {ADVICE.get(kind, COMMON_ADVICE)}", err=True)
    raise typer.Exit(TAMPERED)


def _intact(verified: Verified) -> str:
    seals = agree(verified.seals, "scellement", "scellements")
    start = f" (à partir du scellement {verified.first})" if verified.first > 1 else ""
    waiting = agree(verified.waiting, "entrée attend d'être scellée", "entrées attendent d'être scellées")
    return f"Journal d'audit intact : {seals}{start}, {_entries(verified.entries)} ; {waiting}."


def exporter(context: typer.Context) -> None:
    """Print the head: whoever holds it on paper can tell a chain that was cut or made again."""
    found = context_of(context)
    verified = verify(found.database, keeping.Means.of(found.settings))
    if verified.head is None:
        typer.echo("Aucun scellement : rien à imprimer.")
        return
    typer.echo(str(verified.head))


def _entries(number: int) -> str:
    return agree(number, "entrée", "entrées")
