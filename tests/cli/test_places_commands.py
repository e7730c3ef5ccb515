"""``observatoire lieux`` and ``geocodage``: a table of places, the services that may be asked."""

from pathlib import Path

import pytest
from sqlalchemy import text

from support.terminal import Terminal
from support.world import World


@pytest.fixture(scope="module")
def terminal(shared_world: World) -> Terminal:
    shared_world.source("pm")
    return Terminal(shared_world)


def test_a_table_of_places_is_loaded_and_places_what_waited(terminal: Terminal, tmp_path: Path):
    table = tmp_path / "lieux.csv"
    table.write_text("nom;commune;longitude;latitude\nMairie;31555;1.4440;43.6040\n", encoding="utf-8")
    told = terminal.run("lieux", "charger", str(table), "--organisation", "pm").stdout
    assert "1 lieu en vigueur pour « pm » (version 1)" in told
    with terminal.world.database.owning() as connection:
        journal = connection.execute(text("select action, question from accounts.journal")).all()
    assert ("table des lieux", "pm version 1") in [tuple(line) for line in journal]
    table.write_text("nom;commune;longitude;latitude\nMairie;31999;1.4440;43.6040\n", encoding="utf-8")
    refused = terminal.run("lieux", "charger", str(table), "--organisation", "pm", code=2).stderr
    assert "ligne 2, commune" in refused
    assert "0 lieu placé, 0 toujours à vérifier" in terminal.run("geocodage", "reprendre").stdout


def test_the_national_geocoder_wants_the_setting_of_the_server(terminal: Terminal):
    refused = terminal.run("geocodage", "national", "--actif", code=2).stderr
    assert "OBSERVATOIRE_NATIONAL_GEOCODER" in refused
    assert "coupé" in terminal.run("geocodage", "national", "--coupe").stdout
