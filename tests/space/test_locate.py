"""Point in commune: the fast index answers as the slow obvious loop does."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from observatoire.space.locate import CommuneLocator

# Four squares of 0.1° around 2° E, 46° N, and one far away on La Réunion.
SQUARES = {
    "03001": shapely.box(2.0, 46.0, 2.1, 46.1),
    "03002": shapely.box(2.1, 46.0, 2.2, 46.1),
    "18001": shapely.MultiPolygon([shapely.box(2.0, 46.1, 2.1, 46.2)]),
    "23001": shapely.box(2.1, 46.1, 2.2, 46.2).difference(shapely.box(2.14, 46.14, 2.16, 46.16)),
    "97411": shapely.box(55.4, -20.95, 55.5, -20.85),
}
LOCATOR = CommuneLocator(list(SQUARES), list(SQUARES.values()))
NEAR = st.tuples(st.floats(1.95, 2.25), st.floats(45.95, 46.25))


def slowly(lon, lat):
    """The obvious way: the first code, in order, whose polygon touches the point."""
    point = shapely.Point(lon, lat)
    return next((code for code in sorted(SQUARES) if SQUARES[code].intersects(point)), None)


@settings(max_examples=200)
@given(st.lists(NEAR, max_size=30))
def test_the_index_answers_as_the_slow_loop(points):
    lon, lat = [x for x, _ in points], [y for _, y in points]
    assert LOCATOR.locate(lon, lat).tolist() == [slowly(x, y) for x, y in points]


def test_a_point_on_a_shared_border_goes_to_the_smallest_code_whatever_the_order():
    backwards = CommuneLocator(list(SQUARES)[::-1], list(SQUARES.values())[::-1])
    for locator in (LOCATOR, backwards):
        assert locator.locate([2.1, 2.05, 2.1], [46.05, 46.1, 46.1]).tolist() == ["03001", "03001", "03001"]


def test_the_sea_a_hole_and_nothing_are_in_no_commune():
    assert LOCATOR.locate([0.0, 2.15, np.nan], [0.0, 46.15, 46.0]).tolist() == [None, None, None]


def test_a_commune_without_contour_holds_no_point_and_is_known():
    locator = CommuneLocator(["15031", "03001"], [None, SQUARES["03001"]])
    assert locator.locate([2.05], [46.05]).tolist() == ["03001"]
    assert locator.codes == {"15031", "03001"}
    assert np.isnan(locator.distance_to([2.05], [46.05], ["15031"])).all()


def test_an_empty_layer_answers_nowhere():
    locator = CommuneLocator([], [])
    assert locator.locate([2.0], [46.0]).tolist() == [None]
    assert locator.near_border([2.0], [46.0]).tolist() == [False]
    assert np.isnan(locator.distance_to([2.0], [46.0], ["03001"])).all()


def test_distance_is_zero_inside_and_on_the_border():
    assert LOCATOR.distance_to([2.05, 2.1], [46.05, 46.05], ["03001", "03001"]).tolist() == [0.0, 0.0]


@given(NEAR, st.sampled_from(["03001", "03002", "18001", "23001"]))
def test_distance_is_the_one_measured_in_lambert_93(point, code):
    project = Transformer.from_crs(4326, 2154, always_xy=True).transform
    shape = shapely.transform(SQUARES[code], lambda xy: np.column_stack(project(xy[:, 0], xy[:, 1])))
    expected = shapely.distance(shape, shapely.Point(project(*point)))
    found = LOCATOR.distance_to([point[0]], [point[1]], [code])[0]
    # a straight side in degrees is a little bent in metres: 0.1° of longitude bows by some 10 m
    assert found == pytest.approx(expected, abs=15)


def test_distance_overseas_is_measured_in_its_own_system():
    [metres] = LOCATOR.distance_to([55.51], [-20.9], ["97411"])
    assert metres == pytest.approx(1_040, abs=5)  # 0.01° of longitude at 20.9° S


def test_unknown_codes_and_missing_points_have_no_distance():
    found = LOCATOR.distance_to([2.05, np.nan], [46.05, 46.05], ["99999", "03001"])
    assert np.isnan(found).all()


def test_as_many_codes_as_points_are_wanted():
    with pytest.raises(ValueError, match="2 points but 1 codes"):
        LOCATOR.distance_to([2.0, 2.0], [46.0, 46.0], ["03001"])


@pytest.mark.parametrize(("metres_inside", "near"), [(100, True), (290, True), (320, False), (2_000, False)])
def test_a_border_is_near_within_300_metres(metres_inside, near):
    lon = 2.1 - metres_inside / (111_320 * np.cos(np.radians(46.05)))
    assert LOCATOR.near_border([lon], [46.05]).tolist() == [near]


def test_the_sea_side_and_the_rim_of_a_hole_are_borders_too():
    assert LOCATOR.near_border([2.001, 2.1405], [46.05, 46.15]).tolist() == [True, True]


def test_far_from_everything_no_border_is_near():
    assert LOCATOR.near_border([10.0, np.nan], [50.0, 46.0]).tolist() == [False, False]


def test_just_outside_the_layer_a_border_is_near():
    assert LOCATOR.near_border([1.999], [46.05]).tolist() == [True]


@settings(max_examples=100)
@given(st.lists(NEAR, min_size=1, max_size=20))
def test_where_no_border_is_near_a_step_of_300_metres_changes_nothing(points):
    lon, lat = np.array(points).T
    safe = ~LOCATOR.near_border(lon, lat)
    here = LOCATOR.locate(lon, lat)
    for angle in np.linspace(0, 2 * np.pi, 12):
        east = lon + 299 * np.cos(angle) / (111_500 * np.cos(np.radians(lat)))
        north = lat + 299 * np.sin(angle) / 111_500
        assert (LOCATOR.locate(east, north) == here)[safe].all()


def test_a_code_given_twice_is_refused():
    with pytest.raises(ValueError, match="distinct"):
        CommuneLocator(["03001", "03001"], [SQUARES["03001"]] * 2)
