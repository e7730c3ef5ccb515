import json
from pathlib import Path

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, special, stats

from observatoire.statistics.hotspots import classify, gi_star
from observatoire.statistics.not_computable import NotComputable

FIXTURES = Path(__file__).parents[1] / "data" / "fixtures"
HEX = json.loads((FIXTURES / "gistar_hex.json").read_text())
MASKS = json.loads((FIXTURES / "gistar_mask_sensitivity.json").read_text())


def hexagon_neighbours(cells):
    position = {cell: index for index, cell in enumerate(cells)}
    pairs = [
        (row, position[other])
        for cell, row in position.items()
        for other in h3.grid_disk(cell, 1)
        if other in position
    ]
    rows, columns = zip(*pairs, strict=True)
    return sparse.csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(cells), len(cells)))


def grid_neighbours(side):
    """Queen contiguity on a square grid: no geography library needed."""
    line = sparse.diags_array([np.ones(side - 1), np.ones(side), np.ones(side - 1)], offsets=[-1, 0, 1])
    return sparse.csr_matrix(sparse.kron(line, line))


def dense_gi_star(counts, weights):
    """The formula of Ord & Getis 1995, cell by cell, as one would write it on paper."""
    n = len(counts)
    mean = sum(counts) / n
    deviation = (sum(value**2 for value in counts) / n - mean**2) ** 0.5
    scores = []
    for i in range(n):
        held = sum(weights[i][j] * counts[j] for j in range(n))
        weight = sum(weights[i])
        squares = sum(w**2 for w in weights[i])
        scores.append((held - mean * weight) / (deviation * ((n * squares - weight**2) / (n - 1)) ** 0.5))
    return np.array(scores)


def refusal_of(*arguments, **keywords):
    with pytest.raises(NotComputable) as refusal:
        gi_star(*arguments, **keywords)
    return refusal.value.reason


class TestReferenceCity:
    """331 hexagons; z by esda 2.9.0 and by a dense formula."""

    found = gi_star(HEX["counts"], hexagon_neighbours(HEX["cells"]))

    def test_every_score_is_the_reference(self) -> None:
        expected = HEX["expected"]

        np.testing.assert_allclose(self.found.z, expected["z"], rtol=0, atol=HEX["tolerance"])
        np.testing.assert_allclose(self.found.p, expected["p_two_sided"], rtol=0, atol=HEX["tolerance"])
        np.testing.assert_allclose(self.found.q, expected["q_bh_two_sided"], rtol=0, atol=HEX["tolerance"])

    def test_correction_keeps_thirteen_of_the_twenty_two_naive_cells(self) -> None:
        grades = classify(self.found.z, self.found.q)

        assert np.sum(self.found.z > 1.96) == HEX["expected"]["n_sig_naive_95"] == 22
        assert np.sum(grades > 0) == HEX["expected"]["n_hot_fdr"] == 13
        assert np.sum(grades < 0) == HEX["expected"]["n_cold_fdr"] == 0

    def test_the_answer_prints_the_mask_it_rests_on(self) -> None:
        assert (self.found.cells, self.found.loaded_cells) == (331, 331)
        assert self.found.mean == pytest.approx(np.mean(HEX["counts"]))
        assert self.found.standard_deviation == pytest.approx(np.std(HEX["counts"]))


def test_the_study_mask_decides_how_many_cells_are_hot() -> None:
    counts = dict(zip(HEX["cells"], HEX["counts"], strict=True))
    masks = {
        "commune": HEX["cells"],
        "occupied": [cell for cell, count in counts.items() if count > 0],
        "padded": list(h3.grid_disk(HEX["centre"], 20)),
    }
    hot = {}
    for name, cells in masks.items():
        found = gi_star([counts.get(cell, 0) for cell in cells], hexagon_neighbours(cells))
        hot[name] = [found.cells, int(np.sum(found.z > 1.96))]

    assert hot["commune"] == [331, MASKS["commune_mask_331"]]
    assert hot["occupied"] == MASKS["only_nonzero_cells"]
    assert hot["padded"] == [1261, MASKS["padded_with_empty_1261"]]


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_formula_written_plainly(seed) -> None:
    rng = np.random.default_rng(seed)
    side = 7 + seed
    counts = rng.negative_binomial(1, 0.2, side * side)
    neighbours = grid_neighbours(side)

    found = gi_star(counts, neighbours)

    np.testing.assert_allclose(found.z, dense_gi_star(counts.tolist(), neighbours.toarray()), atol=1e-11)
    np.testing.assert_allclose(found.p, 2 * stats.norm.sf(np.abs(found.z)), rtol=1e-12)
    np.testing.assert_allclose(found.q, stats.false_discovery_control(found.p), rtol=1e-12)
    np.testing.assert_allclose(found.ratio, found.neighbourhood / found.expected)


