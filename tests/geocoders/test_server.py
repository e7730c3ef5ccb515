"""A geocoding server: what leaves for it, what it may answer, how long it is waited for."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from observatoire.domain.address import Asked
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.geocoders.budget import Budget
from observatoire.geocoders.errors import UnavailableGeocoder
from observatoire.geocoders.server import GeocodingServer as Client
from support.geocoding_server import GeocodingServer, Known, geocoding_server

TOULOUSE = "31555"


@pytest.fixture
def server() -> Iterator[GeocodingServer]:
    with geocoding_server() as running:
        for n in range(1, 31):
            running.knows(f"{n} rue pasteur", Known(f"{n} Rue Pasteur", TOULOUSE, 1.44 + n / 1e4, 43.6))
        yield running


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def budget(self, seconds: float = 60.0) -> Budget:
        return Budget(seconds, self, self.sleep)


def asked(*numbers: int) -> list[Asked]:
    return [Asked(f"{n} rue pasteur", TOULOUSE) for n in numbers]


def national(server: GeocodingServer) -> Client:
    return Client(server.url, LocationMethod.NATIONAL, random.Random(7))


def test_answers_come_back_in_the_order_of_the_questions(server: GeocodingServer):
    found = national(server).find([*asked(3, 1, 2), Asked("12 rue perdue", TOULOUSE)], Budget(60))
    assert [f.best.label if f else None for f in found] == [
        "3 Rue Pasteur",
        "1 Rue Pasteur",
        "2 Rue Pasteur",
        None,
    ]
    first = found[0]
    assert first is not None
    assert (first.best.precision, first.best.method, first.best.score, first.best.commune) == (
        LocationPrecision.HOUSE_NUMBER, LocationMethod.NATIONAL, 0.95, TOULOUSE,
    )  # fmt: skip


def test_only_address_commune_and_a_random_number_leave_and_in_no_order(server: GeocodingServer):
    client, question = national(server), asked(*range(1, 31))
    client.find(question, Budget(60))
    client.find(question, Budget(60))
    first, second = server.heard
    assert first.path == "/search/csv"
    assert set(first.fields) == {"columns", "citycode"}
    assert set(first.rows[0]) == {"numero", "adresse", "commune"}
    sent = [row["adresse"] for row in first.rows]
    assert sorted(sent) == sorted(q.text for q in question)
    assert sent != [q.text for q in question]
    assert not {r["numero"] for r in first.rows} & {r["numero"] for r in second.rows}


def test_a_commune_that_addresses_divide_is_bounded_by_its_name(server: GeocodingServer):
    national(server).find([Asked("1 rue pasteur", "75056")], Budget(60))
    (heard,) = server.heard
    assert "citycode" not in heard.fields
    assert heard.rows[0]["adresse"] == "1 rue pasteur Paris"


def test_a_server_that_is_busy_is_asked_again_when_it_says_so(server: GeocodingServer):
    clock = Clock()
    server.refusals = [(429, {"Retry-After": "5"}), (503, {})]
    found = national(server).find(asked(1), clock.budget())
    assert found[0] is not None
    assert clock.slept == [5.0, 1.0]
    assert [len(h.rows) for h in server.heard] == [1, 1, 1]


def test_a_date_is_a_pause_too(server: GeocodingServer):
    clock = Clock()
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    server.refusals = [(429, {"Retry-After": later})]
    assert national(server).find(asked(1), clock.budget())[0] is not None
    assert 15 < clock.slept[0] <= 20


def test_a_pause_longer_than_the_time_left_is_not_waited_for(server: GeocodingServer):
    clock = Clock()
    server.refusals = [(429, {"Retry-After": "3600"})]
    with pytest.raises(UnavailableGeocoder, match="429"):
        national(server).find(asked(1), clock.budget())
    assert clock.slept == []


def test_a_server_that_never_recovers_is_given_up(server: GeocodingServer):
    clock = Clock()
    server.refusals = [(503, {})] * 50
    with pytest.raises(UnavailableGeocoder, match="503"):
        national(server).find(asked(1), clock.budget())
    assert len(server.heard) == 5
    assert all(later > sooner for sooner, later in itertools.pairwise(clock.slept))


def test_a_city_server_that_cannot_bound_a_batch_is_asked_one_by_one(server: GeocodingServer):
    server.refusals = [(500, {})]
    found = Client(server.url, LocationMethod.ADDOK).find(asked(1, 2), Budget(60))
    assert [f.best.label if f else None for f in found] == ["1 Rue Pasteur", "2 Rue Pasteur"]
    assert [heard.path for heard in server.heard] == ["/search/csv/", "/search/", "/search/"]
    assert {heard.fields["citycode"] for heard in server.heard[1:]} == {TOULOUSE}


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_a_refusal_is_not_asked_again(server: GeocodingServer, status: int):
    server.refusals = [(status, {})]
    with pytest.raises(UnavailableGeocoder, match=str(status)):
        national(server).find(asked(1), Budget(60))
    assert len(server.heard) == 1


def test_a_server_that_is_not_there_is_unavailable():
    with geocoding_server() as gone:
        url = gone.url
    clock = Clock()
    with pytest.raises(UnavailableGeocoder):
        Client(url, LocationMethod.ADDOK).find(asked(1), clock.budget())


def test_an_answer_that_is_no_table_is_unavailable(server: GeocodingServer):
    server.refusals = [(200, {"Content-Type": "text/html"})]
    with pytest.raises(UnavailableGeocoder, match="illisible"):
        national(server).find(asked(1), Budget(60))


def test_candidates_are_those_of_the_commune(server: GeocodingServer):
    server.knows("rue foch", Known("Rue Foch", TOULOUSE, 1.4, 43.6, "street", 0.9),
                 Known("Rue Foch", "31149", 1.3, 43.6, "street", 0.9))  # fmt: skip
    client = Client(server.url, LocationMethod.ADDOK)
    assert [c.commune for c in client.candidates(Asked("rue foch", "31149"), Budget(60))] == ["31149"]
    assert server.heard[-1].path == "/search/"
    assert len(client.candidates(Asked("rue foch", None), Budget(60))) == 2


def test_no_log_tells_an_address(server: GeocodingServer, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("DEBUG"):
        Client(server.url, LocationMethod.ADDOK).candidates(asked(1)[0], Budget(60))
    assert "pasteur" not in caplog.text.lower()
