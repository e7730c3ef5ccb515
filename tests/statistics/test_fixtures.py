"""The figures copied into the tests are those of the reference files, where these can be read."""

import json
from pathlib import Path

import pytest

COPIES = Path(__file__).parents[1] / "data" / "fixtures"
SHARED = Path(__file__).parents[2].parent / "shared" / "fixtures"
NAMES = (
    "bh_fdr",
    "chain_ladder_raa",
    "changepoint",
    "crosstab",
    "eb_smoothing_ncsids",
    "funnel",
    "gistar_hex",
    "gistar_mask_sensitivity",
    "mann_kendall_sen",
    "nb_trend",
    "peer_group",
    "poisson_rate_ci",
    "rate_ratio",
    "stl",
    "time_slots",
)


def assert_copied(copy, reference, path) -> None:
    if isinstance(copy, dict):
        for key, value in copy.items():
            assert_copied(value, reference[key], f"{path}.{key}")
    else:
        assert copy == reference, path


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_says_where_its_figures_come_from(name) -> None:
    assert json.loads((COPIES / f"{name}.json").read_text())["provenance"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_faithful(name) -> None:
    reference = SHARED / f"{name}.json"
    if not reference.exists():
        pytest.skip(f"reference figures absent ({reference}); the copy stands alone")
    assert_copied(json.loads((COPIES / f"{name}.json").read_text()), json.loads(reference.read_text()), name)