def test_facts_next_to_their_neighbours_are_compared_with_as_many_mean_cells() -> None:
    counts = np.zeros(36)
    counts[0] = 72.0

    found = gi_star(counts, grid_neighbours(6))

    assert found.neighbourhood[0] == 72.0
    assert found.expected[0] == 4 * 2.0
    assert found.ratio[0] == 9.0
    assert found.ratio[-1] == 0.0


class TestBorder:
    """A 9 x 9 city whose west half is another territory; one cluster astride the border."""

    side = 9
    neighbours = grid_neighbours(side)
    column = np.arange(side * side) % side
    row = np.arange(side * side) // side
    counts = np.ones(side * side)
    counts[(np.abs(row - 4) <= 1) & ((column == 3) | (column == 4))] = 12.0

    def test_the_ring_of_buffer_enters_the_sums_then_is_dropped(self) -> None:
        inside = self.column >= 4
        whole = gi_star(self.counts, self.neighbours)

        found = gi_star(self.counts, self.neighbours, inside)

        assert found.z.shape == (45,)
        assert (found.cells, found.loaded_cells) == (45, 81)
        np.testing.assert_array_equal(found.z, whole.z[inside])
        assert found.mean == whole.mean

    def test_only_the_cells_of_the_mask_share_the_correction(self) -> None:
        inside = self.column >= 4

        found = gi_star(self.counts, self.neighbours, inside)

        np.testing.assert_allclose(found.q, stats.false_discovery_control(found.p))

    @pytest.mark.parametrize("west", [True, False], ids=["from the west", "from the east"])
    def test_a_cluster_astride_the_border_is_seen_from_both_sides(self, west) -> None:
        inside = self.column <= 3 if west else self.column >= 4
        ring = self.column == (4 if west else 3)
        loaded = np.flatnonzero(inside | ring)
        border = (4 * self.side) + (3 if west else 4)

        found = gi_star(
            self.counts[loaded], self.neighbours[loaded][:, loaded], inside[loaded], minimum_cells=30
        )

        hot = np.flatnonzero(inside)[classify(found.z, found.q) == 2]
        assert border in hot


class TestRefusals:
    neighbours = grid_neighbours(6)

    def test_a_flat_map_has_no_concentration(self) -> None:
        assert refusal_of(np.full(36, 3.1), self.neighbours) == "variance_nulle"

    def test_an_empty_map_has_too_few_facts(self) -> None:
        assert refusal_of(np.zeros(36), self.neighbours) == "trop_peu_de_faits"
        assert refusal_of(np.zeros(36), self.neighbours, minimum_facts=0) == "variance_nulle"

    def test_fewer_than_thirty_cells(self) -> None:
        counts = np.arange(25.0)

        assert refusal_of(counts, grid_neighbours(5)) == "trop_peu_de_mailles"
        assert gi_star(counts, grid_neighbours(5), minimum_cells=25).cells == 25

    def test_fewer_than_sixty_facts(self) -> None:
        counts = np.zeros(36)
        counts[:5] = [20, 20, 10, 5, 4]
        assert refusal_of(counts, self.neighbours) == "trop_peu_de_faits"

        counts[5] = 1
        assert gi_star(counts, self.neighbours).cells == 36

    def test_the_buffer_does_not_help_to_reach_the_minimums(self) -> None:
        counts, inside = np.zeros(49), np.zeros(49, dtype=bool)
        counts[-1], counts[0] = 500, 59
        inside[:48] = True

        assert refusal_of(counts, grid_neighbours(7), inside) == "trop_peu_de_faits"
        assert refusal_of(counts, grid_neighbours(7), np.arange(49) >= 20) == "trop_peu_de_mailles"

    def test_an_empty_mask(self) -> None:
        assert refusal_of([], sparse.csr_matrix((0, 0))) == "trop_peu_de_mailles"

    def test_a_refusal_says_why_and_never_how_many(self) -> None:
        with pytest.raises(NotComputable) as refusal:
            gi_star(np.full(36, 1.0), self.neighbours)
        assert str(refusal.value) == "trop_peu_de_faits"

    @pytest.mark.parametrize(
        ("counts", "neighbours"),
        [
            (np.ones(35), grid_neighbours(6)),
            (np.ones((6, 6)), grid_neighbours(6)),
            (np.full(36, -1.0), grid_neighbours(6)),
            (np.full(36, np.nan), grid_neighbours(6)),
            (np.arange(36.0), grid_neighbours(6) * 2),
            (np.arange(36.0), grid_neighbours(6) - sparse.eye_array(36, format="csr")),
        ],
        ids=["too few", "not a list", "negative", "unknown", "weighted", "self left out"],
    )
    def test_what_is_not_a_map_is_refused(self, counts, neighbours) -> None:
        with pytest.raises(ValueError, match=r"cell|count"):
            gi_star(counts, sparse.csr_matrix(neighbours))


