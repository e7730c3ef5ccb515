"""Cross tables against scipy and statsmodels on fresh random data, and against the published figures."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.contingency_tables import Table

from conftest import COMPLETE
from observatoire.statistics.cross_tables import DRAWS, cross_table
from observatoire.statistics.not_computable import NotComputable

FIXTURE = json.loads(
    (Path(__file__).parents[1] / "data" / "fixtures" / "crosstab.json").read_text(encoding="utf-8")
)
tables = hnp.arrays(
    np.int64,
    st.tuples(st.integers(2, 6), st.integers(2, 6)),
    elements=st.integers(0, 60),
)


def test_the_reference_table_is_found_again():
    found, expected, close = cross_table(FIXTURE["table"]), FIXTURE["expected"], FIXTURE["tolerance"]
    assert found.test == "khi_deux"
    assert found.draws == 0
    assert found.chi_squared == pytest.approx(expected["chi2"], rel=close)
    assert found.degrees == expected["df"]
    assert found.p_value == pytest.approx(expected["p"], rel=close)
    assert found.cramers_v == pytest.approx(expected["cramers_v"], rel=close)
    np.testing.assert_allclose(found.residuals, expected["adjusted_residuals"], rtol=close)


@given(tables)
def test_scipy_and_statsmodels_agree(table: np.ndarray):
    full = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if full.sum() < 30 or min(full.shape, default=0) < 2:
        with pytest.raises(NotComputable):
            cross_table(table)
        return
    found = cross_table(table)
    kept = ~np.isnan(found.expected)
    known = scipy.stats.chi2_contingency(full, correction=False)
    assert found.chi_squared == pytest.approx(known.statistic, rel=1e-9, abs=1e-9)
    assert found.degrees == known.dof
    np.testing.assert_allclose(found.expected[kept], known.expected_freq.ravel(), rtol=1e-12)
    residuals = Table(full, shift_zeros=False).standardized_resids
    np.testing.assert_allclose(found.residuals[kept], residuals.ravel(), rtol=1e-9, atol=1e-9)
    assert found.cramers_v == pytest.approx(
        scipy.stats.contingency.association(full, method="cramer"), rel=1e-9, abs=1e-9
    )
    corrected = scipy.stats.false_discovery_control(found.p[kept])
    np.testing.assert_allclose(found.q[kept], corrected, rtol=1e-9)
    if found.test == "khi_deux":
        assert known.expected_freq.min() >= 5
        assert found.p_value == pytest.approx(known.pvalue, rel=1e-9)
    elif found.test == "fisher_exact":
        assert found.p_value == pytest.approx(scipy.stats.fisher_exact(full).pvalue, rel=1e-7)
    else:
        assert found.draws == DRAWS


@given(tables)
def test_where_little_is_expected_a_cell_is_tested_exactly_against_the_rest(table: np.ndarray):
    try:
        found = cross_table(table)
    except NotComputable:
        return
    total, rows, columns = table.sum(), table.sum(axis=1), table.sum(axis=0)
    for row, column in np.argwhere(found.expected < 5):
        seen = table[row, column]
        two_by_two = [
            [seen, rows[row] - seen],
            [columns[column] - seen, total - rows[row] - columns[column] + seen],
        ]
        exact = scipy.stats.fisher_exact(two_by_two).pvalue
        assert found.p[row, column] == pytest.approx(exact, rel=1e-6)


def test_drawn_tables_keep_both_margins_and_give_the_exact_p():
    """Against every table of these margins, one by one."""
    table = np.array([[9, 1, 2], [3, 8, 9]])
    found = cross_table(table, seed=7)
    assert found.test == "monte_carlo"
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    law = scipy.stats.random_table(rows, columns)
    exact = 0.0
    for first in range(int(columns[0]) + 1):
        for second in range(int(columns[1]) + 1):
            top = np.array([first, second, rows[0] - first - second])
            other = np.array([top, columns - top])
            if np.all(other >= 0):
                chi = np.sum((other - found.expected) ** 2 / found.expected)
                exact += law.pmf(other) * (chi >= found.chi_squared * (1 - 1e-9))
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact / DRAWS))
    assert cross_table(table, seed=7).p_value == found.p_value


def test_a_large_table_is_drawn_fewer_times_and_says_so():
    found = cross_table(np.random.default_rng(3).poisson(1, (40, 60)))
    assert found.test == "monte_carlo"
    assert 199 <= found.draws == 1_000_000 // 2400 < DRAWS


def test_independent_tables_with_small_cells_are_seldom_called_dependent():
    chance = np.random.default_rng(11)
    rows, columns = np.array([30, 12, 5, 3]), np.array([25, 15, 6, 4])
    drawn = scipy.stats.random_table(rows, columns, seed=chance).rvs(2000 if COMPLETE else 150)
    called = sum(cross_table(table, seed).p_value <= 0.05 for seed, table in enumerate(drawn))
    assert called <= scipy.stats.binom.isf(0.001, len(drawn), 0.05)


def test_an_empty_row_or_column_leaves_and_changes_nothing():
    table = np.array(FIXTURE["table"])
    wider = np.insert(np.insert(table, 1, 0, axis=0), 3, 0, axis=1)
    found, without = cross_table(wider), cross_table(table)
    assert found.chi_squared == without.chi_squared
    assert found.degrees == without.degrees
    assert np.isnan(found.residuals[1]).all()
    assert np.isnan(found.q[:, 3]).all()
    np.testing.assert_array_equal(found.residuals[np.ix_([0, 2, 3], [0, 1, 2])], without.residuals)


def test_too_few_facts_or_a_single_row_cannot_be_tested():
    with pytest.raises(NotComputable, match="trop_peu_de_faits"):
        cross_table([[5, 4], [3, 2]])
    with pytest.raises(NotComputable, match="tableau_degenere"):
        cross_table([[50, 40], [0, 0]])
    with pytest.raises(ValueError, match="whole numbers"):
        cross_table([[50, -1], [3, 7]])
    with pytest.raises(ValueError, match="rows and columns"):
        cross_table([50, 1])
