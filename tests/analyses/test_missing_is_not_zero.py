"""A source that sent nothing is absent, whatever another source sent beside it."""

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
