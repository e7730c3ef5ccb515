"""Coordinates of French exports end where they should, in degrees and in metres."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.space import crs

POINTS = Path(__file__).parents[1] / "data" / "points_test_crs.csv"  # made for the project
ROWS = list(csv.DictReader(POINTS.read_text(encoding="utf-8").splitlines(), delimiter=";"))
PLACES = [
    pytest.param(
        *(float(row[name]) for name in ("x", "y", "lon_wgs84", "lat_wgs84")),
        int(row["epsg"]),
        id=f"{row['lieu']} {row['epsg']}",
    )
    for row in ROWS
]


def metres_between(lon, lat, other_lon, other_lat):
    return np.hypot((lon - other_lon) * np.cos(np.radians(lat)), lat - other_lat) * 111_320


@pytest.mark.parametrize(("x", "y", "lon", "lat", "epsg"), PLACES)
def test_a_known_place_is_found_within_a_metre_in_every_system(x, y, lon, lat, epsg):
    found_lon, found_lat = crs.to_wgs84([x], [y], epsg)
    assert metres_between(found_lon[0], found_lat[0], lon, lat) < 1


@pytest.mark.parametrize(("x", "y", "lon", "lat", "epsg"), PLACES)
def test_the_way_back_to_metres_agrees_within_a_metre(x, y, lon, lat, epsg):
    found_x, found_y = crs.to_metric([lon], [lat], epsg)
    scale = 1 / np.cos(np.radians(lat)) if epsg == 3857 else 1  # web Mercator stretches its metres
    assert np.hypot(found_x[0] - x, found_y[0] - y) < scale


@pytest.mark.parametrize(("x", "y", "lon", "lat", "epsg"), PLACES)
def test_a_known_place_is_plausible_in_its_own_system(x, y, lon, lat, epsg):
    assert crs.plausible([x], [y], epsg).all()
    assert crs.plausible([lon], [lat], 4326).all()


def test_degrees_are_not_plausible_metres_nor_metres_plausible_degrees():
    assert not crs.plausible([2.35], [48.85], 2154).any()
    assert not crs.plausible([652_297.0], [6_861_636.0], 4326).any()


def test_neither_nothing_nor_the_zero_island_is_plausible():
    assert crs.plausible([np.nan, 0.0], [48.0, 0.0], 2154).tolist() == [False, False]


def test_each_overseas_departement_has_its_own_metric_system():
    known = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471, "75": 2154, "2A": 2154}
    assert {code: crs.metric_epsg_of_departement(code) for code in known} == known


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (2.35, 48.85, 2154),
        (-61.07, 14.60, 5490),
        (-52.33, 4.94, 2972),
        (55.45, -20.88, 2975),
        (45.23, -12.78, 4471),
    ],
)
def test_a_place_has_the_metric_system_of_its_departement(lon, lat, epsg):
    assert crs.metric_epsg(lon, lat) == epsg


def test_a_point_that_cannot_be_projected_is_said_so():
    lon, lat = crs.to_wgs84([652_297.0, np.nan, np.inf], [6_861_636.0, 1.0, 2.0], 2154)
    assert np.isfinite(lon).tolist() == np.isfinite(lat).tolist() == [True, False, False]


def test_no_point_gives_no_point():
    lon, lat = crs.to_wgs84([], [], 2154)
    assert lon.size == lat.size == 0


def test_the_caller_keeps_its_own_arrays():
    x, y = np.array([652_297.0]), np.array([6_861_636.0])
    crs.to_wgs84(x, y, 2154)
    assert (x[0], y[0]) == (652_297.0, 6_861_636.0)


def test_eight_threads_find_the_same_place():
    def once(_):
        return tuple(values[0] for values in crs.to_wgs84([652_297.0], [6_861_636.4], 2154))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(once, range(64)))) == 1


@given(st.floats(-4.5, 8.0), st.floats(42.5, 51.0))
def test_there_and_back_is_a_millimetre(lon, lat):
    x, y = crs.to_metric([lon], [lat], 2154)
    back_lon, back_lat = crs.to_wgs84(x, y, 2154)
    assert metres_between(back_lon[0], back_lat[0], lon, lat) < 1e-3
