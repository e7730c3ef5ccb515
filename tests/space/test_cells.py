"""H3 cells agree with the reference library, one cell at a time."""

import time

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from observatoire.space import cells

TOULOUSE = (1.4442, 43.6045)
LON = st.floats(-179.9, 179.9)
LAT = st.floats(-85.0, 85.0)


def disk(radius, resolution=9):
    """A patch of cells around Toulouse, by the reference library."""
    start = h3.latlng_to_cell(TOULOUSE[1], TOULOUSE[0], resolution)
    return cells.from_hex(h3.grid_disk(start, radius))


def by_hand(array):
    """The obvious neighbourhood: ask the reference library for every cell."""
    texts = cells.to_hex(array)
    near = [set(h3.grid_disk(text, 1)) for text in texts]
    return np.array([[float(other in near[i]) for other in texts] for i in range(len(texts))])


@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=20), st.integers(0, 15))
def test_a_point_is_in_the_cell_that_h3_says(points, resolution):
    lon, lat = zip(*points, strict=True)
    expected = [h3.latlng_to_cell(y, x, resolution) for x, y in points]
    assert cells.to_hex(cells.cells_of(lon, lat, resolution)) == expected


@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=10), st.integers(0, 12), st.integers(0, 3))
def test_a_parent_is_the_one_that_h3_says(points, resolution, finer):
    lon, lat = zip(*points, strict=True)
    children = cells.cells_of(lon, lat, resolution + finer)
    expected = [h3.cell_to_parent(text, resolution) for text in cells.to_hex(children)]
    assert cells.to_hex(cells.parents(children, resolution)) == expected


def test_a_cell_has_no_parent_at_a_finer_resolution():
    with pytest.raises(ValueError, match="no parent"):
        cells.parents(disk(1, 8), 9)


def test_cells_of_a_polygon_are_those_whose_centre_is_inside():
    polygon = shapely.Point(TOULOUSE).buffer(0.03)
    found = cells.cells_within(polygon, 9)
    candidates = disk(40)
    lat, lon = zip(*(h3.cell_to_latlng(text) for text in cells.to_hex(candidates)), strict=True)
    assert set(found.tolist()) == set(candidates[shapely.contains_xy(polygon, lon, lat)].tolist())
    assert (np.diff(found.astype(np.int64)) > 0).all()


def test_neighbouring_polygons_share_no_cell_and_lose_none():
    whole = shapely.box(1.40, 43.58, 1.48, 43.62)
    west, east = shapely.box(1.40, 43.58, 1.4412345, 43.62), shapely.box(1.4412345, 43.58, 1.48, 43.62)
    parts = [cells.cells_within(part, 9) for part in (west, east)]
    assert np.intersect1d(*parts).size == 0
    assert np.array_equal(np.union1d(*parts), cells.cells_within(whole, 9))


def test_a_multipolygon_with_a_hole_keeps_its_hole():
    ring = shapely.Point(TOULOUSE).buffer(0.03).difference(shapely.Point(TOULOUSE).buffer(0.015))
    inside = cells.cells_within(shapely.MultiPolygon([ring]), 9)
    assert cells.cells_of([TOULOUSE[0]], [TOULOUSE[1]], 9)[0] not in inside


def test_an_empty_polygon_has_no_cell():
    assert cells.cells_within(shapely.Polygon(), 9).size == 0


@pytest.mark.parametrize("radius", [0, 1, 4])
def test_neighbours_are_those_that_h3_says_and_oneself(radius):
    array = np.random.default_rng(7).permutation(disk(radius))
    assert np.array_equal(cells.neighbourhood(array).toarray(), by_hand(array))


def test_neighbours_are_right_in_a_scattered_set():
    array = np.random.default_rng(3).choice(disk(6), 40, replace=False)
    assert np.array_equal(cells.neighbourhood(array).toarray(), by_hand(array))


