"""``observatoire series``: load, list, take back, in a terminal."""

import re
from pathlib import Path

import pytest

from support.series import NEW_COMMUNES, new_row, points_of, series_of, table
from support.terminal import Terminal
from support.world import TOULOUSE, World


def run(world: World, *words: str, code: int = 0) -> str:
    printed = Terminal(world).run("series", *words, code=code)
    return printed.stdout + printed.stderr


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ssmsi") / "base.csv"
    path.write_bytes(
        table(NEW_COMMUNES, [new_row("31555", 8), new_row("31555", 9, indicator="Vols de lune")])
    )
    return path


def test_a_base_is_loaded_listed_and_taken_back(shared_world: World, base: Path):
    told = run(shared_world, "importer", str(base))
    assert "géographie 2026 : valide ; 2 lignes lues, 1 retenues, 0 en double, 1 écartées" in told
    assert re.search(r"1 SER_INDICATEUR +Indicateur inconnu du catalogue", told)
    assert points_of(series_of(shared_world, TOULOUSE), "vols_avec_armes")["2025"]["mesure"]["valeur"] == 8
    assert "rien n'a changé" in run(shared_world, "importer", str(base))
    listed = re.search(r"n° (\d+) Base statistique communale", run(shared_world, "lister"))
    assert listed is not None
    assert ": annule" in run(shared_world, "annuler", listed[1])
    left = series_of(shared_world, TOULOUSE)["resultat"]["series"]
    assert "vols_avec_armes" not in {row["code"] for row in left}


def test_what_a_file_does_not_tell_is_asked_for(shared_world: World, tmp_path: Path):
    path = tmp_path / "populations.csv"
    path.write_text("COM;PMUN;PCAP;PTOT\n31555;514819;5121;519940\n")
    told = run(shared_world, "importer", str(path), code=2)
    assert "Période inconnue" in told
    assert "--periode AAAA" in told
    assert "--geographie AAAA" in run(shared_world, "importer", str(path), "--periode", "2023", code=2)
    run(shared_world, "importer", str(path), "--periode", "2023", "--geographie", "2025")


def test_a_file_that_is_not_there_is_told(shared_world: World):
    assert "vérifiez le chemin" in run(shared_world, "importer", "/nulle/part.csv", code=2)
