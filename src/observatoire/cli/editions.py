"""``publier``, ``editions lister``, ``editions retirer``."""

from typing import Annotated

import typer

from observatoire.analyses import editions, publication
from observatoire.cli.context import OPERATOR, context_of, progress


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="Calcule, protège, audite et publie une édition.")(publier)
    group = typer.Typer(help="Éditions publiées.", no_args_is_help=True)
    group.command("lister", help="Liste les éditions, la plus récente d'abord.")(lister)
    group.command("retirer", help="Retire une édition : celle d'avant répond de nouveau.")(retirer)
    app.add_typer(group, name="editions")


def publier(
    context: typer.Context,
    reviser: Annotated[
        list[int] | None,
        typer.Option(help="année à recalculer (répétable) ; les autres sont reprises telles quelles"),
    ] = None,
) -> None:
    """Publish an edition of the whole calendar years that are over."""
    found = context_of(context)
    record = publication.publish(
        found.database, OPERATOR, found.journal(), progress(), revised=frozenset(reviser or ())
    )
    fates = record.audit["annees"]
    typer.echo(f"Édition {record.number} publiée.")
    typer.echo(
        f"Années : {fates.get('nouvelle', 0)} nouvelles, {fates.get('reprise', 0)} reprises à l'identique, "
        f"{fates.get('revisee', 0)} révisées, {fates.get('ecartee', 0)} écartées."
    )


def lister(context: typer.Context) -> None:
    """One line per edition."""
    for record in editions.listed(context_of(context).database):
        state = f"retirée : {record.withdrawal_reason}" if record.withdrawn_at else "publiée"
        typer.echo(f"{record.number} ; {record.published_at:%d/%m/%Y} ; {state} ; {record.digest}")


def retirer(context: typer.Context, numero: int, motif: Annotated[str, typer.Option()]) -> None:
    """Withdraw an edition."""
    found = context_of(context)
    record = editions.withdraw(found.database, numero, motif, OPERATOR, found.journal())
    typer.echo(f"Édition {record.number} retirée.")
