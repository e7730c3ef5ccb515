"""The awkward inputs of the import specification about codes and points: one test for each, by its code."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from intake.desk import Desk, codes
from observatoire.space.crs import to_metric
from observatoire.store.reference import movements
from support.files import pm_row
from support.world import World

NOWHERE = ("", "")
TOULOUSE = (1.4440, 43.6045)


def lambert(lon: float, lat: float) -> tuple[str, str]:
    x, y = to_metric([lon], [lat], 2154)
    return f"{x[0]:.2f}", f"{y[0]:.2f}"


def spread(number: int) -> tuple[str, str]:
    """A point of its own near the Capitole."""
    return lambert(TOULOUSE[0] + 1e-5 * number, TOULOUSE[1])


def transport_row(number: int, x: float, y: float) -> str:
    return f"{number},12/03/2025,22:{number % 60:02},A,Arrêt,Agression,,{y:.6f},{x:.6f}"


@pytest.mark.parametrize(("written", "commune"), [("1001", "01001"), ("2A004", "2A004"), ("2a004", "2A004")])
def test_cog_zero(new_desk: Callable[..., Desk], written: str, commune: str) -> None:
    desk = new_desk(territory="nation:FR")
    desk.send_row(code=written, point=NOWHERE)
    assert desk.fact["commune"] == commune


@pytest.mark.parametrize("written", ["1,31E+08", "2,00E+08", "3,16E+04"])
def test_cog_expo(desk: Desk, written: str) -> None:
    report = desk.send_row(code=written, point=NOWHERE)
    assert (codes(report), desk.facts) == ({"COG_EXPO": 1}, [])
    (label,) = [a["libelle"] for a in report["anomalies"] if a["code"] == "COG_EXPO"]
    assert "abîmé par le tableur" in label


def test_cog_plm(new_desk: Callable[..., Desk]) -> None:
    """Paris and its arrondissements in one file: a commune and its parts are never added."""
    desk = new_desk(territory="commune:75056")
    desk.send_rows(
        pm_row("1", code="75056", point=NOWHERE),
        pm_row("2", code="75101", point=NOWHERE),
        pm_row("3", code="75120", point=NOWHERE),
    )
    assert {fact["commune"] for fact in desk.facts} == {"75056"}
    assert sorted(str(fact["arrondissement"]) for fact in desk.facts) == ["75101", "75120", "None"]
    paris = desk.world.get(
        "/analyses/synthese",
        territoire="commune:75056",
        source=desk.source,
        debut="2025-03-01",
        fin="2025-04-01",
    )
    assert paris["resultat"]["groupes"][0]["faits"]["valeur"] == 3


@pytest.mark.parametrize(("written", "commune"), [("69152", "69149"), ("01018", "01033")])
def test_cog_fusion(new_desk: Callable[..., Desk], written: str, commune: str) -> None:
    """The code of the year of the fact is kept beside today's."""
    desk = new_desk(territory="nation:FR")
    report = desk.send_row(code=written, point=NOWHERE)
    assert codes(report) == {"COG_FUSION": 1, "GEO_ABSENT": 1}
    assert (desk.fact["declared_commune"], desk.fact["commune"]) == (written, commune)


def test_geo_inverse(desk: Desk) -> None:
    """Only the inverse order falls in the commune: put back, and said; a right order is never touched."""
    x, y = lambert(*TOULOUSE)
    report = desk.send_rows(pm_row("1", point=(y, x)), pm_row("2", point=(x, y)))
    assert codes(report) == {"GEO_INVERSE": 1}
    assert [(round(f["lon"], 4), round(f["lat"], 4)) for f in desk.facts] == [TOULOUSE, TOULOUSE]


def test_geo_inverse_is_not_guessed_for_another_commune(desk: Desk) -> None:
    x, y = lambert(2.3499, 48.8530)  # Paris, declared in Toulouse
    assert codes(desk.send_row(point=(y, x))) == {"GEO_MONDE": 1}
    assert desk.fact["geom"] is None


