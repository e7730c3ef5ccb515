"""A source speaks of the dates of its contract only: what it sends from before is kept, never counted."""

from support.files import pm_file, pm_row
from support.world import TOULOUSE, World


def test_a_fact_from_before_the_contract_is_in_no_figure(world: World) -> None:
    world.source(territory=TOULOUSE, couvert_depuis="2025-02-01")
    world.send(pm_file([pm_row("1", date="15/01/2025"), pm_row("2", date="15/02/2025")]))
    asked = {"territoire": TOULOUSE, "debut": "2025-01-01", "fin": "2025-03-01"}

    (group,) = world.get("/analyses/synthese", **asked)["resultat"]["groupes"]
    series = world.get("/analyses/tendances", **asked)["resultat"]["series"]

    assert group["faits"] == {"valeur": 1, "etat": "publie"}
    assert [month["faits"] for month in series] == [
        {"valeur": None, "etat": "absent"},
        {"valeur": 1, "etat": "publie"},
    ]


def test_a_fact_from_after_the_contract_is_in_no_figure(world: World) -> None:
    world.source(territory=TOULOUSE, couvert_depuis="2025-01-01", couvert_jusqua="2025-02-01")
    world.send(pm_file([pm_row("1", date="15/01/2025"), pm_row("2", date="15/02/2025")]))

    (group,) = world.get("/analyses/synthese", territoire=TOULOUSE, debut="2025-01-01", fin="2025-03-01")[
        "resultat"
    ]["groupes"]

    assert group["faits"] == {"valeur": 1, "etat": "publie"}
    assert group["couverture"]["mois_recus"] == 1
