"""``serve`` and ``openapi``."""

import signal
import sys
from contextlib import nullcontext
from typing import Annotated

import typer
import uvicorn
import yaml

from observatoire import production
from observatoire.cli.context import context_of
from observatoire.cli.working import Attendant

SECONDS_TO_ANSWER = 5
"""What a stopping server leaves to answers under way; a stream of events would never end by itself."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="Démarre le serveur.")(serve)
    app.command("verifier-configuration", help="Dit ce qui manque pour démarrer en production.")(
        verifier_configuration
    )
    app.command(help="Écrit le contrat OpenAPI (YAML) sur la sortie.")(openapi)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option()] = 8000,
    host: Annotated[str, typer.Option(help="adresse d'écoute")] = "127.0.0.1",
    travailleur: Annotated[
        bool,
        typer.Option(
            "--travailleur/--sans-travailleur", help="exécute aussi les imports, dans un processus à part"
        ),
    ] = True,
) -> None:
    """Serve on loopback unless told otherwise."""
    found = context_of(context)
    application = found.make_app()
    # uvicorn raises the signal again once it has stopped: the worker must be stopped too before we end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Attendant(found.settings) if travailleur else nullcontext():
        uvicorn.run(
            application,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_ANSWER,
        )


def verifier_configuration(context: typer.Context) -> None:
    """Tell all that a production lacks, before it is one: exit code 2, and nothing is started."""
    settings = context_of(context).settings
    production.check(settings.model_copy(update={"production": True}))
    typer.echo("Rien ne manque pour démarrer en production.")
    if not settings.production:
        typer.echo("« OBSERVATOIRE_PRODUCTION » n'est pas à « true » : ce n'est pas encore la production.")


def openapi(context: typer.Context) -> None:
    """Print openapi.yaml."""
    schema = context_of(context).make_app().openapi()
    typer.echo(yaml.safe_dump(schema, allow_unicode=True, sort_keys=False, width=110), nl=False)