def test_geo_l2e(new_desk: Callable[..., Desk]) -> None:
    """Read as Lambert-93, it is off France; in Lambert II étendu it is in Paris: said, never corrected."""
    desk = new_desk(territory="nation:FR")
    report = desk.send_row(code="75056", point=("600983,5", "2428295,3"))
    assert codes(report) == {"GEO_L2E": 1}
    assert (desk.fact["commune"], desk.fact["geom"]) == ("75056", None)
    (label,) = [a["libelle"] for a in report["anomalies"] if a["code"] == "GEO_L2E"]
    assert "27572" in label


def test_geo_cc(new_desk: Callable[..., Desk]) -> None:
    """Belle-Île in CC47, read as Lambert-93, is in the sea near Corsica: its commune tells the system."""
    desk = new_desk(territory="nation:FR")
    assert codes(desk.send_row(code="56152", point=("1235499,7", "6256828,2"))) == {"GEO_CC": 1}
    assert (desk.fact["commune"], desk.fact["geom"]) == ("56152", None)


def test_a_system_is_that_of_a_file_never_that_of_a_row(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(territory="nation:FR")
    rows = [pm_row(str(number), point=spread(number)) for number in range(10)]
    report = desk.send_rows(*rows, pm_row("old", code="75056", point=("600983,5", "2428295,3")))
    assert codes(report) == {"GEO_MONDE": 1}


def test_geo_aimant(desk: Desk) -> None:
    """400 rows at one point, the commune's centre: they stay in their commune, without a point."""
    apart = [pm_row(f"A{number}", nature=f"Tag {number}", point=spread(number)) for number in range(100)]
    alike = [pm_row(f"B{number}", nature=f"Rixe {number}") for number in range(400)]
    report = desk.send_rows(*apart, *alike)
    assert codes(report)["GEO_AIMANT"] == 400
    drawn = [fact for fact in desk.facts if fact["source_label"].startswith("Rixe")]
    assert {(f["commune"], f["location_precision"], f["cell"], f["near_border"]) for f in drawn} == {
        ("31555", "commune", None, False)
    }
    assert report["localisation"]["localises"] == 100


@pytest.mark.parametrize(("alike", "apart"), [(49, 0), (50, 1000)])
def test_a_few_facts_at_one_address_are_no_magnet(desk: Desk, alike: int, apart: int) -> None:
    rows = [pm_row(f"A{number}", nature=f"Tag {number}", point=spread(number)) for number in range(apart)]
    rows += [pm_row(f"B{number}", nature=f"Rixe {number}") for number in range(alike)]
    report = desk.send_rows(*rows)
    assert "GEO_AIMANT" not in codes(report)
    assert report["localisation"]["localises"] == alike + apart


@pytest.mark.parametrize("point", [("0", "0"), ("-1", "-1")])
def test_geo_aimant_zero_is_no_point(desk: Desk, point: tuple[str, str]) -> None:
    assert codes(desk.send_row(point=point)) == {"GEO_ABSENT": 1}
    assert (desk.fact["commune"], desk.fact["geom"]) == ("31555", None)


def test_a_stop_where_many_facts_happen_is_no_magnet(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(kind="transporteur")
    report = desk.send_transport(*(transport_row(number, *TOULOUSE) for number in range(60)))
    assert "GEO_AIMANT" not in codes(report)
    assert report["localisation"]["part_localisee"] == 1.0


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [(1.3886, 43.6367, "GEO_HORS"), (-3.5, 44.0, "GEO_MER"), (2.24, 10.99, "GEO_MONDE")],
    ids=["Blagnac", "golfe de Gascogne", "Bénin"],
)
def test_geo_hors(desk: Desk, lon: float, lat: float, code: str) -> None:
    """Out of the declared commune: elsewhere in France, at sea, abroad; never moved to another commune."""
    assert codes(desk.send_row(point=lambert(lon, lat))) == {code: 1}
    fact = desk.fact
    assert (fact["commune"], fact["geom"], fact["location_precision"]) == ("31555", None, "commune")


def test_qpv_millesime(desk: Desk) -> None:
    """Two generations, two fields: none is read from the file, both come from the point."""
    header = "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y;QPV"
    rows = [f"{pm_row('1')};QP075001", f"{pm_row('2', nature='Tag')};QN07511M"]
    desk.send("\r\n".join([header, *rows, ""]).encode("cp1252"))
    assert len(desk.facts) == 2
    assert {(fact["qpv_2015"], fact["qpv_2024"]) for fact in desk.facts} == {(None, None)}


@pytest.fixture
def divided(shared_world: World) -> Iterator[None]:
    """85084 gave back 85165 on 1 January 2024; 45117 was shared between 45093 and 45313 long ago."""
    parts = [("85084", date(2024, 1, 1), "85084"), ("85084", date(2024, 1, 1), "85165")]
    parts += [("45117", date(1988, 1, 1), part) for part in ("45093", "45313")]
    with shared_world.database.owning() as connection:
        old = connection.execute(text("select current from reference.former_code where former = '45117'"))
        current = old.scalar_one()
        movements.replace_movements(connection, {}, parts)
    yield
    with shared_world.database.owning() as connection:
        movements.replace_movements(connection, {"45117": current}, [])


def of_place(report: dict[str, Any]) -> dict[str, int]:
    """Anomalies, but for labels that are in no list."""
    return {code: number for code, number in codes(report).items() if code != "CAT_A_CLASSER"}


def inside(desk: Desk, commune: str) -> tuple[str, str]:
    """A point well inside a commune."""
    query = text(
        "select st_x(p), st_y(p) from (select (st_maximuminscribedcircle(geom)).center as p "
        "from reference.contour where level = 'commune' and code = :code) as c"
    )
    with desk.world.database.owning() as connection:
        return lambert(*connection.execute(query, {"code": commune}).one())


@pytest.mark.usefixtures("divided")
def test_cog_scission(new_desk: Callable[..., Desk]) -> None:
    """A commune divided after the fact: its point tells the part; after the division the code is right."""
    desk = new_desk(territory="nation:FR")
    there = inside(desk, "85165")
    report = desk.send_rows(
        pm_row("1", date="12/03/2023", nature="avant", code="85084", point=there),
        pm_row("2", date="12/03/2025", nature="après", code="85084", point=there),
        pm_row("3", date="13/03/2023", nature="sans point", code="85084", point=NOWHERE),
    )
    assert of_place(report) == {"COG_SCISSION": 1, "GEO_HORS": 1, "COG_PARTAGE": 1, "GEO_ABSENT": 1}
    facts = {fact["source_label"]: fact for fact in desk.facts}
    told = ("commune", "declared_commune", "location_precision")
    assert {label: tuple(fact[name] for name in told) for label, fact in facts.items()} == {
        "avant": ("85165", "85084", "point"),
        "après": ("85084", "85084", "commune"),
        "sans point": ("85084", "85084", "commune"),
    }
    assert facts["après"]["cell"] is None


@pytest.mark.usefixtures("divided")
def test_cog_scission_of_a_code_that_is_no_more(new_desk: Callable[..., Desk]) -> None:
    """Without a point in one of its parts it waits in quarantine: no sharing out is invented."""
    desk = new_desk(territory="nation:FR")
    report = desk.send_rows(
        pm_row("1", nature="placé", code="45117", point=inside(desk, "45313")),
        pm_row("2", nature="sans point", code="45117", point=NOWHERE),
        pm_row("3", nature="ailleurs", code="45117", point=inside(desk, "85165")),
    )
    assert of_place(report) == {"COG_SCISSION": 1, "COG_NON_VENTILABLE": 2}
    assert (desk.fact["commune"], desk.fact["declared_commune"]) == ("45313", "45117")
