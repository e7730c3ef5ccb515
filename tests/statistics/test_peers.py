import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.statistics.peers import nearest, robust_scale

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "peer_group.json").read_text())


def logged() -> np.ndarray:
    features = np.array(FIXTURE["features"])
    features[:, :2] = np.log(features[:, :2])
    return features


def test_the_eight_peers_of_the_reference() -> None:
    """Computed with numpy and with scikit-learn's nearest neighbours."""
    features = logged()
    rows, distances = nearest(features, robust_scale(features), [1, 1, 1], 0, [True] * len(features), 8)
    assert rows.tolist() == FIXTURE["expected"]["commune0_peers"]
    assert distances == pytest.approx(FIXTURE["expected"]["distances"], abs=FIXTURE["tolerance"])


@given(st.integers(0, 39), st.lists(st.floats(0, 4), min_size=3, max_size=3), st.integers(1, 39))
def test_against_distances_written_one_by_one(place: int, weights: list[float], number: int) -> None:
    features = logged()
    scale = robust_scale(features)
    slow = []
    for row in range(len(features)):
        steps = (features[row] - features[place]) / scale.spread
        slow.append(sum(w * step**2 for w, step in zip(weights, steps, strict=True)) ** 0.5)
    rows, distances = nearest(features, scale, weights, place, [True] * len(features), number)
    assert distances == pytest.approx(sorted(slow[:place] + slow[place + 1 :])[:number])
    assert distances == pytest.approx([slow[row] for row in rows])
    assert place not in rows
    assert len(set(rows.tolist())) == number


def test_a_place_of_which_a_criterion_is_unknown_is_no_peer_and_nothing_is_filled_in() -> None:
    features = logged()
    features[26, 2] = np.nan
    scale = robust_scale(features)
    rows, _ = nearest(features, scale, [1, 1, 1], 0, [True] * len(features), 8)
    assert 26 not in rows
    assert np.isfinite(scale.median).all()


def test_among_equals_the_order_of_the_places_decides() -> None:
    features = np.array([[1.0], [3.0], [2.0], [2.0], [2.0], [9.0]])
    for _ in range(3):
        rows, _ = nearest(features, robust_scale(features), [1], 0, [True] * 6, 3)
        assert rows.tolist() == [2, 3, 4]


def test_only_candidates_are_peers() -> None:
    features = logged()
    allowed = np.zeros(len(features), bool)
    allowed[[3, 10]] = True
    rows, _ = nearest(features, robust_scale(features), [1, 1, 1], 0, allowed, 8)
    assert sorted(rows.tolist()) == [3, 10]