def test_a_neighbourhood_that_is_the_whole_map_has_no_score() -> None:
    everyone = sparse.csr_matrix(np.ones((36, 36)))

    found = gi_star(np.arange(36.0), everyone)

    assert np.isnan(found.z).all()
    assert np.isnan(found.q).all()
    assert not classify(found.z, found.q).any()


def test_grades_follow_the_side_and_the_corrected_level() -> None:
    z = [5.0, 3.0, 1.0, 0.0, -1.0, -3.0, -5.0, np.nan]
    q = [0.01, 0.05, 0.051, 1.0, 0.06, 0.011, 0.0, np.nan]

    grades = classify(z, q)

    assert grades.dtype == np.int8
    assert grades.tolist() == [2, 1, 0, 0, 0, -1, -2, 0]
    assert classify(z, q, levels=(0.001, 0.01)).tolist() == [1, 0, 0, 0, 0, 0, -2, 0]


cities = st.lists(st.integers(0, 40), min_size=36, max_size=36).filter(
    lambda counts: sum(counts) >= 60 and len(set(counts)) > 1
)


@settings(max_examples=60, deadline=None)
@given(cities, st.randoms(use_true_random=False))
def test_renumbering_the_cells_renumbers_the_answer(counts, random) -> None:
    order = list(range(36))
    random.shuffle(order)
    neighbours = grid_neighbours(6)
    straight = gi_star(counts, neighbours)

    shuffled = gi_star(np.array(counts)[order], neighbours[order][:, order])

    np.testing.assert_allclose(shuffled.z, straight.z[order], atol=1e-10)
    np.testing.assert_allclose(shuffled.q, straight.q[order], atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(cities, st.floats(0.5, 50), st.floats(0, 100))
def test_scores_ignore_the_unit_and_a_constant_everywhere(counts, unit, constant) -> None:
    neighbours = grid_neighbours(6)
    plain = gi_star(counts, neighbours)

    moved = gi_star(np.array(counts) * unit + constant, neighbours, minimum_facts=0)

    np.testing.assert_allclose(moved.z, plain.z, atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(cities, st.integers(1, 5))
def test_islands_are_scored_by_themselves_and_spoil_nothing(counts, islands) -> None:
    alone = sparse.block_diag([grid_neighbours(6), sparse.eye_array(islands)], format="csr")
    mean = float(np.mean(counts))

    found = gi_star([*counts, *[mean] * islands], alone)

    assert np.isfinite(found.z).all()
    np.testing.assert_allclose(found.z[36:], 0, atol=1e-9)
    np.testing.assert_allclose(found.neighbourhood[36:], mean)


@settings(max_examples=60, deadline=None)
@given(cities)
def test_every_answer_is_a_probability(counts) -> None:
    found = gi_star(counts, grid_neighbours(6))

    assert np.all((found.p >= 0) & (found.p <= found.q) & (found.q <= 1))
    np.testing.assert_allclose(found.p, special.erfc(np.abs(found.z) / np.sqrt(2)), rtol=1e-9)
