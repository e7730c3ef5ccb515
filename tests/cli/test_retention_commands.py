"""``observatoire conservation``: the terms, the points, one fact, one source."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner, Result

from observatoire.cli import auditing, retention
from observatoire.cli.context import OPERATOR, Context
from observatoire.errors import InvalidRequest
from observatoire.store import inventory
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

Command = Callable[..., Result]


@pytest.fixture
def command(shared_world: World) -> Command:
    app = typer.Typer()
    retention.register(app)
    found = Context(shared_world.settings, shared_world.database, lambda: None, lambda *_, **__: None)
    return lambda *words, **more: CliRunner().invoke(app, ["conservation", *words], obj=found, **more)


def test_the_terms_the_points_one_fact_and_the_source_from_the_command_line(
    shared_world: World, command: Command
) -> None:
    shared_world.source("pm", territory=TOULOUSE)
    period = {"debut": "2025-03-01", "fin": "2025-04-01"}
    shared_world.send(pm_file([pm_row("C-1"), pm_row("C-2", "13/03/2025")]), **period)
    told = command("etat", "--a-la-date", "2056-01-01").stdout
    assert "« pm » : points gardés à partir du 01/01/2026 ; à réduire : 2 ; réduits : 0" in told
    assert "Journal d'audit : 365 jours" in told

    future = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")
    refused = command("purger", "--a-la-date", future)
    assert isinstance(refused.exception, InvalidRequest)
    assert command("purger").stdout == "Lignes réduites : 0 ; lieux oubliés : 0.\n"
    body = shared_world.get("/sources/pm") | {"conservation_annees": 1}
    shared_world.client.put("/api/v1/sources/pm", json=body, headers=shared_world.admin)
    assert command("purger", "--reecrire").stdout == "Lignes réduites : 2 ; lieux oubliés : 0.\n"

    erased = command("effacer", "--source", "pm", "--motif", "opposition", input="C-1\n").stdout
    assert "Versions effacées : 1 ; lignes à corriger retirées : 0." in erased
    assert "C-1" not in erased
    words = ["conservation", "effacer", "--source", "pm", "--motif", "opposition"]
    auditing.write(shared_world.database, "conservation effacer", words, 0, None)

    wrong = command("supprimer-source", "--source", "pm", "--confirmation", "mp")
    assert isinstance(wrong.exception, InvalidRequest)
    gone = command("supprimer-source", "--source", "pm", "--confirmation", "pm").stdout
    assert gone == "Source « pm » supprimée ; faits : 1.\n"
    assert shared_world.get("/sources/pm", status=404)
    with shared_world.database.owning() as connection:
        told = inventory.decisions(connection, datetime.now(UTC) - timedelta(hours=1), OPERATOR.name)
    assert ("administration", "observatoire conservation effacer", "pm") in {
        (d.action, d.subject, d.sources) for d in told
    }
    assert ("source supprimée", "pm") in {(d.action, d.subject) for d in told}
