"""A real addok (données fictives): an export with addresses, from the file to precise facts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import COMPLETE
from intake.desk import Desk, codes
from intake.geocoding.exports import COLOMIERS, TOULOUSE, line, queue, send
from observatoire.settings import Settings
from observatoire.store.engine import Database
from support.addok import addok
from support.databases import copy_of
from support.world import World

pytestmark = pytest.mark.skipif(not COMPLETE, reason="a real addok is for « scripts/test --complet »")


def street(
    number: int, name: str, commune: str, city: str, doors: dict[str, tuple[float, float]]
) -> dict[str, Any]:
    """A fictional street and its doors (longitude, latitude)."""
    points = list(doors.values())
    return {
        "id": f"{commune}_{number:04}", "type": "street", "name": name, "postcode": "31000",
        "citycode": commune, "city": city, "importance": 0.5, "lon": points[0][0], "lat": points[0][1],
        "housenumbers": {door: {"lon": lon, "lat": lat} for door, (lon, lat) in doors.items()},
    }  # fmt: skip


STREETS = [
    street(1, "Rue des Lilas Fictifs", TOULOUSE, "Toulouse",
           {"1": (1.4440, 43.6040), "12": (1.4440, 43.6045), "12 bis": (1.4440, 43.6046)}),
    street(2, "Avenue de la Fiction", TOULOUSE, "Toulouse",
           {"1": (1.4442, 43.6039), "20": (1.4500, 43.6041)}),
    street(3, "Place de la République", TOULOUSE, "Toulouse", {"1": (1.4460, 43.6060)}),
    street(4, "Place de la République", COLOMIERS, "Colomiers", {"1": (1.3350, 43.6120)}),
]  # fmt: skip


@pytest.fixture(scope="module")
def city(
    server: str, template: str, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """An observatory whose geocoder is a real addok."""
    with (
        addok(tmp_path_factory.mktemp("addok"), STREETS) as url,
        copy_of(server, template, run_folder) as address,
    ):
        database = Database(address)
        yield World(database, Settings(database_url=address, var=tmp_path_factory.mktemp("var"), addok=url))
        database.dispose()


@pytest.mark.parametrize(
    ("place", "precision", "lon", "lat"),
    [
        (("12", "rue des Lilas Fictifs"), "numero", 1.4440, 43.6045),
        (("", "Face au 12 bis rue des Lilas fictifs"), "numero", 1.4440, 43.6046),
        (("", "AV DE LA FICTION"), "voie", 1.4442, 43.6039),
        (("99", "rue des Lilas Fictifs"), "voie", 1.4440, 43.6040),
        (("", "ANGLE RUE DES LILAS FICTIFS / AVENUE DE LA FICTION"), "intersection", 1.4441, 43.60395),
    ],
)
def test_an_address_is_placed_as_precisely_as_it_is_written(
    desk: Desk, place: tuple[str, str], precision: str, lon: float, lat: float
):
    send(desk, line("1", *place))
    fact = desk.fact
    assert (fact["location_precision"], fact["location_method"]) == (precision, "addok")
    assert (fact["lon"], fact["lat"]) == (pytest.approx(lon, abs=1e-5), pytest.approx(lat, abs=1e-5))
    assert fact["location_score"] >= (0.8 if precision == "numero" else 0.7)


def test_a_street_that_nobody_knows_stays_at_its_commune_and_waits(desk: Desk):
    assert codes(send(desk, line("1", "3", "quai Inexistant"))) == {"GEO_INTROUVABLE": 1, "GEO_ABSENT": 1}
    assert [place["texte"] for place in queue(desk)] == ["3 quai Inexistant"]


def test_geo_homonyme_each_commune_has_its_own_square(desk: Desk):
    send(
        desk,
        line("1", "", "Place de la République", TOULOUSE),
        line("2", "", "Place de la République", COLOMIERS),
    )
    assert {(f["commune"], round(f["lon"], 3)) for f in desk.facts} == {(TOULOUSE, 1.446), (COLOMIERS, 1.335)}
    report = send(desk, line("3", "", "Place de la République", ""))
    assert codes(report) == {"GEO_HOMONYME": 1}
