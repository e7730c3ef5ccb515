"""The command line, as a person types it: the same use cases, French messages, exit code 2."""

import json
import re
from pathlib import Path

import pytest

from observatoire.domain.territory import TerritoryCode
from observatoire.store.reference import territories
from support.files import pm_file, pm_row
from support.terminal import ROOT, Terminal
from support.world import EPCI, TOULOUSE, World

YEAR = ["--debut", "2025-01-01", "--fin", "2026-01-01"]


@pytest.fixture(scope="module")
def terminal(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    shared_world.source("pm")
    shell = Terminal(shared_world)
    file = tmp_path_factory.mktemp("exports") / "export.csv"
    hours = ["22h45", "23h10", "08h00", ""]
    rows = [
        pm_row(
            str(i),
            f"{1 + i % 28:02d}/{1 + i % 12:02d}/2025",
            hours[i % 4],
            "Tapage nocturne",
            point=(f"{574357 + i % 30},3", "6279642,9"),
        )
        for i in range(90)
    ]
    file.write_bytes(pm_file([*rows, pm_row("x", "31/02/2025")]))
    period = ["--debut", "2025-01-01", "--fin", "2026-01-01"]
    told = shell.run("importer", str(file), "--source", "pm", *period).stdout
    report = json.loads(told.strip().splitlines()[-1])
    assert report["etat"] == "valide"
    assert report["lignes"]["lues"] == 91
    assert report["lignes"]["quarantaine"] == 1
    assert "1 en quarantaine" in told
    return shell


def test_an_import_by_the_command_line_is_seen_by_the_api(terminal: Terminal):
    listed = terminal.world.get("/imports", source="pm", etat="valide")["imports"]
    assert listed[-1]["lignes"]["creees"] == 90
    assert listed[-1]["fichier"]["nom"] == "export.csv"
    assert listed[-1]["periode"] == {"debut": "2025-01-01", "fin": "2026-01-01", "deduite": False}


def test_a_simulation_writes_nothing(terminal: Terminal, tmp_path: Path):
    file = tmp_path / "autre.csv"
    file.write_bytes(pm_file([pm_row("neuf", "05/05/2025")]))
    before = terminal.run("analyser", "synthese", TOULOUSE, *YEAR).stdout
    told = terminal.run("importer", str(file), "--source", "pm", "--simulation").stdout
    assert "simulation : rien n'a été écrit" in told
    assert terminal.run("analyser", "synthese", TOULOUSE, *YEAR).stdout == before


def test_the_summary_tells_what_the_api_answers(terminal: Terminal):
    told = terminal.run("analyser", "synthese", TOULOUSE, *YEAR).stdout
    answer = terminal.world.get("/analyses/synthese", territoire=TOULOUSE, debut=YEAR[1], fin=YEAR[3])
    facts = answer["resultat"]["groupes"][0]["faits"]["valeur"]
    assert f"pm : {facts} faits (absent un an avant)" in told
    assert f"A1 Bruit : {facts}" in told
    assert answer["preuve"]["provenance"]["empreinte"] in told
    for warning in answer["preuve"]["avertissements"]:
        assert f"! {warning}" in told


def test_time_slots_are_told_by_day_with_the_unknown_hours_beside(terminal: Terminal):
    told = terminal.run("analyser", "creneaux-horaires", TOULOUSE, *YEAR).stdout
    days = [line.split()[0] for line in told.splitlines()[1:8]]
    assert days == ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    numbers = [int(n) for line in told.splitlines()[1:8] for n in re.findall(r"\d+", line)]
    unknown = int(re.search(r"heure inconnue : (\d+)", told)[1])  # type: ignore[index]
    assert sum(numbers) + unknown == 90
    assert unknown == 22


def test_trends_tell_each_month_and_a_careful_sentence(terminal: Terminal):
    told = terminal.run("analyser", "tendances", TOULOUSE, *YEAR).stdout
    months = dict(re.findall(r"^  (2025-\d\d) : (\d+)$", told, re.MULTILINE))
    assert len(months) == 12
    assert sum(map(int, months.values())) == 90
    assert "Évolution non concluante : moins de 36 mois" in told


def test_trends_are_told_by_week_too(terminal: Terminal):
    told = terminal.run("analyser", "tendances", TOULOUSE, *YEAR, "--pas", "semaine").stdout
    weeks = dict(re.findall(r"^  (202\d-W\d\d) : (\d+)$", told, re.MULTILINE))
    assert len(weeks) == 53
    assert sum(map(int, weeks.values())) == 90
    assert "Test de Mann-Kendall non calculable : moins de 36 mois" in told


def test_an_evolution_tells_the_sentence_of_the_api_and_one_per_family(terminal: Terminal):
    colomiers = "commune:31149"
    terminal.world.source("voisine", territory=colomiers)
    rows = [
        pm_row(f"{year}-{i}", f"{1 + i % 28:02d}/{1 + i % 12:02d}/{year}", code="31149", point=("", ""))
        for year in (2023, 2024, 2025)
        for i in range(60)
    ]
    terminal.world.send(pm_file(rows), "voisine", debut="2023-01-01", fin="2026-01-01")
    words = ["analyser", "evolution", colomiers, "--source", "voisine", *YEAR]
    told = terminal.run(*words, "--par", "famille").stdout
    asked = {"territoire": colomiers, "debut": YEAR[1], "fin": YEAR[3], "source": "voisine", "par": "famille"}
    answer = terminal.world.get("/analyses/evolution", **asked)
    assert told.splitlines()[0] == answer["resultat"]["ensemble"]["phrase"]
    assert f"  A1 Bruit : {answer['resultat']['lignes'][0]['phrase']}" in told
    assert answer["preuve"]["provenance"]["empreinte"] in told
    refused = terminal.run(*words, "--reference", "moyenne_3_ans", code=2)
    assert "Manquent : « voisine » 2022-01" in refused.stderr


def test_a_comparison_tells_each_sentence_of_the_api_and_why_towns_are_alike(terminal: Terminal):
    words = ["analyser", "comparaisons", TOULOUSE, "--source", "pm", "--categorie", "A1", *YEAR]
    told = terminal.run(*words, "--avec", "epci,pairs", "--criteres", "population", "--nombre", "3").stdout
    asked = {"territoire": TOULOUSE, "debut": YEAR[1], "fin": YEAR[3], "source": "pm", "categorie": "A1"}
    peers = {"avec": "epci,pairs", "criteres": "population", "nombre": 3}
    answer = terminal.world.get("/analyses/comparaisons", **asked, **peers)
    sentences = [row["phrase"] for row in answer["resultat"]["lignes"]]
    assert told.splitlines()[: len(sentences)] == sentences
    assert "intervalle à 95 %" in sentences[0]
    alike = answer["resultat"]["semblables"]["communes_semblables"]
    listed = [line for line in told.splitlines() if line.startswith("  semblable : ")]
    assert [line.split("(")[1].split(")")[0] for line in listed] == [town["territoire"] for town in alike]
    assert "Critère population municipale (logarithme), poids 1 : retenu" in told
    assert answer["preuve"]["provenance"]["empreinte"] in told


def test_a_cross_table_is_told_with_its_margins_and_the_words_of_the_api(terminal: Terminal):
    words = ["analyser", "croisements", TOULOUSE, "--lignes", "famille", "--colonnes", "creneau", *YEAR]
    told = terminal.run(*words).stdout
    asked = {
        "territoire": TOULOUSE,
        "debut": YEAR[1],
        "fin": YEAR[3],
        "lignes": "famille",
        "colonnes": "creneau",
    }
    answer = terminal.world.get("/analyses/croisements", **asked)
    (row,) = answer["resultat"]["matrice"]
    figures = [{None: "absent"}.get(cell["faits"]["valeur"], str(cell["faits"]["valeur"])) for cell in row]
    assert f"Bruit\t{chr(9).join(figures)}\t68" in told
    assert answer["resultat"]["independance"]["phrase"] in told
    assert "exclus, heure_inconnue : 22" in told
    refused = terminal.run(*words[:4], "domaine", "--colonnes", "famille", code=2)
    assert "Dimensions liées" in refused.stderr


def test_a_portrait_is_told_side_by_side(terminal: Terminal):
    told = terminal.run("analyser", "portrait", TOULOUSE, *YEAR).stdout
    answer = terminal.world.get("/analyses/portrait", territoire=TOULOUSE, debut=YEAR[1], fin=YEAR[3])
    population = answer["resultat"]["contexte"]["population"]
    assert told.startswith("Toulouse (commune:31555)")
    assert f"population : {population['valeur']:g} ({population['millesime']}, territoires)" in told
    assert "logements : aucun millésime" in told
    assert "pm : 90 faits" in told
    assert "côte à côte" in told


def test_hotspots_tell_the_cells_and_the_mask(terminal: Terminal):
    told = terminal.run("analyser", "points-chauds", TOULOUSE, *YEAR).stdout
    answer = terminal.world.get("/analyses/points-chauds", territoire=TOULOUSE, debut=YEAR[1], fin=YEAR[3])
    mask = answer["resultat"]["masque"]
    assert f"sur {mask['mailles']} (masque {mask['identifiant']})" in told
    best = max(answer["resultat"]["features"], key=lambda f: f["properties"]["z"])["properties"]
    assert f"{best['maille']} : {best['faits']} faits" in told


def test_publishing_numbers_the_editions(terminal: Terminal):
    before = len(terminal.world.get("/editions", {})["editions"])
    told = terminal.run("publier").stdout
    assert f"Édition {before + 1} publiée." in told
    assert "pm 2025 : protection et audit" in told
    answer = terminal.world.get("/analyses/synthese", {}, territoire=TOULOUSE, debut=YEAR[1], fin=YEAR[3])
    assert answer["preuve"]["diffusion"]["edition"] == before + 1


def test_neighbourhoods_are_loaded_and_loading_again_changes_nothing(terminal: Terminal):
    layer = ROOT / "data" / "qpv" / "qpv_fictifs.geojson"
    for _ in range(2):
        assert "5 quartiers prioritaires chargés" in terminal.run("qpv", "charger", str(layer)).stdout
    with terminal.world.database.reading() as connection:
        found = territories.get(connection, TerritoryCode.parse("qpv:QN03190Z"))
    assert found.fictional


def test_a_key_made_by_the_command_line_opens_the_api_and_is_shown_once(terminal: Terminal):
    words = ["cle", "creer", "essai", "--role", "analyste", "--territoire", EPCI]
    key = terminal.run(*words).stdout.strip()
    assert key.startswith("obs_")
    world = terminal.world
    assert world.get("/sources", world.headers(key))["sources"][0]["code"] == "pm"
    assert terminal.run(*words).stdout.strip() != key


def test_preparing_again_finds_everything_in_place(terminal: Terminal):
    assert "Territoires déjà chargés" in terminal.run("preparer").stdout


def test_the_contract_printed_is_the_one_served(terminal: Terminal):
    yaml = pytest.importorskip("yaml")
    told = yaml.safe_load(terminal.run("openapi").stdout)
    assert told == terminal.world.client.get("/openapi.json").json()


PROBLEMS = {
    "an unknown source": (["importer", "{good}", "--source", "nulle-part"], "Source inconnue"),
    "a file that is not there": (["importer", "/nulle/part.csv", "--source", "pm"], "ne peut pas être lu"),
    "an empty file": (["importer", "{empty}", "--source", "pm"], "Fichier vide"),
    "a binary file": (["importer", "{binary}", "--source", "pm"], "Fichier illisible"),
    "an unknown profile": (["importer", "{good}", "--source", "pm", "--profil", "x"], "Profil inconnu"),
    "other columns": (["importer", "{columns}", "--source", "pm"], "Colonnes non reconnues"),
    "an unknown territory": (["analyser", "synthese", "commune:99999"], "Territoire inconnu"),
    "a badly written territory": (["analyser", "synthese", "Toulouse"], "Territoire invalide"),
    "a reversed period": (
        ["analyser", "tendances", TOULOUSE, "--debut", "2025-01-01", "--fin", "2024-01-01"],
        "Période inversée",
    ),
    "an unknown category": (["analyser", "synthese", TOULOUSE, "--categorie", "Q7"], "Code inconnu"),
    "an unknown source filter": (["analyser", "synthese", TOULOUSE, "--source", "x"], "Code inconnu"),
    "a month that is missing": (
        ["analyser", "points-chauds", TOULOUSE, "--debut", "2024-01-01", "--fin", "2025-01-01"],
        "Non calculable",
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_an_error_is_told_in_french_with_exit_code_2_and_no_traceback(
    terminal: Terminal, tmp_path: Path, case: str
):
    contents = {
        "good": pm_file([pm_row()]),
        "empty": b"",
        "binary": b"PK\x03\x04\x00\x00",
        "columns": b"a;b\n1;2\n",
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = str(tmp_path / f"{name}.csv")
        Path(paths[name]).write_bytes(content)
    words, title = PROBLEMS[case]
    done = terminal.run(*(word.format(**paths) for word in words), code=2)
    assert title in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_faulty_parameter_is_named_with_what_was_expected(terminal: Terminal):
    done = terminal.run("analyser", "synthese", TOULOUSE, "--categorie", "A9", code=2)
    assert "categorie" in done.stderr
    assert "A1, A2, A3, A4, A5" in done.stderr


def test_a_database_that_does_not_answer_is_told_too(terminal: Terminal):
    nowhere = {"OBSERVATOIRE_DATABASE_URL": "postgresql://obs@/rien?host=/nulle/part"}
    done = terminal.process("analyser", "synthese", TOULOUSE, code=2, **nowhere)
    assert "Base indisponible" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_command_the_help_is_shown(terminal: Terminal):
    done = terminal.run(code=2)
    text = done.stdout + done.stderr
    for command in ("importer", "publier", "analyser", "qpv", "preparer", "demo", "serve"):
        assert command in text
