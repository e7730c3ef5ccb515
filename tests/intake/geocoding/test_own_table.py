"""The city's own table: loaded whole or not at all, found by name, alias and line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.desk import Desk, codes
from intake.geocoding.exports import COLOMIERS, PASTEUR, TOULOUSE, line, load_table, queue, send
from observatoire.disclosure.policy import Role
from observatoire.settings import Settings
from observatoire.store.engine import Database
from support.databases import copy_of
from support.geocoding_server import GeocodingServer
from support.world import World

TABLE = """nom;type;commune;longitude;latitude;alias
LIDL Minimes;lieu;31555;1.4390;43.6200;Lidl|supermarché des Minimes
Parking de la gare;;31555;1.4540;43.6110;
Rue Pasteur;;31555;1.4450;43.6050;
Les Minimes;quartier;31555;1.4370;43.6210;
Place de la République;;31149;1.3350;43.6120;
"""


def test_a_named_place_is_found_by_its_name_or_its_alias(desk: Desk, geocoder: GeocodingServer):
    assert load_table(desk, TABLE)["lignes"] == 5
    report = send(
        desk, line("1", "", "devant Lidl"), line("2", "", "Parking gare"), line("3", "", "LIDL Minimes")
    )
    assert [(f["location_precision"], f["location_method"], f["location_score"]) for f in desk.facts] == [
        ("lieu", "table", 1.0)
    ] * 3
    assert codes(report) == {"GEO_LIEU": 3}
    assert geocoder.heard == []


def test_geo_lieu_a_name_that_is_part_of_another_is_to_be_checked(desk: Desk, geocoder: GeocodingServer):
    load_table(desk, TABLE)
    assert codes(send(desk, line(number="", street="supermarché"))) == {"GEO_VERIFIER": 1, "GEO_ABSENT": 1}
    (place,) = queue(desk)
    assert [c["libelle"] for c in place["candidats"]] == ["LIDL Minimes"]


def test_a_door_that_the_table_does_not_know_is_asked_of_the_server(desk: Desk, geocoder: GeocodingServer):
    load_table(desk, TABLE)
    geocoder.knows("12 rue pasteur", PASTEUR)
    send(desk, line("1"), line("2", "14"))
    found = {(f["location_precision"], f["location_method"]) for f in desk.facts}
    assert found == {("numero", "addok"), ("voie", "table")}


def test_a_neighbourhood_is_a_point_around_which(desk: Desk, geocoder: GeocodingServer):
    load_table(desk, TABLE)
    send(desk, line(number="", street="Les Minimes"))
    assert (desk.fact["location_precision"], desk.fact["cell"]) == ("quartier", None)


def test_a_place_of_another_commune_is_not_the_one(desk: Desk, geocoder: GeocodingServer):
    load_table(desk, TABLE)
    send(desk, line(number="", street="Place de la République"))
    assert desk.fact["location_precision"] == "commune"


def test_geo_angle_two_lines_of_the_table_meet_in_a_point(desk: Desk, geocoder: GeocodingServer):
    load_table(
        desk,
        "nom;commune;geometrie\n"
        "Rue Pasteur;31555;LINESTRING (1.440 43.604, 1.450 43.604)\n"
        "Rue Hugo;31555;LINESTRING (1.445 43.600, 1.445 43.608)\n"
        "Rue Foch;31555;LINESTRING (1.440 43.620, 1.450 43.620)\n",
    )
    send(desk, line("1", "", "rue Pasteur x rue Hugo"), line("2", "", "angle rue Pasteur / rue Foch"))
    crossing, apart = sorted(desk.facts, key=lambda f: f["location_precision"])
    assert crossing["location_precision"] == "intersection"
    assert (crossing["lon"], crossing["lat"]) == (pytest.approx(1.445), pytest.approx(43.604))
    assert (apart["location_precision"], apart["lon"]) == ("voie", pytest.approx(1.445))


def test_a_new_table_replaces_the_whole_of_the_old_one(desk: Desk, geocoder: GeocodingServer):
    load_table(desk, TABLE)
    assert load_table(desk, "nom;commune;longitude;latitude\nMairie;31555;1.444;43.604\n")["version"] == 2
    send(desk, line("1", "", "devant Lidl"), line("2", "", "en face de la mairie"))
    assert sorted(f["location_precision"] for f in desk.facts) == ["commune", "lieu"]


def test_a_new_table_moves_the_facts_that_waited_for_it_and_asks_nobody(
    desk: Desk, geocoder: GeocodingServer
):
    send(desk, line("1", "", "devant Lidl"), line("2", "", "ailleurs"))
    geocoder.heard.clear()
    load_table(desk, TABLE)
    assert sorted((f["location_precision"], f["location_method"] or "") for f in desk.facts) == [
        ("commune", ""), ("lieu", "table"),
    ]  # fmt: skip
    assert [place["texte"] for place in queue(desk)] == ["ailleurs"]
    assert geocoder.heard == []


@pytest.mark.parametrize(
    ("faulty", "told"),
    [
        ("Mairie;lieu;31999;1.444;43.604;", "commune"),
        ("Mairie;lieu;31555;2.35;48.85;", "km de la commune"),
        ("Mairie;lieu;31555;abc;43.604;", "illisibles"),
        ("Mairie;lieu;31555;574357;6279642;", "degrés"),
        ("Mairie;château;31555;1.444;43.604;", "type"),
        (";lieu;31555;1.444;43.604;", "vide"),
        ("DUPONT Jean;lieu;31555;1.444;43.604;", "personne"),
    ],
)
def test_a_faulty_line_is_named_and_what_stood_before_still_stands(desk: Desk, faulty: str, told: str):
    load_table(desk, TABLE)
    problem = load_table(desk, TABLE + faulty + "\n", status=422)
    (fault,) = problem["erreurs"]
    assert fault["champ"].startswith("ligne 7")
    assert told in f"{fault['champ']} {fault['message']}"
    assert "DUPONT" not in str(problem)
    assert desk.world.get(f"/organisations/{desk.source}/lieux")["version"] == 1


def test_a_table_without_the_columns_of_a_place_says_which(desk: Desk):
    problem = load_table(desk, "libellé;x;y\nMairie;1;2\n", status=422)
    assert [fault["champ"] for fault in problem["erreurs"]] == ["commune", "latitude", "longitude"]


@pytest.mark.parametrize(("role", "own", "status"), [(Role.AGENT, True, 200), (Role.AGENT, False, 404),
                                                     (Role.ANALYSTE, True, 403)])  # fmt: skip
def test_a_table_is_its_organisation_s(desk: Desk, role: Role, own: bool, status: int):
    organisation = desk.source if own else "ailleurs"
    headers = desk.world.headers(desk.world.key(f"table {role} {organisation}", role, organisation))
    files = {"fichier": ("lieux.csv", TABLE.encode())}
    path = f"/api/v1/organisations/{desk.source}/lieux"
    assert desk.world.client.put(path, files=files, headers=headers).status_code == status


@pytest.fixture(scope="module")
def bare(
    server: str, template: str, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """An observatory without any geocoding server."""
    with copy_of(server, template, run_folder) as address:
        database = Database(address)
        yield World(database, Settings(database_url=address, var=tmp_path_factory.mktemp("var")))
        database.dispose()


def test_without_any_geocoder_nothing_is_asked_nor_put_in_the_queue(bare: World):
    desk = Desk(bare, bare.source("sans"))
    assert codes(send(desk, line())) == {"GEO_ABSENT": 1}
    assert queue(desk) == []


def test_a_table_is_enough_to_place_and_to_ask(bare: World):
    desk = Desk(bare, bare.source("avec"))
    load_table(desk, TABLE)
    assert codes(send(desk, line("1", "", "Lidl"), line("2", "", "nulle part"))) == {
        "GEO_LIEU": 1, "GEO_INTROUVABLE": 1, "GEO_ABSENT": 1,
    }  # fmt: skip


def test_the_commune_of_the_organisation_is_the_one_of_its_places(
    new_desk: Callable[..., Desk], geocoder: GeocodingServer
):
    desk = new_desk(territory=f"commune:{COLOMIERS}")
    load_table(
        desk,
        TABLE.replace("Rue Pasteur;;31555;1.4450;43.6050;\n", "") + "Rue Pasteur;;31149;1.3360;43.6130;\n",
    )
    send(desk, line(number="", commune=""))
    assert (desk.fact["commune"], desk.fact["lon"]) == (COLOMIERS, 1.3360)
    assert TOULOUSE not in {row["commune"] for heard in geocoder.heard for row in heard.rows}
