"""Command line: parse, call one use case, print."""

from collections.abc import Callable
from typing import Any

import typer

from observatoire.cli import (
    accounts,
    analyses,
    audit,
    backups,
    categories,
    demo,
    editions,
    geography,
    imports,
    notices,
    persons,
    places,
    provenance,
    records,
    reference,
    retention,
    series,
    serving,
    working,
    zones,
)
from observatoire.cli.context import Context
from observatoire.errors import ObservatoireError
from observatoire.settings import Settings
from observatoire.store.engine import Database

COMMANDS = (
    reference,
    accounts,
    persons,
    geography,
    zones,
    imports,
    editions,
    series,
    places,
    categories,
    analyses,
    provenance,
    notices,
    audit,
    retention,
    records,
    backups,
    demo,
    serving,
    working,
)
"""In the order in which they are listed."""


def build_cli(
    make_settings: Callable[[], Settings],
    make_database: Callable[[Settings], Database],
    make_app: Callable[[], Any],
    work: Callable[..., None],
) -> Callable[[], None]:
    """The ``observatoire`` command, given the builders of ``bootstrap``."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Observatoire de la tranquillité publique.",
    )

    @app.callback()
    def prepare(context: typer.Context) -> None:
        settings = make_settings()
        context.obj = Context(settings, make_database(settings), make_app, work)

    for module in COMMANDS:
        module.register(app)

    def run() -> None:
        try:
            app()
        except ObservatoireError as error:
            told = str(error)
            named = told if told.startswith(error.title) else f"{error.title} : {told}"
            typer.secho(named, err=True, fg="red")
            for fault in error.fields:
                expected = f" (attendu : {fault.expected})" if fault.expected else ""
                typer.echo(f"  {fault.field} : {fault.message}{expected}", err=True)
            raise SystemExit(2) from None
        except Exception as error:  # noqa: BLE001 - a trace may hold cells or keys: only its kind is told
            typer.secho(f"Erreur imprévue ({type(error).__name__}) : rien n'a été écrit.", err=True, fg="red")
            raise SystemExit(70) from None

    return run
