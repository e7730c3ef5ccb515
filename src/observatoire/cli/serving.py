"""``serve`` and ``openapi``."""

from typing import Annotated

import typer
import uvicorn
import yaml

from observatoire.cli.context import context_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="Démarre le serveur.")(serve)
    app.command(help="Écrit le contrat OpenAPI (YAML) sur la sortie.")(openapi)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option()] = 8000,
    host: Annotated[str, typer.Option(help="adresse d'écoute")] = "127.0.0.1",
) -> None:
    """Serve on loopback unless told otherwise."""
    uvicorn.run(context_of(context).make_app(), host=host, port=port, log_level="warning", access_log=False)


def openapi(context: typer.Context) -> None:
    """Print openapi.yaml."""
    schema = context_of(context).make_app().openapi()
    typer.echo(yaml.safe_dump(schema, allow_unicode=True, sort_keys=False, width=110), nl=False)
