"""The geocoders of an organisation, one after the other: who is asked, and when no more."""

import math

import pytest

from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.geocoders.server import GeocodingServer as Client
from observatoire.intake.geocoding.address import Address, AddressKind, parse
from observatoire.intake.geocoding.chain import MOST_COMMUNES, Chain, Sought
from observatoire.intake.geocoding.own_table import OwnTable
from observatoire.intake.geocoding.verdict import Reason, metres
from support.geocoding_server import GeocodingServer, Known

TOULOUSE = "31555"
PASTEUR = Known("12 Rue Pasteur", TOULOUSE, 1.4440, 43.6040)


def sought(cell: str, *communes: str) -> Sought:
    address = parse(cell)
    assert address is not None
    return Sought(address, frozenset(communes or {TOULOUSE}))


def addok(server: GeocodingServer) -> Client:
    return Client(server.url, LocationMethod.ADDOK)


def national(server: GeocodingServer) -> Client:
    return Client(server.url, LocationMethod.NATIONAL)


def test_a_service_that_fails_once_is_not_waited_for_again_in_the_import(geocoder: GeocodingServer):
    chain = Chain(OwnTable([]), [addok(geocoder)], 3.0)
    geocoder.refusals = [(500, {})] * 2
    reasons = [chain.resolve([sought("rue Pasteur")])[0].reason for _ in range(3)]
    assert reasons == [Reason.UNAVAILABLE] * 3
    assert len(geocoder.heard) == 2


def test_the_time_of_an_import_is_that_of_its_questions_only(geocoder: GeocodingServer):
    chain = Chain(OwnTable([]), [addok(geocoder)], 3.0)
    chain.resolve([sought("rue Pasteur")])
    spent = 3.0 - chain.seconds
    assert 0 < spent < 3


def test_what_the_city_s_own_server_knows_never_leaves_it(geocoder: GeocodingServer):
    geocoder.knows("12 rue pasteur", PASTEUR)
    chain = Chain(OwnTable([]), [addok(geocoder), national(geocoder)], 5.0)
    (found,) = chain.resolve([sought("12 rue Pasteur")])
    assert found.placed is not None
    assert found.placed.method is LocationMethod.ADDOK
    assert [heard.path for heard in geocoder.heard] == ["/search/csv/"]


def test_the_national_service_answers_for_a_server_that_is_down(geocoder: GeocodingServer):
    geocoder.knows("12 rue pasteur", PASTEUR)
    geocoder.refusals = [(500, {})] * 2
    chain = Chain(OwnTable([]), [addok(geocoder), national(geocoder)], 5.0)
    (found,) = chain.resolve([sought("12 rue Pasteur")])
    assert found.placed is not None
    assert found.placed.method is LocationMethod.NATIONAL


@pytest.mark.parametrize("cell", ["devant Lidl", "ANGLE JEAN JAURES / RUE HUGO"])
def test_what_is_not_named_by_streets_never_leaves_for_the_national_service(
    geocoder: GeocodingServer, cell: str
):
    Chain(OwnTable([]), [national(geocoder)], 5.0).resolve([sought(cell)])
    assert geocoder.heard == []


def test_a_place_is_never_the_street_that_resembles_it(geocoder: GeocodingServer):
    geocoder.knows("parking gare", Known("Rue de la Gare", TOULOUSE, 1.44, 43.6, "street", 0.9))
    (found,) = Chain(OwnTable([]), [addok(geocoder)], 5.0).resolve([sought("Parking gare")])
    assert (found.placed, found.reason) == (None, Reason.OTHER_KIND)


def test_an_arrondissement_belongs_to_its_commune(geocoder: GeocodingServer):
    geocoder.knows("1 rue de rivoli paris", Known("1 Rue de Rivoli", "75104", 2.36, 48.85))
    chain = Chain(OwnTable([]), [addok(geocoder)], 5.0, {"75104": "75056"})
    (found,) = chain.resolve([sought("1 rue de Rivoli", "75056")])
    assert found.placed is not None
    stranger = Chain(OwnTable([]), [addok(geocoder)], 5.0)
    (found,) = stranger.resolve([sought("1 rue de Rivoli", "75056")])
    assert (found.placed, found.reason) == (None, Reason.OTHER_COMMUNE)


def test_an_address_without_commune_is_not_looked_for_in_the_whole_country(geocoder: GeocodingServer):
    many = {f"{n:05}" for n in range(MOST_COMMUNES + 1)}
    Chain(OwnTable([]), [addok(geocoder)], 5.0).resolve([sought("rue Pasteur", *many)])
    assert geocoder.heard == []


def test_a_crossing_without_commune_asks_no_door(geocoder: GeocodingServer):
    Chain(OwnTable([]), [addok(geocoder)], 5.0).resolve([sought("rue A1 / rue B2", "31555", "31149")])
    assert sum(len(heard.rows) for heard in geocoder.heard) == 4


def test_metres_are_metres():
    def at(longitude: float, latitude: float) -> Candidate:
        return Candidate("", LocationPrecision.POINT, LocationMethod.SOURCE, 1.0, longitude, latitude, None)

    one_degree = math.pi / 180 * 6_371_008.8
    assert metres(at(1.0, 43.0), at(1.0, 44.0)) == pytest.approx(one_degree)
    assert metres(at(1.0, 60.0), at(2.0, 60.0)) == pytest.approx(one_degree / 2)


def test_the_kind_of_an_address_is_the_precision_that_it_deserves():
    assert {kind.value for kind in AddressKind} <= {precision.value for precision in LocationPrecision}
    assert Address(AddressKind.STREET, street="rue x").text == "rue x"
