"""``observatoire avis``: silences are looked for, then listed."""

import pytest

from support.terminal import Terminal
from support.world import TOULOUSE, World


@pytest.fixture(scope="module")
def terminal(shared_world: World) -> Terminal:
    shared_world.source("pm")
    return Terminal(shared_world)


def test_the_silences_are_looked_for_then_listed(terminal: Terminal):
    assert terminal.run("avis", "lister").stdout == "Aucune source n'est en retard.\n"
    calendar = {"periodicite": "mensuelle", "delai_jours": 10, "attendu_depuis": "2026-01-01"}
    terminal.world.source("muette", "bailleur", TOULOUSE, calendrier=calendar)
    told = terminal.run("avis", "verifier").stdout
    assert told == "Avis relevés : 1 ; clos : 0 ; signalés par courriel : 0.\n"
    assert terminal.run("avis", "verifier").stdout.startswith("Avis relevés : 0 ;")
    assert "« muette » (muette) : rien reçu de 01/2026" in terminal.run("avis", "lister").stdout
