import numpy as np
import pytest

from observatoire.statistics.verdicts import Verdict, verdict


@pytest.mark.parametrize(
    ("low", "high", "q", "ratio", "expected"),
    [
        (1.05, 1.40, 0.01, 1.21, Verdict.RISE),
        (0.60, 0.90, 0.05, 0.74, Verdict.FALL),
        (1.01, 1.05, 0.01, 1.03, Verdict.RISE),
        (0.95, 1.06, 0.60, 1.00, Verdict.STABLE),
        (0.90, 1.10, 0.60, 1.00, Verdict.STABLE),
        (0.89, 1.06, 0.60, 0.97, Verdict.INCONCLUSIVE),
        (1.01, 1.60, 0.06, 1.27, Verdict.INCONCLUSIVE),
        (0.70, 1.40, 0.90, 1.00, Verdict.INCONCLUSIVE),
        (np.nan, np.nan, np.nan, np.nan, Verdict.INCONCLUSIVE),
    ],
)
def test_a_verdict_says_no_more_than_the_interval_and_the_test(low, high, q, ratio, expected) -> None:
    assert verdict(low, high, q, ratio) is expected


def test_the_wire_names_are_those_of_the_contract() -> None:
    assert set(Verdict) == {"hausse", "baisse", "stable", "non_concluant"}
