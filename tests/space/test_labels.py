"""The grid of labels answers exactly what the polygons answer, only sooner."""

import numpy as np
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from observatoire.space.borders import Borders
from observatoire.space.labels import DOUBTFUL, FAR, MIXED, NEAR, LabelGrid
from observatoire.space.locate import CommuneLocator, discs_of

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
@example([((0.0, 0.0), 0.01, 0.01), ((0.0, 0.0), 0.03, 0.03)], [(0.01, 0.01)], 50.0)
def test_a_border_is_near_where_the_disc_leaves_its_polygon(drawn: list, asked: list, metres: float) -> None:
    shapes = polygons(drawn)
    x, y = arrays(asked)
    locator = CommuneLocator([f"{n:05}" for n in range(len(shapes))], shapes)
    assert locator.near_border(x, y, metres).tolist() == locator._touched(x, y, metres).tolist()


def grid_of(shapes: np.ndarray) -> LabelGrid:
    locator = CommuneLocator([f"{n:05}" for n in range(len(shapes))], list(shapes))
    return LabelGrid(shapes, shapely.STRtree(shapes), locator._holders)


@given(rectangles, points, st.sampled_from([0.0, 300.0]))
def test_what_a_label_says_of_a_point_the_polygons_say(drawn: list, asked: list, metres: float) -> None:
    shapes = np.array(polygons(drawn), dtype=object)
    x, y = arrays(asked)
    ranks, near = grid_of(shapes).of(x, y, metres)
    around = discs_of(x, y, metres) if metres else shapely.points(x, y)
    for rank, closeness, disc, point in zip(ranks, near, around, shapely.points(x, y), strict=True):
        holders = np.flatnonzero(shapely.intersects(shapes, point))
        assert rank in (MIXED, holders[0] if holders.size else shapes.size)
        cut = shapely.intersects(shapes, disc) & ~shapely.contains_properly(shapes, disc)
        assert closeness == DOUBTFUL or (closeness == NEAR) == cut.any()


@given(rectangles, points)
def test_segments_within_reach_are_those_of_the_slow_way(drawn: list, asked: list) -> None:
    shapes = np.array(polygons(drawn), dtype=object)
    x, y = arrays(asked)
    reach = np.full(x.size, 0.004)
    which, _, distance = Borders(shapes, shapely.STRtree(shapes)).near(x, y, reach)
    shrink = np.cos(np.radians(y))
    expected = []
    for point, (a, b, scale) in enumerate(zip(x, y, shrink, strict=True)):
        for shape in shapes:
            flat = shapely.transform(shape, lambda xy, a=a, b=b, s=scale: (xy - [a, b]) * [s, 1.0])
            corners = shapely.get_coordinates(flat)
            sides = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
            expected += [(point, d) for d in shapely.distance(sides, shapely.Point(0, 0)) if d <= 0.004]
    assert sorted(which.tolist()) == [point for point, _ in expected]
    found = sorted(zip(which.tolist(), distance.tolist(), strict=True))
    np.testing.assert_allclose(found, sorted(expected), atol=1e-12)


def test_most_points_of_a_large_territory_need_no_polygon() -> None:
    shapes = np.array([shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)], dtype=object)
    spread = np.random.default_rng(7)
    x, y = WEST + 0.2 * spread.random(5000), SOUTH + 0.2 * spread.random(5000)
    ranks, near = grid_of(shapes).of(x, y, 300.0)
    assert np.mean(ranks == MIXED) < 0.05
    assert np.mean(near == DOUBTFUL) < 0.01
    assert 0.05 < np.mean(near == NEAR) < 0.2


def test_a_point_that_is_no_point_is_nowhere() -> None:
    shapes = np.array([shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)], dtype=object)
    ranks, near = grid_of(shapes).of(np.array([np.nan]), np.array([43.6]), 300.0)
    assert (ranks.tolist(), near.tolist()) == ([1], [FAR])


def test_a_grid_that_knows_too_many_cells_forgets_and_answers_the_same(monkeypatch) -> None:
    shapes = np.array([shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)], dtype=object)
    spread = np.random.default_rng(3)
    x, y = WEST + 0.3 * spread.random(2000), SOUTH + 0.3 * spread.random(2000)
    expected = grid_of(shapes).of(x, y, 300.0)
    monkeypatch.setattr("observatoire.space.labels.MOST_CELLS", 10)
    forgetful = grid_of(shapes)
    for part in np.array_split(np.arange(x.size), 9):
        ranks, near = forgetful.of(x[part], y[part], 300.0)
        assert ranks.tolist() == expected[0][part].tolist()
        assert near.tolist() == expected[1][part].tolist()
