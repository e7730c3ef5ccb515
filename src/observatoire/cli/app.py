"""Command line: parse, call one use case, print."""

import sys
from collections.abc import Callable
from typing import Any

import typer
import typer.main

from observatoire.cli import (
    accounts,
    analyses,
    audit,
    auditing,
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
from observatoire.errors import ObservatoireError, UnavailableStore
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
REFUSAL, FAILURE = 2, 70
UNWRITTEN = "L'action a pris fin sans pouvoir être inscrite au journal d'audit"


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

    held: list[Context] = []

    @app.callback()
    def prepare(context: typer.Context) -> None:
        settings = make_settings()
        context.obj = Context(settings, make_database(settings), make_app, work)
        held.append(context.obj)

    for module in COMMANDS:
        module.register(app)

    def run() -> None:
        held.clear()
        words = sys.argv[1:]
        code, refusal = _ended(app)
        mistyped = code == REFUSAL and refusal is None
        if held and not mistyped and not isinstance(refusal, UnavailableStore):
            reason = refusal.code if refusal else None
            command = auditing.command_of(typer.main.get_command(app), words)
            try:
                auditing.write(held[0].database, command, words, code, reason)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, by its kind only
                typer.secho(f"{UNWRITTEN} ({type(error).__name__}).", err=True, fg="red")
                code = code or FAILURE
        raise SystemExit(code)

    return run


def _ended(app: typer.Typer) -> tuple[int, ObservatoireError | None]:
    """Run what was typed: the exit status, and the refusal if it was one."""
    try:
        app()
    except SystemExit as left:
        return (left.code if isinstance(left.code, int) else int(left.code is not None)), None
    except ObservatoireError as error:
        _tell(error)
        return REFUSAL, error
    except Exception as error:  # noqa: BLE001 - a trace may hold cells or keys: only its kind is told
        typer.secho(f"Erreur imprévue ({type(error).__name__}) : rien n'a été écrit.", err=True, fg="red")
        return FAILURE, None
    return 0, None


def _tell(error: ObservatoireError) -> None:
    told = str(error)
    named = told if told.startswith(error.title) else f"{error.title} : {told}"
    typer.secho(named, err=True, fg="red")
    for fault in error.fields:
        expected = f" (attendu : {fault.expected})" if fault.expected else ""
        typer.echo(f"  {fault.field} : {fault.message}{expected}", err=True)
