"""``observatoire audit``: seal, verify, print the head."""

import re
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner, Result

from observatoire.cli import audit
from observatoire.cli.context import Context
from support.trails import Trail
from support.world import World

Command = Callable[..., Result]


@pytest.fixture
def command(shared_world: World) -> Command:
    app = typer.Typer()
    audit.register(app)
    found = Context(shared_world.settings, shared_world.database, lambda: None, lambda *_, **__: None)
    return lambda *words: CliRunner().invoke(app, ["audit", *words], obj=found)


def test_the_trail_is_sealed_verified_printed_and_a_change_is_told(
    shared_world: World, command: Command
) -> None:
    shared_world.source("pm")
    assert command("sceller").stdout == "Scellement 1 : 1 entrée.\n"
    assert command("sceller").stdout == "Rien à sceller.\n"
    shared_world.source("autre")
    told = command("verifier")
    intact = "Journal d'audit intact : 1 scellement, 1 entrée ; 1 entrée attend d'être scellée.\n"
    assert (told.exit_code, told.stdout) == (0, intact)
    head = command("exporter").stdout.strip()
    assert re.fullmatch(r"1:[0-9a-f]{64}", head)
    trail = Trail(shared_world.database, shared_world.settings.var)
    assert trail.cheat("update audit.entry set key_label = 'x' where id = 1") == 1
    refused = command("verifier", "--tete", head)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Journal d'audit altéré au scellement 1 : entrée modifiée.")
    assert "prévenez le responsable" in refused.stderr
    assert "s'écrit « numéro:empreinte »" in str(command("verifier", "--tete", "1").exception)
