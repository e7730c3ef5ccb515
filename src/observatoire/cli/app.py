"""Command line: parse, call one use case, print."""

from collections.abc import Callable
from typing import Any

import typer

from observatoire.cli import analyses, demo, imports, reference, serving
from observatoire.cli.context import Context
from observatoire.errors import ObservatoireError
from observatoire.settings import Settings
from observatoire.store.engine import Database


def build_cli(
    make_settings: Callable[[], Settings],
    make_database: Callable[[Settings], Database],
    make_app: Callable[[], Any],
) -> Callable[[], None]:
    """The ``observatoire`` command, given the builders of ``bootstrap``."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, help="Observatoire de la tranquillité publique."
    )

    @app.callback()
    def prepare(context: typer.Context) -> None:
        settings = make_settings()
        context.obj = Context(settings, make_database(settings), make_app)

    for module in (reference, imports, analyses, demo, serving):
        module.register(app)

    def run() -> None:
        try:
            app()
        except ObservatoireError as error:
            typer.secho(f"{error.title} : {error}", err=True, fg="red")
            for fault in error.fields:
                expected = f" (attendu : {fault.expected})" if fault.expected else ""
                typer.echo(f"  {fault.field} : {fault.message}{expected}", err=True)
            raise SystemExit(2) from None

    return run
