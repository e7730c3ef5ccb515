"""The grid of labels answers exactly what the polygons answer, only sooner."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from observatoire.space.labels import CROSSED, MIXED, LabelGrid, discs_of
from observatoire.space.locate import CommuneLocator

WEST, SOUTH = 1.40, 43.58
spans = st.floats(0.0005, 0.03)
corners = st.tuples(st.floats(0, 0.05), st.floats(0, 0.05))
rectangles = st.lists(st.tuples(corners, spans, spans), min_size=1, max_size=6)
points = st.lists(st.tuples(st.floats(-0.02, 0.09), st.floats(-0.02, 0.09)), min_size=1, max_size=60)


def polygons(drawn: list[tuple[tuple[float, float], float, float]]) -> list[shapely.Polygon]:
    return [shapely.box(WEST + x, SOUTH + y, WEST + x + w, SOUTH + y + h) for (x, y), w, h in drawn]


def arrays(drawn: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    found = np.array(drawn) + np.array([WEST, SOUTH])
    return found[:, 0], found[:, 1]


@given(rectangles, points)
def test_a_point_is_where_its_polygon_is(drawn: list, asked: list) -> None:
    shapes = polygons(drawn)
    codes = [f"{n:05}" for n in range(len(shapes))]
    x, y = arrays(asked)
    expected = [
        next((c for c, s in zip(codes, shapes, strict=True) if s.intersects(shapely.Point(a, b))), None)
        for a, b in zip(x, y, strict=True)
    ]
    locator = CommuneLocator(codes, shapes)
    assert locator.locate(x, y).tolist() == expected
    assert locator.locate(x, y).tolist() == expected  # from the labels already made


@given(rectangles, points, st.sampled_from([0.0, 50.0, 300.0]))
def test_a_border_is_near_where_the_disc_leaves_its_polygon(drawn: list, asked: list, metres: float) -> None:
    shapes = polygons(drawn)
    x, y = arrays(asked)
    locator = CommuneLocator([f"{n:05}" for n in range(len(shapes))], shapes)
    assert locator.near_border(x, y, metres).tolist() == locator._touched(x, y, metres).tolist()


@given(rectangles, points, st.sampled_from([0.0, 300.0]))
def test_a_label_holds_for_the_whole_disc_around_its_points(drawn: list, asked: list, metres: float) -> None:
    shapes = np.array(polygons(drawn), dtype=object)
    x, y = arrays(asked)
    labels = LabelGrid(shapes, shapely.STRtree(shapes)).of(x, y, metres)
    for rank, disc in zip(labels, discs_of(x, y, max(metres, 1.0)), strict=True):
        if rank == shapes.size:
            assert not shapely.intersects(shapes, disc).any()
        elif rank == CROSSED:
            assert not shapely.contains_properly(shapes, disc).any()
        elif rank != MIXED:
            assert shapely.contains_properly(shapes[rank], disc)


def test_most_points_of_a_large_territory_need_no_polygon() -> None:
    shapes = np.array([shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)], dtype=object)
    spread = np.random.default_rng(7)
    x, y = WEST + 0.2 * spread.random(5000), SOUTH + 0.2 * spread.random(5000)
    labels = LabelGrid(shapes, shapely.STRtree(shapes)).of(x, y, 300.0)
    assert np.mean(labels == MIXED) < 0.15


def test_a_point_that_is_no_point_is_nowhere() -> None:
    shapes = np.array([shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)], dtype=object)
    nowhere = LabelGrid(shapes, shapely.STRtree(shapes)).of(np.array([np.nan]), np.array([43.6]), 0.0)
    assert nowhere.tolist() == [1]
