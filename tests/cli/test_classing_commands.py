"""``observatoire categories`` and ``nomenclature``: labels classed by a person, versions of the taxonomy."""

from pathlib import Path

import pytest

from support.files import pm_file, pm_row
from support.terminal import ROOT, Terminal
from support.world import TOULOUSE, World


@pytest.fixture(scope="module")
def terminal(shared_world: World) -> Terminal:
    shared_world.source("pm")
    return Terminal(shared_world)


def test_labels_are_listed_classed_and_taken_back(terminal: Terminal, tmp_path: Path):
    terminal.world.source("csu", territory=TOULOUSE)
    terminal.world.send(
        pm_file([pm_row("1", nature="Stationement genant"), pm_row("2", nature="Hourvari")]), "csu"
    )
    told = terminal.run("categories", "a-classer", "--source", "csu").stdout
    assert "1  csu" in told
    assert "Stationement genant" in told
    assert "→ C101 Stationnement gênant" in told
    assert "2 libellés, nomenclature 1." in told
    assert "100 % des faits restent à classer" in told
    done = terminal.run("categories", "classer", "HOURVARI", "A101", "--source", "csu").stdout
    assert "« HOURVARI » : Z999 → A101" in done
    assert "1 fait reclassé." in done
    assert (
        "déjà décidé" in terminal.run("categories", "classer", "hourvari", "A101", "--source", "csu").stdout
    )
    assert (
        "A101 → décision retirée"
        in terminal.run("categories", "retirer", "Hourvari", "--source", "csu").stdout
    )
    listed = terminal.run("categories", "historique").stdout
    assert listed.count("ligne de commande") == 2
    assert "2 décisions." in listed
    assert "0 fait reclassé" in terminal.run("nomenclature", "reclasser").stdout


def test_a_label_needs_a_leaf_that_exists_and_one_scope(terminal: Terminal):
    told = terminal.run("categories", "classer", "Hourvari", "A999", "--source", "pm", code=2).stderr
    assert "cette catégorie ne peut pas être donnée" in told
    assert (
        "--source, --organisation" in terminal.run("categories", "classer", "Hourvari", "A101", code=2).stderr
    )


def test_a_taxonomy_that_loses_a_code_is_refused_in_french(terminal: Terminal, tmp_path: Path):
    shipped = (ROOT / "data" / "taxonomie_pivot.csv").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "nomenclature.csv"
    file.write_text("\n".join(line for line in shipped if ";A401;" not in line), encoding="utf-8")
    told = terminal.run("nomenclature", "charger", str(file), code=2).stderr
    assert "Nomenclature refusée" in told
    assert "A401 : code perdu" in told
    assert terminal.run("nomenclature", "versions").stdout.count("nomenclature livrée") == 1
