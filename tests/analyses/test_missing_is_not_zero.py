"""A source that sent nothing is absent, whatever another source sent beside it."""

import pytest

from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

ABSENT = {"valeur": None, "etat": "absent"}
ZERO = {"valeur": 0, "etat": "zero"}
ASKED = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-05-01"}


def groups_of(world: World, **more: str) -> dict[str, dict]:
    answer = world.get("/analyses/synthese", **ASKED, **more)
    return {group["groupe"]: group for group in answer["resultat"]["groupes"]}


def test_a_silent_source_is_absent_beside_one_that_sent_its_file(world: World) -> None:
    world.source("pm", territory=TOULOUSE)
    world.source("muette", "bailleur", TOULOUSE)
    world.send(pm_file([pm_row()]), debut="2025-03-01", fin="2025-05-01")

    groups = groups_of(world)

    assert groups["pm"]["faits"] == {"valeur": 1, "etat": "publie"}
    assert groups["muette"]["faits"] == ABSENT
    assert groups["muette"]["sources"][0]["faits"] == ABSENT


def test_no_fact_in_a_period_received_by_half_is_not_zero(world: World) -> None:
    world.source("pm", territory=TOULOUSE)
    world.send(pm_file([pm_row()]), debut="2025-03-01", fin="2025-04-01")

    assert groups_of(world, categorie="B1")["pm"]["faits"] == ABSENT

    world.send(pm_file([pm_row("2", date="02/04/2025")]), debut="2025-04-01", fin="2025-05-01")

    assert groups_of(world, categorie="B1")["pm"]["faits"] == ZERO


def test_a_month_that_one_source_of_the_group_did_not_send_is_never_zero(world: World) -> None:
    for code in ("pm", "csu"):
        world.source(code, territory=TOULOUSE, groupe="ville")
    world.send(pm_file([pm_row()]), debut="2025-03-01", fin="2025-05-01")
    world.send(pm_file([pm_row(date="05/03/2025")]), "csu", debut="2025-03-01", fin="2025-04-01")

    series = world.get("/analyses/tendances", **ASKED, source="ville")["resultat"]["series"]

    assert [month["faits"] for month in series] == [{"valeur": 2, "etat": "publie"}, ABSENT]


SILENT = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-06-01"}


def zeros(answer: object, path: str = "") -> list[str]:
    """Every place of an answer where a value reads « zero »."""
    if isinstance(answer, dict):
        if answer.get("etat") == "zero":
            return [path]
        return [z for key, value in answer.items() for z in zeros(value, f"{path}.{key}")]
    if isinstance(answer, list):
        return [z for rank, value in enumerate(answer) for z in zeros(value, f"{path}[{rank}]")]
    return []


@pytest.fixture(scope="module")
def gap(shared_world: World) -> World:
    """April was never sent, though it is due; March and May were."""
    calendar = {"periodicite": "mensuelle", "delai_jours": 5, "attendu_depuis": "2025-01-01"}
    shared_world.source("pm", territory=TOULOUSE, calendrier=calendar)
    for month in ("03", "05"):
        rows = [pm_row(f"{month}-{n}", f"{1 + n:02d}/{month}/2025", f"{n:02d}h10") for n in range(20)]
        end = f"2025-{int(month) + 1:02d}-01"
        shared_world.send(pm_file(rows), debut=f"2025-{month}-01", fin=end)
    return shared_world


@pytest.mark.parametrize("analysis", ["synthese", "tendances", "creneaux-horaires"])
def test_no_analysis_tells_a_zero_over_a_month_that_never_came(gap: World, analysis: str) -> None:
    answer = gap.get(f"/analyses/{analysis}", **SILENT)
    assert zeros(answer["resultat"]) == []
    assert answer["preuve"]["couverture"]["sources"][0]["mois_absents"] == ["2025-04"]
    assert answer["preuve"]["couverture"]["sources"][0]["mois_en_retard"] == ["2025-04"]
    received = {**SILENT, "fin": "2025-04-01"}
    assert analysis != "creneaux-horaires" or zeros(gap.get(f"/analyses/{analysis}", **received)["resultat"])


@pytest.mark.parametrize("analysis", ["creneaux-horaires", "points-chauds", "rapprochements", "evolution"])
def test_an_analysis_of_nothing_received_is_refused(gap: World, analysis: str) -> None:
    april = {**SILENT, "debut": "2025-04-01", "fin": "2025-05-01"}
    problem = gap.get(f"/analyses/{analysis}", status=422, **april)
    assert problem["type"].endswith("/non_calculable")


def test_a_map_over_the_silent_month_is_refused(gap: World) -> None:
    problem = gap.get("/analyses/points-chauds", status=422, **SILENT)
    assert "« pm » 2025-04" in problem["detail"]


def test_an_edition_tells_no_zero_of_a_year_with_a_silent_month(world: World) -> None:
    world.source("pm", territory=TOULOUSE)
    rows = [pm_row(f"{n}", f"{1 + n % 27:02d}/03/2024") for n in range(30)]
    world.send(pm_file(rows), debut="2024-01-01", fin="2024-12-01")
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    year = {"territoire": TOULOUSE, "debut": "2024-01-01", "fin": "2025-01-01"}
    answer = world.get("/analyses/synthese", {}, **year)
    assert zeros(answer["resultat"]) == []
    (told,) = answer["resultat"]["groupes"][0]["annees"]
    assert (told["faits"]["valeur"], told["couverture"]["mois_recus"]) == (30, 11)
