"""Facts in zones, neighbourhoods and IRIS: whatever comes first, the counts equal a recount by PostGIS."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from observatoire.atlas import parts
from observatoire.intake import assigning
from observatoire.store import assignments
from observatoire.store.confidential import placements
from observatoire.worker.draining import drain
from support.files import pm_file, pm_row
from support.layers import feature, geojson
from support.scatter import CENTRE, draw, misplaced, pairs_recounted, pairs_stored, scattered
from support.world import TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}


def around(lon: float, lat: float, size: float) -> shapely.Polygon:
    return shapely.box(
        CENTRE[0] + lon - size, CENTRE[1] + lat - size, CENTRE[0] + lon + size, CENTRE[1] + lat + size
    )


def worked(world: World) -> None:
    """The workers have nothing left to do."""
    drain(world.database, world.settings)


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm")
    report = shared_world.send(scattered(400, 1), **YEAR)
    assert report["etat"] == "valide", report
    return shared_world


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages for a few facts."""
    monkeypatch.setattr(placements, "PAGE", 70)


shapes = st.builds(
    around,
    st.floats(-0.02, 0.02),
    st.floats(-0.02, 0.02),
    st.floats(0.001, 0.02),
)
steps = st.one_of(
    st.tuples(st.just("zone"), shapes),
    st.tuples(st.just("version"), shapes),
    st.tuples(st.just("import"), st.integers(0, 9)),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("work"), st.none()),
)


class History:
    """What may happen to zones and facts, in any order."""

    def __init__(self, world: World) -> None:
        self.world, self.zones, self.imports, self.day = world, list[str](), list[str](), 0

    def zone(self, shape: Any) -> None:
        self.zones.append(draw(self.world, shape, f"Z{len(self.zones)}")["id"])

    def version(self, shape: Any) -> None:
        if self.zones:
            self.day += 1
            body = {
                "libelle": "Autre", "type": "secteur_patrouille", "contour": shapely.geometry.mapping(shape),
                "valide_depuis": f"2025-{1 + self.day // 28:02d}-{1 + self.day % 28:02d}",
            }  # fmt: skip
            path = f"/api/v1/zones/{self.zones[-1]}"
            assert self.world.client.put(path, json=body, headers=self.world.admin).status_code == 200

    def import_(self, seed: int) -> None:
        """Sends facts again from other places: some are new, the others move."""
        report = self.world.send(scattered(60, seed, prefix="H"))
        assert report["etat"] == "valide"
        self.imports.append(report["id"])

    def undo(self, _: None) -> None:
        if self.imports:
            path = f"/api/v1/imports/{self.imports.pop()}"
            assert self.world.client.delete(path, headers=self.world.admin).status_code == 200

    def work(self, _: None) -> None:
        worked(self.world)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=2, max_size=6))
def test_whatever_comes_first_a_zone_holds_what_a_recount_finds(town: World, happened: list[Any]) -> None:
    history = History(town)
    for name, value in happened:
        getattr(history, "import_" if name == "import" else name)(value)
    worked(town)
    assert pairs_stored(town) == pairs_recounted(town)
    while history.imports:
        history.undo(None)
    assert pairs_stored(town) == pairs_recounted(town)


def count(world: World, territory: str, status: int = 200) -> Any:
    return world.get("/analyses/synthese", status=status, territoire=territory, source="pm", **YEAR)


def total(answer: dict[str, Any]) -> int:
    return answer["resultat"]["groupes"][0]["faits"]["valeur"] or 0


def test_a_zone_counts_what_lies_in_it_and_overlapping_zones_count_it_twice(town: World) -> None:
    west, east = around(-0.01, 0, 0.012), around(0.01, 0, 0.012)
    both, half, other = draw(town, west | east, "Tout"), draw(town, west, "Ouest"), draw(town, east, "Est")
    worked(town)
    numbers = [total(count(town, zone["territoire"])) for zone in (both, half, other)]
    common = draw(town, west & east, "Commun")
    worked(town)
    assert numbers[0] == numbers[1] + numbers[2] - total(count(town, common["territoire"]))
    assert min(numbers) > 20


