"""The clauses of a contract bind the code that counts and the code that shows: one test fails for each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

YEAR = {"debut": "2024-01-01", "fin": "2025-01-01"}
QPV = "qpv:QN03190Z"
POINTS = [(f"{573000 + 150 * (n % 12)},0", f"{6278500 + 90 * (n % 12)},0") for n in range(120)]


def rows(prefix: str = "") -> list[str]:
    return [
        pm_row(f"{prefix}{n}", f"{1 + n % 27:02d}/{1 + n % 12:02d}/2024", point=POINTS[n]) for n in range(120)
    ]


def contract(world: World, code: str, **changed: Any) -> dict[str, Any]:
    """Change some clauses of a contract; the answer."""
    body = world.get(f"/sources/{code}") | changed
    answer = world.client.put(f"/api/v1/sources/{code}", json=body, headers=world.admin)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", territory=TOULOUSE)
    shared_world.send(pm_file(rows()), debut="2024-01-01", fin="2025-01-01")
    return shared_world


def hotspots(world: World, status: int = 200, **more: str) -> Any:
    return world.get("/analyses/points-chauds", status=status, territoire=TOULOUSE, **YEAR, **more)


@pytest.mark.parametrize("precision", ["quartier", "commune"])
def test_a_source_that_stops_at_the_neighbourhood_makes_no_map_whatever_its_rows_hold(
    town: World, precision: str
):
    assert hotspots(town)["preuve"]["effectif"]["retenus"] == 120
    contract(town, "pm", precision=precision)
    problem = hotspots(town, 422)
    assert problem["type"].endswith("/non_calculable")
    assert "« pm »" in problem["detail"]
    summary = town.get("/analyses/synthese", territoire=TOULOUSE, **YEAR)
    assert summary["resultat"]["groupes"][0]["faits"]["valeur"] == 120
    assert summary["resultat"]["groupes"][0]["part_localisee"] == 0
    assert summary["preuve"]["localisation"]["point"] == 0
    assert town.get("/sources/pm/rapport", **YEAR)["part_localisee"] == 0
    contract(town, "pm", precision="point")
    assert hotspots(town)["preuve"]["effectif"]["retenus"] == 120


def test_a_source_that_stops_at_the_commune_is_kept_off_the_map_of_its_group_and_counted_as_left_out(
    world: World,
):
    for code, precision in (("pm", "point"), ("csu", "commune")):
        world.source(code, territory=TOULOUSE, groupe="ville", precision=precision)
        world.send(pm_file(rows()), code, debut="2024-01-01", fin="2025-01-01")
    answer = hotspots(world)
    assert sum(f["properties"]["faits"] for f in answer["resultat"]["features"]) == 120
    headcount = answer["preuve"]["effectif"]
    assert (headcount["total"], headcount["retenus"]) == (240, 120)
    assert {"motif": "precision_du_contrat", "nombre": 120} in headcount["exclus"]
    assert any("« csu »" in t and "à la commune" in t for t in answer["preuve"]["avertissements"])


def test_a_source_that_stops_at_the_commune_says_nothing_of_a_neighbourhood(town: World):
    before = town.get("/analyses/synthese", territoire=QPV, **YEAR)
    assert [group["groupe"] for group in before["resultat"]["groupes"]] == ["pm"]
    contract(town, "pm", precision="commune")
    after = town.get("/analyses/synthese", territoire=QPV, **YEAR)
    assert after["resultat"]["groupes"] == []
    assert any("« pm »" in text and "à la commune" in text for text in after["preuve"]["avertissements"])
    contract(town, "pm", precision="point")


def test_only_the_point_itself_is_put_beside_that_of_another_source(world: World):
    for code in ("pm", "csu"):
        world.source(code, territory=TOULOUSE)
        world.send(pm_file([pm_row()]), code, debut="2025-03-01", fin="2025-04-01")
    asked = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-04-01"}
    assert world.get("/analyses/rapprochements", **asked)["resultat"]["nombre"] == 1
    contract(world, "csu", precision="voie")
    assert world.get("/analyses/rapprochements", **asked)["resultat"]["nombre"] == 0


@pytest.mark.parametrize(
    ("precision", "kept"),
    [("point", (True, True, True)), ("quartier", (False, False, True)), ("commune", (False, False, False))],
)
def test_nothing_finer_than_the_contract_is_stored(world: World, precision: str, kept: tuple[bool, ...]):
    world.source("pm", territory=TOULOUSE, precision=precision)
    with world.database.owning() as connection:
        inside = connection.execute(
            text(
                "select st_x(p), st_y(p) from (select st_transform(st_pointonsurface(geom), 2154) as p "
                "from reference.contour where level = 'qpv' and code = 'QN03190Z') q"
            )
        ).one()
    point = tuple(f"{value:.1f}".replace(".", ",") for value in inside)
    world.send(pm_file([pm_row(point=(point[0], point[1]))]), debut="2025-03-01", fin="2025-04-01")
    with world.database.owning() as connection:
        row = connection.execute(
            text(
                "select geom is not null, cell is not null, qpv_2024 is not null, "
                "location_precision, commune from confidential.fact"
            )
        ).one()
    assert tuple(row[:3]) == kept
    assert row[3:] == ("point" if precision == "point" else "commune", "31555")


def test_a_wider_contract_takes_the_points_of_a_file_sent_again(world: World):
    world.source("pm", territory=TOULOUSE, precision="commune")
    file = pm_file([pm_row()])
    world.send(file, debut="2025-03-01", fin="2025-04-01")
    contract(world, "pm", precision="point")
    report = world.send(file, debut="2025-03-01", fin="2025-04-01")
    assert report["lignes"]["revisees"] == 1
    asked = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-04-01"}
    assert world.get("/analyses/synthese", **asked)["preuve"]["localisation"]["point"] == 1


def test_beyond_its_retention_a_fact_has_no_point(town: World):
    contract(town, "pm", conservation_annees=1)
    summary = town.get("/analyses/synthese", territoire=TOULOUSE, **YEAR)
    old = datetime.now(UTC).date() - timedelta(days=366)
    expected = sum(1 for n in range(120) if f"2024-{1 + n % 12:02d}-{1 + n % 27:02d}" > old.isoformat())
    assert summary["resultat"]["groupes"][0]["faits"]["valeur"] == 120
    assert summary["preuve"]["localisation"]["point"] == pytest.approx(expected / 120, abs=0.01)
    assert expected < 60
    hotspots(town, 422)
    contract(town, "pm", conservation_annees=30)


def publish(world: World) -> int:
    answer = world.client.post("/api/v1/editions", headers=world.admin)
    return answer.status_code


def shown(world: World, **headers: str) -> list[str]:
    """Groups that the public sees for 2024."""
    answer = world.get("/analyses/synthese", headers, territoire=TOULOUSE, **YEAR)
    return [group["groupe"] for group in answer["resultat"]["groupes"]]


def test_without_a_signed_charter_a_source_is_in_no_edition(world: World):
    for code, charter in (("pm", "2023-01-01"), ("csu", None)):
        world.source(code, territory=TOULOUSE, charte_signee_le=charter, visibilite="public")
        world.send(pm_file(rows()), code, debut="2024-01-01", fin="2025-01-01")
    assert publish(world) == 201
    assert shown(world) == ["pm"]
    contract(world, "pm", charte_signee_le=None)
    contract(world, "csu", charte_signee_le="2024-02-01")
    assert publish(world) == 201
    assert shown(world) == ["csu"]
    contract(world, "csu", charte_signee_le=None)
    assert publish(world) == 422
    assert shown(world) == ["csu"]  # what stood before still stands


def test_one_source_without_a_charter_keeps_its_whole_group_inside(world: World):
    for code, charter in (("pm", "2023-01-01"), ("csu", None)):
        world.source(code, territory=TOULOUSE, charte_signee_le=charter, groupe="ville", visibilite="public")
        world.send(pm_file(rows()), code, debut="2024-01-01", fin="2025-01-01")
    assert publish(world) == 422
    groups = world.get("/analyses/synthese", territoire=TOULOUSE, **YEAR)["resultat"]["groupes"]
    assert groups[0]["faits"]["valeur"] == 240


def test_a_charter_is_not_signed_tomorrow(town: World):
    tomorrow = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
    body = town.get("/sources/pm") | {"charte_signee_le": tomorrow}
    answer = town.client.put("/api/v1/sources/pm", json=body, headers=town.admin)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == "charte_signee_le"


@pytest.mark.parametrize("kind", ["police_nationale", "gendarmerie"])
def test_recorded_offences_join_no_group_of_reported_facts(town: World, kind: str):
    body = {"code": "etat", "libelle": "etat", "type": kind, "territoire": TOULOUSE, "groupe": "pm"}
    answer = town.client.post("/api/v1/sources", json=body, headers=town.admin)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == "groupe"


def test_visibility_keeps_a_group_from_the_public(world: World):
    world.source("pm", territory=TOULOUSE, visibilite="partenaires")
    world.send(pm_file(rows()), debut="2024-01-01", fin="2025-01-01")
    assert publish(world) == 201
    assert shown(world) == []


@pytest.mark.parametrize("analysis", ["synthese", "tendances", "creneaux-horaires", "points-chauds"])
def test_every_answer_states_the_contract_of_each_source(town: World, analysis: str):
    proof = town.get(f"/analyses/{analysis}", territoire=TOULOUSE, **YEAR)["preuve"]
    (source,) = proof["couverture"]["sources"]
    assert source["contrat"] == {
        "type": "police_municipale",
        "groupe": "pm",
        "visibilite": "public",
        "precision": "point",
        "conservation_annees": 30,
        "charte_signee_le": "2019-06-01",
    }
