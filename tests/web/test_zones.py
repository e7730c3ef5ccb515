"""Zones over HTTP: who draws, who reads, versions and dates; what can't be kept is refused with a reason."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import shapely

from observatoire.disclosure.policy import Role
from support.scatter import CENTRE, zone_body
from support.world import EPCI, TOULOUSE, World

SQUARE = shapely.box(CENTRE[0] - 0.01, CENTRE[1] - 0.01, CENTRE[0] + 0.01, CENTRE[1] + 0.01)
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
ANALYSES = ("synthese", "points-chauds", "creneaux-horaires", "tendances")


@dataclass
class Town:
    """Keys of several organisations, and a zone of one of them."""

    world: World
    headers: dict[str, dict[str, str]]

    def call(self, who: str, method: str, path: str, status: int, body: Any = None) -> Any:
        answer = self.world.client.request(method, f"/api/v1{path}", json=body, headers=self.headers[who])
        assert answer.status_code == status, answer.text
        return answer.json()

    def draw(self, who: str = "bailleur", shape: Any = SQUARE, status: int = 201, **more: Any) -> Any:
        return self.call(who, "POST", "/zones", status, zone_body(shape, **{"kind": "residence", **more}))


@pytest.fixture(scope="module")
def town(shared_world: World) -> Town:
    shared_world.source("bailleur", "bailleur", TOULOUSE, organisation="Bailleur")
    keys = {
        "agent": (Role.AGENT, "Ville", EPCI),
        "bailleur": (Role.PARTENAIRE, "Bailleur", EPCI),
        "analyste": (Role.ANALYSTE, "Observatoire", EPCI),
        "Marseille": (Role.ANALYSTE, "Marseille", "commune:13055"),
    }
    headers = {name: shared_world.headers(shared_world.key(name, *parts)) for name, parts in keys.items()}
    return Town(shared_world, {**headers, "public": {}, "administration": shared_world.admin})


def test_an_organisation_draws_its_zones_and_reads_them_back(town: Town) -> None:
    zone = town.draw(label="Les Tilleuls", valide_jusqua="2030-01-01")
    assert zone["territoire"] == f"zone:{zone['id']}"
    (version,) = zone["versions"]
    assert version["communes"] == ["31555"]
    assert (zone["organisation"], zone["type"], zone["libelle"]) == ("Bailleur", "residence", "Les Tilleuls")
    assert (version["version"], version["valide_depuis"]) == (1, "2024-01-01")
    assert version["superficie_km2"] == pytest.approx(3.59, abs=0.02)
    assert town.call("bailleur", "GET", f"/zones/{zone['id']}", 200) == zone
    contour = town.call("bailleur", "GET", f"/zones/{zone['id']}/contour", 200)
    assert shapely.symmetric_difference(shapely.geometry.shape(contour), SQUARE).area < 1e-9
    listed = town.call("bailleur", "GET", "/zones?type=residence", 200)
    assert zone["id"] in {z["id"] for z in listed["zones"]}
    assert town.call("bailleur", "GET", "/zones?type=quartier", 200)["zones"] == []


@pytest.mark.parametrize("who", ["agent", "Marseille"])
def test_another_organisations_zone_is_404_like_one_that_does_not_exist(town: Town, who: str) -> None:
    zone, nothing = town.draw()["id"], str(uuid4())
    for method, path in (("GET", ""), ("GET", "/contour"), ("PUT", "")):
        body = zone_body(SQUARE, kind="residence") if method == "PUT" else None
        answers = []
        for id_ in (zone, nothing):
            answer = town.call(who, method, f"/zones/{id_}{path}", 404, body)
            answers.append({**answer, "instance": ""})
        assert answers[0] == answers[1]
    assert zone not in {z["id"] for z in town.call(who, "GET", "/zones", 200)["zones"]}


@pytest.mark.parametrize("who", ["agent", "Marseille", "public"])
@pytest.mark.parametrize("analysis", ANALYSES)
def test_outside_its_circle_a_zone_is_not_diffused_whether_it_exists_or_not(
    town: Town, who: str, analysis: str
) -> None:
    told = []
    for id_ in (town.draw()["id"], str(uuid4())):
        query = f"territoire=zone:{id_}&debut=2025-01-01&fin=2026-01-01"
        problem = town.call(who, "GET", f"/analyses/{analysis}?{query}", 422)
        assert problem["type"].endswith("/hors_diffusion")
        told.append(problem)
    assert told[0] == told[1]


@pytest.mark.parametrize("who", ["bailleur", "analyste", "administration"])
def test_inside_it_a_zone_is_a_territory(town: Town, who: str) -> None:
    zone = town.draw()
    query = f"territoire={zone['territoire']}&debut=2025-01-01&fin=2026-01-01"
    answer = town.call(who, "GET", f"/analyses/synthese?{query}", 200)
    assert answer["preuve"]["diffusion"]["audience"] == "interne"
    assert "version 1 sur 1" in " ".join(answer["preuve"]["avertissements"])


def test_the_published_edition_never_speaks_of_a_zone(town: Town) -> None:
    query = f"territoire={town.draw()['territoire']}&debut=2025-01-01&fin=2026-01-01&diffusion=edition"
    assert town.call("bailleur", "GET", f"/analyses/synthese?{query}", 422)["type"].endswith(
        "/hors_diffusion"
    )
    answer = town.world.client.get(f"/api/v1/territoires/zone:{uuid4()}")
    assert answer.status_code == 404


def test_a_new_outline_is_a_new_version_and_the_former_one_answers_for_its_time(town: Town) -> None:
    zone = town.draw(label="Ancien")
    path = f"/zones/{zone['id']}"
    smaller = SQUARE.buffer(-0.004)
    body = zone_body(smaller, "Nouveau", "residence", valide_depuis="2025-07-01")
    changed = town.call("bailleur", "PUT", path, 200, body)
    first, second = changed["versions"]
    assert (first["valide_jusqua"], second["valide_depuis"], second["valide_jusqua"]) == (
        "2025-07-01", "2025-07-01", None,
    )  # fmt: skip
    assert second["superficie_km2"] < first["superficie_km2"]
    assert town.call("bailleur", "PUT", path, 200, body) == changed, "the same again changes nothing"
    for period, version in (("debut=2024-02-01&fin=2025-02-01", 1), ("debut=2025-01-01&fin=2026-01-01", 2)):
        query = f"territoire={zone['territoire']}&{period}"
        told = town.call("bailleur", "GET", f"/analyses/synthese?{query}", 200)["preuve"]["avertissements"]
        assert f"version {version} sur 2" in told[0]
    whole = town.call("bailleur", "GET", f"/analyses/synthese?{query}", 200)
    asked = town.call("bailleur", "GET", f"/analyses/synthese?{query.replace('&', '@1&', 1)}", 200)
    assert whole["preuve"]["provenance"]["empreinte"] != asked["preuve"]["provenance"]["empreinte"]
    assert "pour chaque mois" in whole["preuve"]["avertissements"][1]
    for version, shape in ((1, SQUARE), (2, smaller)):
        contour = town.call("bailleur", "GET", f"{path}/contour?version={version}", 200)
        assert shapely.symmetric_difference(shapely.geometry.shape(contour), shape).area < 1e-8
    town.call("bailleur", "GET", f"{path}/contour?version=3", 404)


def test_a_version_follows_the_one_before_and_a_zone_may_end(town: Town) -> None:
    zone = town.draw(valide_depuis="2025-01-01")
    path = f"/zones/{zone['id']}"
    early = zone_body(SQUARE.buffer(0.001), kind="residence", valide_depuis="2024-06-01")
    problem = town.call("bailleur", "PUT", path, 422, early)
    assert problem["erreurs"][0]["champ"] == "valide_depuis"
    ended = zone_body(SQUARE, kind="residence", valide_depuis="2025-01-01", valide_jusqua="2025-09-01")
    (version,) = town.call("bailleur", "PUT", path, 200, ended)["versions"]
    assert version["valide_jusqua"] == "2025-09-01"
    other = zone_body(SQUARE, kind="quartier", organisation="Ville")
    fields = [e["champ"] for e in town.call("administration", "PUT", path, 422, other)["erreurs"]]
    assert fields == ["type", "organisation"]


def test_only_the_administration_draws_for_another_organisation(town: Town) -> None:
    town.draw("bailleur", status=403, organisation="Ville")
    town.draw("analyste", status=403, organisation="Bailleur")
    assert town.draw("administration", organisation="Ville")["organisation"] == "Ville"
    mine = town.draw("analyste")["id"]
    assert town.call("analyste", "GET", f"/zones/{mine}", 200)["organisation"] == "Observatoire"
    theirs = town.draw("bailleur")["id"]
    town.call("analyste", "PUT", f"/zones/{theirs}", 403, zone_body(SQUARE, kind="residence"))
    town.call("public", "POST", "/zones", 401, zone_body(SQUARE))


def test_a_zone_stays_inside_the_grant(town: Town) -> None:
    problem = town.draw("Marseille", status=422)
    assert "31555" in problem["erreurs"][0]["message"]
    beyond = shapely.box(1.4, 43.2, 1.5, 43.6)
    assert "périmètre" in town.draw("bailleur", beyond, 422)["erreurs"][0]["message"]


def circle(points: int) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, points)
    return shapely.Polygon(
        np.column_stack([CENTRE[0] + np.cos(angles) / 90, CENTRE[1] + np.sin(angles) / 90])
    )


BAD = {
    "empty": (shapely.Polygon(), "polygone absent"),
    "a point": (shapely.Point(*CENTRE), "pas un polygone"),
    "a line": (shapely.LineString([CENTRE, (1.5, 43.7)]), "pas un polygone"),
    "no surface": (shapely.Polygon([(1.4, 43.6), (1.4, 43.6), (1.4, 43.6), (1.4, 43.6)]), "sans surface"),
    "metres": (shapely.box(574_000, 6_279_000, 575_000, 6_280_000), "hors du globe"),
    "another country": (shapely.box(10, 50, 10.1, 50.1), "aucune commune de France"),
    "the sea": (shapely.box(-6, 45, -5.9, 45.1), "aucune commune de France"),
    "too many vertices": (circle(250_000), "plus de 200 000 sommets"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_contour_that_cannot_be_kept_is_refused_with_its_reason(town: Town, case: str) -> None:
    shape, reason = BAD[case]
    before = town.call("bailleur", "GET", "/zones", 200)["total"]
    problem = town.draw("bailleur", shape, 422)
    assert problem["type"].endswith("/zone_invalide")
    assert reason in problem["detail"]
    assert town.call("bailleur", "GET", "/zones", 200)["total"] == before


def test_what_is_no_geometry_and_a_reversed_validity_are_refused(town: Town) -> None:
    body = zone_body(SQUARE, kind="residence")
    for contour in ({"type": "Polygon"}, {"type": "Feature"}, {}, {"type": "Polygon", "coordinates": [[1]]}):
        assert (
            "Zone n° 1"
            in town.call("bailleur", "POST", "/zones", 422, {**body, "contour": contour})["detail"]
        )
    problem = town.draw(status=422, valide_jusqua="2023-01-01")
    assert problem["erreurs"][0]["champ"] == "valide_jusqua"


def test_a_zone_that_crosses_itself_is_repaired_and_says_so(town: Town) -> None:
    bow_tie = shapely.Polygon([(1.44, 43.60), (1.45, 43.61), (1.45, 43.60), (1.44, 43.61)])
    assert town.draw(shape=bow_tie)["versions"][0]["defauts_connus"] == ["contour_repare"]


def test_a_source_never_covers_a_part_of_a_commune(town: Town) -> None:
    for territory in (town.draw()["territoire"], "iris:315550101"):
        body = {"code": "partie", "libelle": "x", "type": "autre", "territoire": territory}
        problem = town.call("administration", "POST", "/sources", 422, body)
        assert "communes entières" in problem["erreurs"][0]["message"]