def test_a_zone_that_is_being_assigned_is_never_counted_as_empty(town: World) -> None:
    zone = draw(town, around(0, 0, 0.01), "Nouveau")
    problem = count(town, zone["territoire"], 422)
    assert problem["type"].endswith("/rattachement_en_cours")
    assert town.get(f"/zones/{zone['id']}")["rattachement"]["etat"] == "en_attente"
    worked(town)
    seen = town.get(f"/zones/{zone['id']}")
    assert (seen["rattachement"]["etat"], seen["rattachement"]["progression"]) == ("termine", 1.0)
    assert seen["versions"][0]["rattachee"]
    assert total(count(town, zone["territoire"])) > 20


def test_an_import_that_comes_after_a_zone_is_assigned_on_its_way_in(town: World) -> None:
    zone = draw(town, around(0, 0, 0.001), "Capitole")
    worked(town)
    before = total(count(town, zone["territoire"]))
    report = town.send(pm_file([pm_row("neuf-1"), pm_row("neuf-2")]), arrete_le="2026-01-02")
    assert total(count(town, zone["territoire"])) == before + 2
    moved = pm_row("neuf-1", point=("574357,3", "6270000,0"))
    again = town.send(pm_file([moved]), arrete_le="2026-01-03")
    assert total(count(town, zone["territoire"])) == before + 1, "a fact that moved away left the zone"
    for id_ in (again["id"], report["id"]):
        town.client.delete(f"/api/v1/imports/{id_}", headers=town.admin)
    assert total(count(town, zone["territoire"])) == before


def test_an_undo_gives_back_to_the_zone_what_a_revision_had_taken(town: World) -> None:
    zone = draw(town, around(0, 0, 0.001), "Place")
    worked(town)
    first = town.send(pm_file([pm_row("rendu")]), arrete_le="2026-01-01")
    away = town.send(pm_file([pm_row("rendu", point=("574357,3", "6270000,0"))]), arrete_le="2026-01-02")
    held = total(count(town, zone["territoire"]))
    town.client.delete(f"/api/v1/imports/{away['id']}", headers=town.admin)
    assert total(count(town, zone["territoire"])) == held + 1
    town.client.delete(f"/api/v1/imports/{first['id']}", headers=town.admin)
    assert pairs_stored(town) == pairs_recounted(town)


# ---- neighbourhoods, IRIS, contours -----------------------------------------------------------


@pytest.fixture
def layers(tmp_path: Path) -> dict[str, Path]:
    qpv = [
        feature(around(-0.005, 0, 0.006), code_qp="QN03101M"),
        feature(around(0.0, 0, 0.004), code_qp="QP031001"),
    ]
    iris = [
        feature(around(dx, 0, 0.005), code_iris=f"31555{i:04d}", nom_iris=f"I{i}")
        for i, dx in enumerate((-0.01, 0.0, 0.01))
    ]
    return {
        "qpv": geojson(tmp_path / "qpv.geojson", *qpv),
        "iris": geojson(tmp_path / "iris.geojson", *iris),
    }


@pytest.fixture
def moved(town: World) -> Iterator[None]:
    """Some facts have a past, which an undo may bring back."""
    first = town.send(scattered(80, 3, prefix="P"), arrete_le="2026-01-02")
    second = town.send(scattered(80, 4, prefix="P"), arrete_le="2026-01-03")
    yield
    for report in (second, first):
        town.client.delete(f"/api/v1/imports/{report['id']}", headers=town.admin)
    assert misplaced(town) == 0