def test_a_pentagon_has_five_neighbours():
    pentagon = h3.get_pentagons(9)[0]
    array = cells.from_hex(h3.grid_disk(pentagon, 1))
    row = cells.to_hex(array).index(pentagon)
    assert cells.neighbourhood(array)[[row]].sum() == 6
    assert np.array_equal(cells.neighbourhood(array).toarray(), by_hand(array))


def test_neighbourhood_is_symmetric_and_binary():
    matrix = cells.neighbourhood(disk(5))
    assert (matrix != matrix.T).nnz == 0
    assert set(matrix.data) == {1.0}


def test_a_repeated_cell_is_refused():
    with pytest.raises(ValueError, match="distinct"):
        cells.neighbourhood(np.repeat(disk(0), 2))


def test_ten_thousand_cells_take_well_under_a_tenth_of_a_second():
    array = disk(57)
    cells.neighbourhood(array)
    best = min(_seconds(lambda: cells.neighbourhood(array)) for _ in range(3))
    assert array.size == 9_919
    assert best < 0.1


def _seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@pytest.mark.parametrize("radius", [0, 1, 5])
def test_the_ring_is_the_next_ring_of_h3(radius):
    start = h3.latlng_to_cell(TOULOUSE[1], TOULOUSE[0], 9)
    expected = set(h3.grid_ring(start, radius + 1))
    assert set(cells.to_hex(cells.ring(disk(radius)))) == expected


def test_the_ring_of_two_far_cells_is_around_both():
    far = cells.cells_of([1.0, 2.0], [43.0, 44.0], 9)
    assert cells.ring(far).size == 12


def test_outlines_are_those_of_h3_closed_and_longitude_first():
    array = disk(1)
    for text, polygon in zip(cells.to_hex(array), cells.boundaries(array), strict=True):
        expected = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(text)])
        assert polygon.exterior.is_closed
        assert polygon.symmetric_difference(expected).area < 1e-12


def test_centres_are_those_of_h3():
    array = disk(2)
    lat, lon = zip(*(h3.cell_to_latlng(text) for text in cells.to_hex(array)), strict=True)
    found_lon, found_lat = cells.centres(array)
    assert np.allclose(found_lon, lon, atol=1e-9)
    assert np.allclose(found_lat, lat, atol=1e-9)


@given(st.lists(st.tuples(LON, LAT), max_size=10))
def test_hexadecimal_there_and_back(points):
    array = cells.cells_of([x for x, _ in points], [y for _, y in points], 9)
    assert np.array_equal(cells.from_hex(cells.to_hex(array)), array)


@pytest.mark.parametrize("text", ["", "zz", "5", "ffffffffffffffff", "1" * 40, "-5"])
def test_what_is_not_a_cell_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - several wordings, one meaning
        cells.from_hex([text])


@pytest.mark.parametrize("invalid", [0, 5, 2**63])
def test_an_invalid_cell_is_refused_rather_than_dropped(invalid):
    with pytest.raises(ValueError, match="H3 cell"):
        cells.parents(np.array([invalid], dtype=np.uint64), 5)


@pytest.mark.parametrize(
    ("lon", "lat"), [([np.nan], [1.0]), ([1.0], [91.0]), ([1.0], [np.inf]), ([1.0, 2.0], [1.0])]
)
def test_a_point_that_is_none_is_refused(lon, lat):
    with pytest.raises(ValueError, match=r"finite|length"):
        cells.cells_of(lon, lat, 9)


@pytest.mark.parametrize("resolution", [-1, 16])
def test_a_resolution_that_does_not_exist_is_refused(resolution):
    with pytest.raises(ValueError, match="resolutions"):
        cells.cells_of([1.0], [43.0], resolution)


def test_no_cell_gives_nothing_everywhere():
    none = np.empty(0, dtype=np.uint64)
    assert cells.cells_of([], [], 9).size == 0
    assert cells.parents(none, 5).size == cells.ring(none).size == cells.boundaries(none).size == 0
    assert cells.neighbourhood(none).shape == (0, 0)
    assert cells.to_hex(none) == []
