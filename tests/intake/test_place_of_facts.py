"""Where a fact happened: the declared code first, the point second, a conflict flagged."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from intake.desk import Desk, codes
from observatoire.space.crs import to_metric
from support.files import pm_row
from support.world import World

PARIS = ("652381,1", "6862047,5")
BLAGNAC = ("569500", "6283500")
NOWHERE = ("", "")
SEA = ("300000", "6400000")


def test_a_point_in_its_commune_is_kept_with_its_parents_and_its_cell(desk: Desk) -> None:
    report = desk.send_row()
    fact = desk.fact
    assert (fact["lon"], fact["lat"]) == (pytest.approx(1.4440, abs=2e-3), pytest.approx(43.6045, abs=2e-3))
    assert (fact["commune"], fact["epci"], fact["departement"], fact["region"]) == (
        "31555",
        "243100518",
        "31",
        "76",
    )
    assert fact["location_precision"] == "point"
    assert fact["cell"] is not None
    assert codes(report) == {}
    assert report["localisation"] == {"faits": 1, "localises": 1, "part_localisee": 1.0}


def test_a_fact_without_coordinates_stands_at_its_commune_and_has_no_point(desk: Desk) -> None:
    report = desk.send_row(point=NOWHERE)
    fact = desk.fact
    assert (fact["geom"], fact["cell"], fact["location_precision"]) == (None, None, "commune")
    assert (fact["commune"], fact["near_border"]) == ("31555", False)
    assert codes(report) == {"GEO_ABSENT": 1}
    assert report["localisation"]["part_localisee"] == 0.0


@pytest.mark.parametrize("point", [("0", "0"), ("0,0", "0,0"), ("-1", "-1"), ("574357,3", ""), ("", "0")])
def test_zero_zero_and_half_a_point_are_no_point(desk: Desk, point: tuple[str, str]) -> None:
    assert codes(desk.send_row(point=point)) == {"GEO_ABSENT": 1}
    assert desk.fact["geom"] is None


@pytest.mark.parametrize("point", [("abc", "def"), ("574357,3", "?"), ("1e999", "1"), ("1.234,5", "1")])
def test_coordinates_that_cannot_be_read_lose_the_point_not_the_fact(
    desk: Desk, point: tuple[str, str]
) -> None:
    assert codes(desk.send_row(point=point)) == {"GEO_ILLISIBLE": 1}
    assert (desk.fact["commune"], desk.fact["geom"]) == ("31555", None)


@pytest.mark.parametrize("point", [PARIS, BLAGNAC, SEA, ("0,00001", "0,00001"), ("1e7", "1e7")])
def test_a_point_far_outside_its_commune_is_set_aside_and_the_commune_kept(
    desk: Desk, point: tuple[str, str]
) -> None:
    report = desk.send_row(point=point)
    fact = desk.fact
    assert (fact["commune"], fact["geom"], fact["cell"]) == ("31555", None, None)
    assert set(codes(report)) <= {"GEO_HORS", "GEO_MER", "GEO_MONDE", "GEO_ILLISIBLE"}
    assert sum(codes(report).values()) == 1


@pytest.mark.parametrize(("metres", "kept"), [(150, True), (450, False)])
def test_a_border_has_a_tolerance_of_three_hundred_metres(desk: Desk, metres: int, kept: bool) -> None:
    outside = text(
        "select st_x(p), st_y(p) from (select st_pointn(st_exteriorring(st_geometryn(st_multi("
        "st_buffer(geom::geography, :metres)::geometry), 1)), 7) as p from reference.contour "
        "where level = 'commune' and code = '31555') as ring"
    )
    with desk.world.database.owning() as connection:
        lon, lat = connection.execute(outside, {"metres": metres}).one()
    x, y = (axis[0] for axis in to_metric([lon], [lat], 2154))
    report = desk.send_row(point=(f"{x:.1f}", f"{y:.1f}"))
    assert codes(report) == ({} if kept else {"GEO_HORS": 1})
    assert (desk.fact["location_precision"] == "point") is kept
    assert desk.fact["near_border"] is kept
    assert desk.fact["commune"] == "31555"


def test_a_lost_zero_comes_back(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(territory="departement:01")
    assert codes(desk.send_row(code="1001", point=NOWHERE)) == {"COG_ZERO": 1, "GEO_ABSENT": 1}
    assert (desk.fact["commune"], desk.fact["departement"]) == ("01001", "01")


def test_a_former_code_leads_to_the_commune_of_today_and_is_kept_as_declared(
    new_desk: Callable[..., Desk],
) -> None:
    desk = new_desk(territory="departement:01")
    assert codes(desk.send_row(code="01018", point=NOWHERE)) == {"COG_FUSION": 1, "GEO_ABSENT": 1}
    assert (desk.fact["declared_commune"], desk.fact["commune"]) == ("01018", "01033")


@pytest.mark.parametrize("code", ["2A004", "2a004"])
def test_corsica_is_written_in_either_case(new_desk: Callable[..., Desk], code: str) -> None:
    desk = new_desk(territory="departement:2A")
    desk.send_row(code=code, point=NOWHERE)
    assert (desk.fact["commune"], desk.fact["departement"]) == ("2A004", "2A")


def test_an_arrondissement_is_kept_beside_its_commune(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(territory="commune:75056")
    desk.send_rows(pm_row("1", code="75118", point=NOWHERE), pm_row("2", code="75056", point=PARIS))
    facts = desk.facts
    assert {f["commune"] for f in facts} == {"75056"}
    assert sorted((f["declared_commune"], f["arrondissement"]) for f in facts)[1] == ("75118", "75118")
    by_point = next(f for f in facts if f["declared_commune"] == "75056")["arrondissement"]
    assert by_point is None or by_point.startswith("751")


def test_an_unknown_code_with_a_point_takes_the_commune_of_the_point(desk: Desk) -> None:
    assert codes(desk.send_row(code="99999")) == {"COG_POINT": 1}
    assert (desk.fact["commune"], desk.fact["declared_commune"]) == ("31555", None)


def test_without_a_code_the_point_tells_the_commune(desk: Desk) -> None:
    assert codes(desk.send_row(code="")) == {}
    assert (desk.fact["commune"], desk.fact["location_precision"]) == ("31555", "point")


@pytest.mark.parametrize("name", ["Toulouse", "TOULOUSE", "L'Union", "ST ORENS DE GAMEVILLE"])
def test_a_commune_that_the_source_covers_is_known_by_its_name(desk: Desk, name: str) -> None:
    report = desk.send_row(code=name, point=NOWHERE)
    assert codes(report) == {"COG_NOM": 1, "GEO_ABSENT": 1}
    assert desk.fact["commune"] in {"31555", "31561", "31506"}


@pytest.mark.parametrize(
    ("code", "point", "fault"),
    [
        ("99999", NOWHERE, "COG_INCONNU"),
        ("Marseille", NOWHERE, "COG_INCONNU"),
        ("1,31E+08", NOWHERE, "COG_EXPO"),
        ("", NOWHERE, "LIEU_ABSENT"),
        ("", ("0", "0"), "LIEU_ABSENT"),
        ("", SEA, "GEO_HORS_FRANCE"),
        ("99999", SEA, "COG_INCONNU"),
    ],
)
def test_a_fact_that_no_commune_can_hold_waits_in_quarantine(
    desk: Desk, code: str, point: tuple[str, str], fault: str
) -> None:
    report = desk.send_row(code=code, point=point)
    assert (report["lignes"]["quarantaine"], codes(report), desk.facts) == (1, {fault: 1}, [])
    assert report["localisation"]["part_localisee"] is None


def test_a_commune_that_the_source_does_not_cover_is_kept_and_flagged(desk: Desk) -> None:
    assert codes(desk.send_row(code="75056", point=PARIS)) == {"TER_HORS": 1}
    assert desk.fact["commune"] == "75056"


def test_a_commune_without_a_contour_keeps_its_points_on_the_word_of_its_code(
    new_desk: Callable[..., Desk], shared_world: World
) -> None:
    query = text(
        "select code from reference.contour where level = 'commune' and geom is null and code like '15%'"
    )
    with shared_world.database.owning() as connection:
        code = connection.execute(query).scalars().first()
    assert code is not None
    desk = new_desk(territory="departement:15")
    report = desk.send_row(code=code, point=SEA)
    assert codes(report) == {"GEO_CONTOUR": 1}
    assert desk.fact["location_precision"] == "point"


def test_a_point_in_a_priority_neighbourhood_belongs_to_it(desk: Desk) -> None:
    inside = text(
        "select c.code, t.vintage, st_x(p), st_y(p), m.parent_code "
        "from reference.contour c join reference.territory t using (level, code) "
        "cross join lateral st_pointonsurface(c.geom) p "
        "join reference.contour town on town.level = 'commune' and st_contains(town.geom, p) "
        "cross join lateral (select town.code as parent_code) m "
        "where c.level = 'qpv' order by c.code limit 1"
    )
    with desk.world.database.owning() as connection:
        code, vintage, lon, lat, commune = connection.execute(inside).one()
    x, y = (axis[0] for axis in to_metric([lon], [lat], 2154))
    desk.send_row(code=commune, point=(f"{x:.2f}", f"{y:.2f}"))
    assert desk.fact[f"qpv_{vintage}"] == code


def test_a_landlord_without_coordinates_is_located_at_the_commune_and_says_so(
    new_desk: Callable[..., Desk],
) -> None:
    desk = new_desk(kind="bailleur")
    report = desk.send_landlord(
        "R1;12/03/2025;22h;Les Lilas;31555;Vandalisme;hall", "R2;13/03/2025;;Les Lilas;31069;Dégradation;"
    )
    assert report["localisation"] == {"faits": 2, "localises": 0, "part_localisee": 0.0}
    assert [f["location_precision"] for f in desk.facts] == ["commune", "commune"]
    answer = desk.world.get(
        "/analyses/synthese",
        territoire="epci:243100518",
        source=desk.source,
        debut="2025-03-01",
        fin="2025-04-01",
    )
    (group,) = answer["resultat"]["groupes"]
    assert (group["faits"]["valeur"], group["part_localisee"]) == (2, 0.0)


def test_a_transport_event_takes_the_commune_of_its_stop(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(kind="transporteur")
    report = desk.send_transport(
        "1,12/03/2025,22:10,A,Capitole,Agression,,43.604400,1.443900",
        "2,12/03/2025,22:20,A,?,Agression,,0.000000,0.000000",
        "3,12/03/2025,22:30,A,?,Agression,,1.443900,43.604400",
    )
    assert codes(report) == {"LIEU_ABSENT": 1, "GEO_HORS_FRANCE": 1}
    assert (desk.fact["commune"], desk.fact["declared_commune"]) == ("31555", None)
