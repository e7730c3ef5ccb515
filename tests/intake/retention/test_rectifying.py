"""A fact is rectified by a later version: told, traced, taken back."""

from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}


def test_a_rectification_is_a_version_that_says_what_it_changes(shared_world: World) -> None:
    world = shared_world
    world.source("pm", territory=TOULOUSE)
    world.send(pm_file([pm_row("R-1"), pm_row("R-2", "13/03/2025")]), arrete_le="2025-05-01", **YEAR)
    asked = {"territoire": TOULOUSE, "categorie": "A1", **YEAR}
    before = world.get("/analyses/synthese", **asked)
    fact = {"reference": "R-1", "date": "2025-03-12", "categorie": "Tag", "commune": "31555"}
    answer = world.client.post(
        "/api/v1/faits",
        params={"source": "pm", "arrete_le": "2025-06-01", "couverture": "partielle"},
        json=[fact],
        headers={**world.admin, "Idempotency-Key": "rectification-1"},
    )
    assert answer.status_code == 202, answer.text
    report = world.done(answer.json()["id"])
    assert report["lignes"]["revisees"] == 1
    after = world.get("/analyses/synthese", **asked)
    groups = [a["resultat"]["groupes"][0]["faits"]["valeur"] for a in (before, after)]
    assert groups == [2, 1]
    traced = world.get(f"/provenance/{before['preuve']['provenance']['empreinte']}")
    assert traced["a_jour"] is False
    assert traced["changements"]
    world.client.delete(f"/api/v1/imports/{report['id']}", headers=world.admin)
    assert world.get("/analyses/synthese", **asked) == before
