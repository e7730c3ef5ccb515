"""An export with addresses, from the file to the map: precision, method, score, doubts, failures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from intake.desk import Desk, codes
from intake.geocoding.exports import BLAGNAC, COLOMIERS, PASTEUR, TOULOUSE, answer, line, queue, send
from intake.tables import dump, tables_that_hold
from observatoire.intake.desk import Desk as IntakeDesk
from observatoire.intake.purging import purge
from support.geocoding_server import GeocodingServer, Known
from support.world import World


def test_an_address_gives_a_point_with_its_precision_its_method_and_its_score(
    desk: Desk, geocoder: GeocodingServer
):
    geocoder.knows("12 rue pasteur", PASTEUR)
    report = send(desk, line())
    fact = desk.fact
    assert (fact["lon"], fact["lat"]) == (1.4440, 43.6040)
    assert (fact["location_precision"], fact["location_method"], fact["location_score"]) == (
        "numero", "addok", 0.95,
    )  # fmt: skip
    assert fact["cell"] is not None
    assert codes(report) == {"GEO_ADRESSE": 1}
    assert report["localisation"]["part_localisee"] == 1.0


@pytest.mark.parametrize(
    ("kind", "score", "precision", "code", "queued"),
    [
        ("housenumber", 0.80, "numero", "GEO_ADRESSE", []),
        ("housenumber", 0.79, "commune", "GEO_VERIFIER", ["score_faible"]),
        ("street", 0.70, "voie", "GEO_ADRESSE", []),
        ("street", 0.69, "commune", "GEO_VERIFIER", ["score_faible"]),
        ("street", 0.49, "commune", "GEO_INTROUVABLE", ["introuvable"]),
        ("municipality", 0.90, "commune", "GEO_INTROUVABLE", ["introuvable"]),
    ],
)
def test_thresholds_make_a_point_a_doubt_or_a_commune(
    desk: Desk,
    geocoder: GeocodingServer,
    kind: str,
    score: float,
    precision: str,
    code: str,
    queued: list[str],
):
    geocoder.knows("12 rue pasteur", Known("12", TOULOUSE, 1.444, 43.604, kind, score))
    report = send(desk, line())
    assert desk.fact["location_precision"] == precision
    assert codes(report) == {code: 1} | ({"GEO_ABSENT": 1} if precision == "commune" else {})
    assert [place["motif"] for place in queue(desk)] == queued


def test_the_middle_of_a_street_is_a_point_that_no_map_of_cells_may_use(
    desk: Desk, geocoder: GeocodingServer
):
    geocoder.knows("12 rue pasteur", Known("Rue Pasteur", TOULOUSE, 1.444, 43.604, "street", 0.9))
    send(desk, line())
    fact = desk.fact
    assert fact["geom"] is not None
    assert (fact["cell"], fact["qpv_2024"]) == (None, None)
    found = desk.world.get(
        "/analyses/synthese", territoire=f"commune:{TOULOUSE}", source=desk.source,
        debut="2025-03-01", fin="2025-04-01",
    )  # fmt: skip
    assert found["preuve"]["localisation"]["adresse"] == {"voie": 1.0}


def test_two_candidates_with_one_score_far_apart_are_a_doubt(desk: Desk, geocoder: GeocodingServer):
    far = Known("12 Rue Pasteur bis", TOULOUSE, 1.4540, 43.6040, score=0.93)
    geocoder.knows("12 rue pasteur", PASTEUR, far)
    assert codes(send(desk, line())) == {"GEO_VERIFIER": 1, "GEO_ABSENT": 1}
    (place,) = queue(desk)
    assert (place["motif"], len(place["candidats"]), place["faits"]) == ("homonymes", 2, 1)


def test_two_candidates_side_by_side_are_one_place(desk: Desk, geocoder: GeocodingServer):
    geocoder.knows("12 rue pasteur", PASTEUR, Known("12 bis", TOULOUSE, 1.4441, 43.6040, score=0.94))
    assert codes(send(desk, line())) == {"GEO_ADRESSE": 1}


def test_geo_angle_a_crossing_stands_between_the_nearest_doors_of_its_streets(
    desk: Desk, geocoder: GeocodingServer
):
    geocoder.knows("rue pasteur", Known("Rue Pasteur", TOULOUSE, 1.4440, 43.6040, "street"))
    geocoder.knows("rue hugo", Known("Rue Hugo", TOULOUSE, 1.4500, 43.6080, "street"))
    for n in (1, 2, 10):
        geocoder.knows(f"{n} rue pasteur", Known(f"{n} P", TOULOUSE, 1.4400 + n * 1e-3, 43.6040))
        geocoder.knows(f"{n} rue hugo", Known(f"{n} H", TOULOUSE, 1.4500, 43.6040 + n * 2e-4))
    report = send(desk, line(number="", street="ANGLE RUE PASTEUR / RUE HUGO"))
    fact = desk.fact
    assert (fact["location_precision"], fact["location_method"]) == ("intersection", "addok")
    assert (fact["lon"], fact["lat"]) == (pytest.approx(1.4500, abs=5e-4), pytest.approx(43.6041, abs=2e-4))
    assert codes(report) == {"GEO_ANGLE": 1}


def test_geo_angle_streets_that_never_meet_leave_the_middle_of_the_first(
    desk: Desk, geocoder: GeocodingServer
):
    geocoder.knows("rue pasteur", Known("Rue Pasteur", TOULOUSE, 1.4440, 43.6040, "street"))
    geocoder.knows("rue hugo", Known("Rue Hugo", TOULOUSE, 1.4500, 43.6080, "street"))
    send(desk, line(number="", street="angle rue Pasteur / rue Hugo"))
    assert (desk.fact["location_precision"], desk.fact["lon"]) == ("voie", 1.4440)


def test_geo_homonyme_a_place_of_several_communes_waits_for_its_commune(
    desk: Desk, geocoder: GeocodingServer
):
    square = "place de la republique"
    geocoder.knows(square, *(Known("Place de la République", c, x, y, "street", 0.9) for c, x, y in (
        (COLOMIERS, 1.3350, 43.6120), (BLAGNAC, 1.3900, 43.6350))))  # fmt: skip
    report = send(desk, line(number="", street="Place de la République", commune=""))
    assert codes(report) == {"GEO_HOMONYME": 1}
    assert report["lignes"]["quarantaine"] == 1
    (place,) = queue(desk)
    assert (place["commune"], {c["commune"] for c in place["candidats"]}) == (None, {COLOMIERS, BLAGNAC})
    rank = next(i for i, c in enumerate(place["candidats"], 1) if c["commune"] == BLAGNAC)
    answer(desk, place["id"], reponse="candidat", candidat=rank)
    send(desk, line(number="", street="Place de la République", commune=""))
    assert (desk.fact["commune"], desk.fact["location_method"]) == (BLAGNAC, "manuel")


def test_geo_homonyme_the_commune_of_the_organisation_bounds_the_search(
    new_desk: Callable[..., Desk], geocoder: GeocodingServer
):
    desk = new_desk(territory=f"commune:{COLOMIERS}")
    geocoder.knows("place de la republique", *(Known("P", c, x, y, "street", 0.9) for c, x, y in (
        (TOULOUSE, 1.4440, 43.6040), (COLOMIERS, 1.3350, 43.6120))))  # fmt: skip
    send(desk, line(number="", street="Place de la République", commune=""))
    assert (desk.fact["commune"], desk.fact["location_precision"]) == (COLOMIERS, "voie")
    assert {row["commune"] for h in geocoder.heard for row in h.rows} == {COLOMIERS}


def test_geo_lieu_a_place_that_is_no_place_asks_nothing(desk: Desk, geocoder: GeocodingServer):
    report = send(desk, line("1", "", "RAS"), line("2", "", "DIVERS"), line("3", "", ""))
    assert codes(report) == {"GEO_ABSENT": 3}
    assert (geocoder.heard, queue(desk)) == ([], [])
    assert {fact["place_key"] for fact in desk.facts} == {None}


def test_a_row_with_coordinates_asks_nothing(desk: Desk, geocoder: GeocodingServer):
    assert codes(desk.send_row()) == {}
    assert geocoder.heard == []
    assert (desk.fact["location_method"], desk.fact["location_score"]) == ("source", None)


def test_each_distinct_place_is_asked_once(desk: Desk, geocoder: GeocodingServer):
    geocoder.knows("12 rue pasteur", PASTEUR)
    send(desk, *(line(str(n), "12", ("rue Pasteur", "R. PASTEUR")[n % 2]) for n in range(40)))
    assert sum(len(heard.rows) for heard in geocoder.heard) == 1
    assert {f["location_precision"] for f in desk.facts} == {"numero"}


def test_a_name_behind_the_door_is_neither_asked_nor_kept(desk: Desk, geocoder: GeocodingServer):
    send(desk, line("1", "12", "rue Pasteur chez ZZYGOTE Jean"), line("2", "", "ZZYGOTE Jean"))
    assert {row["adresse"] for heard in geocoder.heard for row in heard.rows} == {"12 rue pasteur"}
    assert [place["texte"] for place in queue(desk)] == ["12 rue Pasteur"]
    assert tables_that_hold(desk.world, "zzygote") == []


def test_the_text_of_a_place_stands_sealed_in_the_queue_and_nowhere_else(
    desk: Desk, geocoder: GeocodingServer
):
    send(desk, line(street="rue Introuvablix"))
    assert [place["texte"] for place in queue(desk)] == ["12 rue Introuvablix"]
    assert tables_that_hold(desk.world, "introuvablix") == []


def test_a_silent_service_leaves_the_commune_and_the_import_stands(desk: Desk, geocoder: GeocodingServer):
    geocoder.refusals = [(500, {})] * 2
    report = send(desk, line())
    assert (report["etat"], report["lignes"]["creees"]) == ("valide", 1)
    assert codes(report) == {"GEO_INDISPONIBLE": 1, "GEO_ABSENT": 1}
    assert [place["motif"] for place in queue(desk)] == ["service_indisponible"]


def test_a_busy_service_is_not_waited_for_beyond_the_time_allowed(desk: Desk, geocoder: GeocodingServer):
    geocoder.refusals = [(429, {"Retry-After": "600"})]
    assert codes(send(desk, line())) == {"GEO_INDISPONIBLE": 1, "GEO_ABSENT": 1}


def test_a_simulation_asks_and_keeps_nothing(desk: Desk, geocoder: GeocodingServer):
    assert send(desk, line(), simulation=True)["etat"] == "simule"
    assert queue(desk) == []


def test_the_same_file_again_is_unchanged_wherever_its_places_stand_now(
    desk: Desk, geocoder: GeocodingServer
):
    send(desk, line())
    geocoder.knows("12 rue pasteur", PASTEUR)
    report = send(desk, line())
    assert (report["lignes"]["inchangees"], report["lignes"]["revisees"]) == (1, 0)


def test_a_corrected_address_is_a_revision_and_an_undo_brings_the_first_back(
    desk: Desk, geocoder: GeocodingServer
):
    geocoder.knows("12 rue pasteur", PASTEUR)
    geocoder.knows("14 rue pasteur", Known("14 Rue Pasteur", TOULOUSE, 1.4450, 43.6040))
    send(desk, line(number="12"))
    before = dump(desk.world, desk.source)
    report = send(desk, line(number="14"))
    assert (report["lignes"]["revisees"], desk.fact["lon"]) == (1, 1.4450)
    desk.world.client.delete(f"/api/v1/imports/{report['id']}", headers=desk.world.admin)
    assert dump(desk.world, desk.source) == before


def test_the_queue_is_purged_after_thirty_days(desk: Desk, geocoder: GeocodingServer, city: World):
    send(desk, line())
    intake = IntakeDesk.of(city.database, city.settings)
    for days, left in ((29, 1), (31, 0)):
        later = datetime.now(UTC) + timedelta(days=days)
        purge(replace(intake, now=lambda later=later: later))
        assert len(queue(desk)) == left
    with city.database.owning() as connection:
        assert connection.execute(text("select count(*) from confidential.place_to_check")).scalar_one() == 0