def test_neighbourhoods_and_iris_loaded_after_the_facts_hold_them_and_their_past(
    town: World, layers: dict[str, Path], moved: None
) -> None:
    communes = (
        "select md5(string_agg(key::text || coalesce(commune, ''), ',' order by key)) from confidential.fact"
    )
    with town.database.owning() as connection:
        before = connection.execute(text(communes)).scalar_one()
    loaded = parts.load_neighbourhoods(town.database, layers["qpv"])
    asked = parts.load_iris(town.database, layers["iris"], lambda _: None).assignment
    assert loaded.assignment is not None
    assert asked is not None
    assert misplaced(town) > 0
    assert count(town, "qpv:QN03101M", 422)["type"].endswith("/rattachement_en_cours")
    assert count(town, "iris:315550001", 422)["type"].endswith("/rattachement_en_cours")
    worked(town)
    assert misplaced(town) == 0
    assert total(count(town, "qpv:QN03101M")) > 20
    assert total(count(town, "iris:315550001")) > 20
    with town.database.owning() as connection:
        assert connection.execute(text(communes)).scalar_one() == before, "a declared commune never changes"


def test_an_assignment_cut_short_goes_on_where_it_stopped(town: World) -> None:
    zone = draw(town, around(0, 0, 0.02), "Coupé")
    with town.database.importing() as connection:
        (record,) = assignments.unfinished(connection)
        assignments.begin(connection, record.id, placements.total(connection, record))
        record = assignments.get(connection, record.id, lock=True)
        assert placements.assign_page(connection, record) is False
    with town.database.reading() as connection:
        seen = assignments.get(connection, record.id)
    assert seen.done == 70
    assert 0 < seen.progress < 1
    with town.database.importing() as connection:
        assignments.fail(connection, record.id, "essai")
    assert count(town, zone["territoire"], 422)["type"].endswith("/rattachement_en_cours")
    shown: list[float] = []
    done = assigning.run(town.database, record.id, shown.append)
    assert (done.state, done.done) == ("termine", done.total)
    assert shown == sorted(shown)
    assert shown[-1] == 1.0
    assert pairs_stored(town) == pairs_recounted(town)


def test_a_page_waits_for_the_import_that_holds_its_facts(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(town, around(0, 0, 0.02), "Retenu")
    with town.database.reading() as connection:
        (record,) = assignments.unfinished(connection)
    with town.database.importing() as other:
        other.execute(text("update confidential.fact set near_border = not near_border where true"))
        with pytest.raises(placements.FactsHeld), town.database.importing() as connection:
            placements.assign_page(connection, record)
        other.rollback()
    worked(town)
    assert pairs_stored(town) == pairs_recounted(town)


def test_hours_trends_and_hotspots_answer_for_a_zone_and_name_its_version(town: World) -> None:
    zone = draw(town, around(0, 0, 0.015), "Centre-ville")
    worked(town)
    for analysis in ("creneaux-horaires", "tendances", "points-chauds"):
        answer = town.get(f"/analyses/{analysis}", territoire=zone["territoire"], source="pm", **YEAR)
        told = " ".join(answer["preuve"]["avertissements"])
        assert "Zone « Centre-ville », version 1 sur 1" in told
        assert "localisés par un point" in told
    assert total(count(town, zone["territoire"])) < total(count(town, TOULOUSE))


def test_where_a_fact_has_no_point_an_empty_zone_is_not_a_zero(town: World) -> None:
    empty = shapely.box(1.440, 43.635, 1.441, 43.636)
    zone = draw(town, empty, "Sans fait")
    worked(town)
    with town.database.owning() as connection:
        statement = "select count(*) from confidential.fact where geom is null and commune = '31555'"
        nowhere = connection.execute(text(statement)).scalar_one()
    assert nowhere >= 40
    answer = count(town, zone["territoire"])
    assert answer["resultat"]["groupes"][0]["faits"] == {"valeur": None, "etat": "absent"}
    headcount = answer["preuve"]["effectif"]
    assert headcount == {
        "total": nowhere, "retenus": 0, "exclus": [{"motif": "non_localise", "nombre": nowhere}],
    }  # fmt: skip
    trend = town.get("/analyses/tendances", territoire=zone["territoire"], source="pm", **YEAR)
    assert {p["faits"]["etat"] for p in trend["resultat"]["series"]} == {"absent"}
    assert trend["preuve"]["effectif"]["exclus"][-1]["motif"] == "non_localise"
    whole = count(town, TOULOUSE)
    assert whole["preuve"]["effectif"]["exclus"] == []
