"""``observatoire registre`` and ``aipd``."""

from pathlib import Path

import typer
from typer.testing import CliRunner

from observatoire.cli import records
from observatoire.cli.context import Context
from support.world import World


def test_the_documents_are_printed_as_text_or_written_as_a_page(shared_world: World, tmp_path: Path):
    shared_world.source("pm", libelle="Police municipale")
    app = typer.Typer()
    records.register(app)
    found = Context(shared_world.settings, shared_world.database, lambda: None, lambda *_, **__: None)
    told = CliRunner().invoke(app, ["registre"], obj=found).stdout
    assert told.startswith("Registre des activités de traitement\n")
    assert "  - [à compléter] responsable du traitement" in told
    assert "Police municipale" in told
    page = tmp_path / "aipd.html"
    done = CliRunner().invoke(app, ["aipd", "--page", str(page)], obj=found)
    assert done.exit_code == 0
    assert "rubriques à compléter" in done.stdout
    assert page.read_text().startswith('<!doctype html><html lang="fr">')
