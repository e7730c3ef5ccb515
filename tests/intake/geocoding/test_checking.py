"""The queue of places to check: who reads it, what may be answered, what an answer changes."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from intake.desk import Desk, codes
from intake.geocoding.exports import COLOMIERS, PASTEUR, TOULOUSE, answer, line, queue, send
from intake.tables import dump
from observatoire.disclosure.policy import Role
from observatoire.intake import assigning
from observatoire.intake.desk import Desk as IntakeDesk
from observatoire.intake.geocoding.again import geocode_again
from observatoire.store.confidential import places
from support.geocoding_server import GeocodingServer, Known
from support.world import World

DOUBT = Known("12 Rue Pasteur", TOULOUSE, 1.4440, 43.6040, score=0.6)


@pytest.fixture
def waiting(desk: Desk, geocoder: GeocodingServer) -> Desk:
    """A desk whose three facts wait for one place."""
    geocoder.knows("12 rue pasteur", DOUBT)
    send(desk, *(line(str(n)) for n in range(3)))
    return desk


def test_the_queue_tells_the_place_why_it_waits_and_how_many_facts_wait(waiting: Desk):
    (place,) = queue(waiting)
    assert (place["texte"], place["commune"], place["motif"], place["faits"]) == (
        "12 rue Pasteur", TOULOUSE, "score_faible", 3,
    )  # fmt: skip
    assert place["candidats"] == [
        {"libelle": "12 Rue Pasteur", "precision": "numero", "methode": "addok", "score": 0.6,
         "longitude": 1.4440, "latitude": 43.6040, "commune": TOULOUSE}
    ]  # fmt: skip


def test_a_candidate_accepted_moves_every_fact_that_waits(waiting: Desk):
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse="candidat", candidat=1)
    assert queue(waiting) == []
    for fact in waiting.facts:
        assert (fact["location_precision"], fact["location_method"], fact["location_score"]) == (
            "numero", "manuel", 0.6,
        )  # fmt: skip
        assert (fact["lon"], fact["commune"], fact["cell"] is not None) == (1.4440, TOULOUSE, True)
        assert fact["anomalies"] == []


BOX = [[1.443, 43.603], [1.445, 43.603], [1.445, 43.605], [1.443, 43.605], [1.443, 43.603]]


def in_zones(desk: Desk) -> int:
    with desk.world.database.owning() as connection:
        counted = text(
            "select count(*) from confidential.fact_zone join confidential.fact f using (key) "
            "where f.source = :source"
        )
        number: int = connection.execute(counted, {"source": desk.source}).scalar_one()
    return number


def test_facts_that_an_answer_places_enter_the_zone_that_holds_their_point(waiting: Desk):
    body = {
        "type": "quartier",
        "libelle": "Quartier fictif",
        "organisation": "pm",
        "valide_depuis": "2024-01-01",
        "contour": {"type": "Polygon", "coordinates": [BOX]},
    }
    drawn = waiting.world.client.post("/api/v1/zones", json=body, headers=waiting.world.admin)
    assert drawn.status_code == 201, drawn.text
    assigning.run_unfinished(waiting.world.database)
    assert in_zones(waiting) == 0
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse="candidat", candidat=1)
    assert in_zones(waiting) == 3


def test_a_point_given_by_a_person_is_kept_as_it_was_given(waiting: Desk):
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse="point", longitude=1.4501, latitude=43.6101)
    assert {(f["lon"], f["lat"], f["location_precision"]) for f in waiting.facts} == {
        (1.4501, 43.6101, "point")
    }


@pytest.mark.parametrize("reply", ["commune", "inconnu"])
def test_a_place_that_nobody_can_place_is_not_asked_again(
    waiting: Desk, geocoder: GeocodingServer, reply: str
):
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse=reply)
    assert {f["location_precision"] for f in waiting.facts} == {"commune"}
    geocoder.heard.clear()
    report = send(waiting, line("9"))
    assert (codes(report), queue(waiting), geocoder.heard) == ({"GEO_ABSENT": 1}, [], [])


def test_an_answer_is_learnt_for_every_writing_of_the_place_and_nothing_is_asked(
    waiting: Desk, geocoder: GeocodingServer
):
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse="point", longitude=1.4501, latitude=43.6101)
    geocoder.heard.clear()
    send(waiting, line("9", "", "Face au 12, R. PASTEUR"))
    assert {f["lon"] for f in waiting.facts} == {1.4501}
    assert geocoder.heard == []


def test_another_organisation_learns_nothing_from_it(
    waiting: Desk, new_desk: Callable[..., Desk], geocoder: GeocodingServer
):
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse="point", longitude=1.4501, latitude=43.6101)
    other = new_desk()
    send(other, line())
    assert other.fact["location_precision"] == "commune"
    assert len(queue(other)) == 1


def test_the_same_file_after_an_answer_is_unchanged(waiting: Desk):
    (place,) = queue(waiting)
    answer(waiting, place["id"], reponse="candidat", candidat=1)
    before = waiting.facts
    report = send(waiting, *(line(str(n)) for n in range(3)))
    assert report["lignes"]["inchangees"] == 3
    assert waiting.facts == before


def test_an_undo_brings_back_what_was_said_at_the_place_that_is_known_now(
    desk: Desk, geocoder: GeocodingServer
):
    geocoder.knows("12 rue pasteur", DOUBT)
    geocoder.knows("14 rue pasteur", Known("14", TOULOUSE, 1.4460, 43.6040))
    send(desk, line(number="12"))
    revision = send(desk, line(number="14"))
    (place,) = queue(desk)
    answer(desk, place["id"], reponse="candidat", candidat=1)
    assert desk.fact["lon"] == 1.4460
    desk.world.client.delete(f"/api/v1/imports/{revision['id']}", headers=desk.world.admin)
    assert (desk.fact["lon"], desk.fact["location_method"]) == (1.4440, "manuel")


def test_an_undone_import_leaves_nothing_to_move(waiting: Desk):
    (place,) = queue(waiting)
    found = waiting.world.get("/imports", source=waiting.source)["imports"]
    waiting.world.client.delete(f"/api/v1/imports/{found[0]['id']}", headers=waiting.world.admin)
    answer(waiting, place["id"], reponse="candidat", candidat=1)
    assert dump(waiting.world, waiting.source)["fact"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reponse": "candidat", "candidat": 2}, "candidat"),
        ({"reponse": "candidat"}, "candidat"),
        ({"reponse": "point", "longitude": 1.44}, "longitude, latitude"),
        ({"reponse": "point", "longitude": 2.35, "latitude": 48.85}, "longitude, latitude"),
        ({"reponse": "commune", "longitude": 1.44, "latitude": 43.6}, "reponse"),
        ({"reponse": "peut-être"}, "reponse"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_the_place_waits_on(
    waiting: Desk, body: dict[str, object], field: str
):
    (place,) = queue(waiting)
    problem = answer(waiting, place["id"], status=422, **body)
    assert problem["erreurs"][0]["champ"].endswith(field)
    assert [p["id"] for p in queue(waiting)] == [place["id"]]
    assert {f["location_precision"] for f in waiting.facts} == {"commune"}


@pytest.mark.parametrize(
    ("role", "own", "sees"),
    [
        (Role.AGENT, True, True),
        (Role.PARTENAIRE, True, True),
        (Role.AGENT, False, False),
        (Role.ANALYSTE, True, False),
    ],
)
def test_the_queue_is_for_who_sends_for_the_source(waiting: Desk, role: Role, own: bool, sees: bool):
    organisation = waiting.source if own else "ailleurs"
    world = waiting.world
    headers = world.headers(world.key(f"{role} {organisation}", role, organisation))
    (place,) = queue(waiting)
    seen = world.get("/lieux/a-verifier", headers=headers, source=waiting.source)
    assert [p["id"] for p in seen["lieux"]] == ([place["id"]] if sees else [])
    body = {"reponse": "candidat", "candidat": 1}
    done = world.client.put(f"/api/v1/lieux/a-verifier/{place['id']}", json=body, headers=headers)
    assert done.status_code == (204 if sees else 404)
    absent = world.client.put(
        "/api/v1/lieux/a-verifier/00000000-0000-0000-0000-000000000000", json=body, headers=headers
    )
    assert absent.status_code == 404
    if not sees:
        hidden = (done.json(), absent.json())
        assert [p["detail"] for p in hidden] == [hidden[0]["detail"]] * 2


def test_a_service_that_comes_back_places_what_waited(desk: Desk, geocoder: GeocodingServer):
    geocoder.refusals = [(500, {})] * 2
    send(desk, line())
    geocoder.knows("12 rue pasteur", PASTEUR)
    intake = IntakeDesk.of(desk.world.database, desk.world.settings)
    done = geocode_again(intake, desk.source, only_unanswered=True)
    assert (done.placed, done.left, queue(desk)) == (1, 0, [])
    assert (desk.fact["location_precision"], desk.fact["location_method"]) == ("numero", "addok")
    assert "GEO_INDISPONIBLE" not in desk.fact["anomalies"]


def test_a_place_still_unknown_waits_on_with_what_was_found_of_it(desk: Desk, geocoder: GeocodingServer):
    send(desk, line())
    geocoder.knows("12 rue pasteur", DOUBT)
    intake = IntakeDesk.of(desk.world.database, desk.world.settings)
    assert geocode_again(intake, desk.source).placed == 0
    (place,) = queue(desk)
    assert (place["motif"], len(place["candidats"])) == ("score_faible", 1)


def test_a_file_sent_again_finds_the_place_of_facts_already_stored_and_the_next_task_moves_them(
    desk: Desk, geocoder: GeocodingServer
):
    send(desk, line())
    geocoder.knows("12 rue pasteur", PASTEUR)
    before = dump(desk.world, desk.source)["fact"]
    again = send(desk, line())
    assert again["lignes"]["inchangees"] == 1
    assert dump(desk.world, desk.source)["fact"] == before
    geocode_again(IntakeDesk.of(desk.world.database, desk.world.settings), desk.source, only_unanswered=True)
    assert desk.fact["location_precision"] == "numero"


def test_a_file_may_hold_more_places_than_a_statement_holds_parameters(city: World):
    keys = [number.to_bytes(16, "big") for number in range(70_000)]
    with city.database.importing() as connection:
        assert places.known_answers(connection, keys) == {}
        assert places.unplaced(connection, keys) == set()
        places.forget(connection, keys)


def test_a_commune_may_be_the_answer_where_none_was_given(desk: Desk, geocoder: GeocodingServer):
    several = [
        Known("P", code, x, 43.61, "street", 0.9) for code, x in ((TOULOUSE, 1.44), (COLOMIERS, 1.335))
    ]
    geocoder.knows("place haute", *several)
    row = line(number="", street="Place Haute", commune="")
    assert send(desk, row)["lignes"]["quarantaine"] == 1
    (place,) = queue(desk)
    answer(desk, place["id"], status=422, reponse="commune")
    answer(desk, place["id"], reponse="commune", commune=COLOMIERS)
    send(desk, row)
    assert (desk.fact["commune"], desk.fact["location_precision"]) == (COLOMIERS, "commune")
