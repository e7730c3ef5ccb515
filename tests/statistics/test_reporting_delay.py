"""Chain ladder: the published triangle, and late facts that are simulated."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.reporting_delay import chain_ladder

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "chain_ladder_raa.json").read_text())
SHARES = np.array([0.70, 0.15, 0.06, 0.04, 0.02, 0.02, 0.01])
REPETITIONS = 2000 if os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1" else 400
MACK_BY_ROW = (0, 206, 623, 747, 1469, 2002, 2209, 5358, 6333, 24566)
"""Standard errors that R's ChainLadder prints for this triangle."""


def triangle(rng, months, mean):
    """Facts of each month as known today, and how many there will be in the end."""
    total = rng.poisson(mean, months)
    known = np.array([rng.multinomial(n, SHARES) for n in total]).cumsum(axis=1).astype(float)
    for row in range(months):
        known[row, months - row :] = np.nan
    return known, total


def test_the_published_triangle() -> None:
    found = chain_ladder(FIXTURE["triangle"], minimum=1)

    np.testing.assert_allclose(found.factors, FIXTURE["expected"]["factors"], rtol=1e-9)
    np.testing.assert_allclose(found.ultimate, FIXTURE["expected"]["ultimate"], rtol=1e-9)
    known = [max(row) if row[-1] >= 0 else row[row.index(-1) - 1] for row in FIXTURE["triangle"]]
    assert found.ultimate.sum() - sum(known) == pytest.approx(FIXTURE["expected"]["ibnr"], abs=1e-6)


def test_its_standard_errors_are_mack_s() -> None:
    found = chain_ladder(FIXTURE["triangle"], minimum=1)

    np.testing.assert_allclose(found.error, MACK_BY_ROW, atol=0.5)


def test_late_facts_are_foreseen_without_bias_and_with_an_honest_interval() -> None:
    """|bias| at most 1 %, coverage from .92 to .97; few repetitions allow three standard errors more."""
    rng = np.random.default_rng(20261201)
    expected, total, held, naive = [], [], [], []
    for _ in range(REPETITIONS):
        known, finally_ = triangle(rng, 36, 120)
        found = chain_ladder(known)
        expected.append(found.ultimate[-1])
        naive.append(known[-1, 0])
        total.append(finally_[-1])
        held.append(found.low[-1] <= finally_[-1] <= found.high[-1])

    margin = 0 if REPETITIONS >= 2000 else 3 * np.sqrt(0.95 * 0.05 / REPETITIONS)
    assert np.mean(naive) / np.mean(total) == pytest.approx(0.70, abs=0.02)
    spread = np.std(np.subtract(expected, total)) / np.mean(total) / np.sqrt(REPETITIONS)
    assert abs(np.mean(expected) / np.mean(total) - 1) <= 0.01 + (0 if REPETITIONS >= 2000 else 2 * spread)
    assert 0.92 - margin <= np.mean(held) <= 0.97 + margin


def test_a_month_that_is_over_stays_as_it_is() -> None:
    known, _ = triangle(np.random.default_rng(3), 24, 40)

    found = chain_ladder(known)

    over = ~np.isnan(known[:, -1])
    np.testing.assert_array_equal(found.ultimate[over], known[over, -1])
    assert not found.error[over].any()
    assert (found.low <= found.ultimate).all()
    assert (found.low >= np.nanmax(known, axis=1)).all()


def test_a_source_that_is_never_late_is_not_corrected() -> None:
    whole = np.tile(np.random.default_rng(4).poisson(30, (20, 1)), 3).astype(float)
    whole[-1, 1:] = whole[-2, 2:] = np.nan

    found = chain_ladder(whole)

    assert found.ultimate[-1] == whole[-1, 0]
    assert found.low[-1] == found.high[-1] == whole[-1, 0]


def test_too_few_months_seen_at_two_delays_tell_nothing() -> None:
    known, _ = triangle(np.random.default_rng(5), 12, 40)
    with pytest.raises(NotComputable) as refusal:
        chain_ladder(known, minimum=7)
    assert refusal.value.reason == "delais_non_mesurables"


def test_without_facts_nothing_is_foreseen() -> None:
    with pytest.raises(NotComputable) as refusal:
        chain_ladder(np.where(np.isnan(triangle(np.random.default_rng(5), 20, 4)[0]), np.nan, 0))
    assert refusal.value.reason == "effectif_insuffisant"


@pytest.mark.parametrize("table", [[1.0, 2.0], [[1.0, np.nan, 3.0]], [[np.nan, np.nan]]])
def test_what_is_no_triangle_is_refused(table) -> None:
    with pytest.raises(ValueError, match="month"):
        chain_ladder(table)
