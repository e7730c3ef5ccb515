"""How rough a place is, estimated from its own months; against the GLM of statsmodels."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from conftest import COMPLETE
from observatoire.statistics.changes import change
from observatoire.statistics.dispersion import Dispersion, monthly_dispersion, yearly_dispersion
from observatoire.statistics.not_computable import NotComputable

FIXTURE = json.loads((Path(__file__).parents[1] / "data" / "fixtures" / "nb_trend.json").read_text())


def calendar(months, start="2019-01"):
    stamps = np.datetime64(start, "M") + np.arange(months + 1)
    days = np.diff(stamps.astype("datetime64[D]")).astype(float)
    return days, stamps[:-1].astype(int) % 12


def dispersion_of(counts, observed=None, start="2019-01"):
    days, month_of_year = calendar(len(counts), start)
    seen = np.ones(len(counts), dtype=bool) if observed is None else observed
    return monthly_dispersion(counts, days, month_of_year, seen)


def test_the_reference_series_has_the_reference_dispersion() -> None:
    found = dispersion_of(FIXTURE["counts"], start=FIXTURE["start"])

    expected = FIXTURE["expected"]["poisson"]["pearson_phi"]
    assert found.ratio == pytest.approx(expected, abs=FIXTURE["tolerance"])
    assert found.months == 84


@pytest.mark.parametrize("months", [24, 36, 61])
def test_it_is_the_pearson_ratio_of_statsmodels_on_fresh_series(months) -> None:
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng()
    counts = rng.negative_binomial(5, 0.2, months)
    observed = np.ones(months, dtype=bool)
    days, month_of_year = calendar(months)
    t = np.arange(months)
    design = np.column_stack([np.ones(months), t / 12, month_of_year[:, None] == np.arange(1, 12)]).astype(
        float
    )
    model = api.GLM(counts, design, family=api.families.Poisson(), offset=np.log(days)).fit(tol=1e-14)

    found = dispersion_of(counts, observed)

    assert found.ratio == pytest.approx(model.pearson_chi2 / model.df_resid, rel=1e-6)


def test_a_smooth_series_may_be_smoother_than_chance_but_is_never_credited_for_it() -> None:
    found = dispersion_of(np.full(60, 50))

    assert found.ratio < 0.1
    assert found.variance_factor(12) == 1


def test_a_level_that_lasts_counts_more_than_one_that_does_not() -> None:
    brief, lasting = (Dispersion(2, memory, 30, 60) for memory in (0.0, 0.5))

    assert brief.variance_factor(12) < lasting.variance_factor(12)
    assert brief.variance_factor(1) == pytest.approx(lasting.variance_factor(1))


@given(st.floats(0, 0.95), st.integers(1, 36))
def test_the_memory_of_a_sum_is_that_of_its_covariances(memory, months) -> None:
    lags = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    caution = (stats.t(20).ppf(0.975) / stats.norm.ppf(0.975)) ** 2

    found = Dispersion(3, memory, 20, 60).variance_factor(months)

    assert found == pytest.approx(3 * caution * np.sum(memory**lags) / months)


@given(st.floats(1, 200))
def test_the_less_is_known_of_the_roughness_the_more_is_allowed_for(df) -> None:
    assert Dispersion(2, 0, df, 60).variance_factor(1) > Dispersion(2, 0, df + 1, 60).variance_factor(1) > 2


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (np.full(23, 10), "moins_de_24_mois"),
        (np.zeros(48), "effectif_insuffisant"),
        (np.repeat([0, 0, 0, 9], 12), "effectif_insuffisant"),
    ],
)
def test_months_that_do_not_tell_it_are_refused(counts, reason) -> None:
    with pytest.raises(NotComputable) as refusal:
        dispersion_of(counts)
    assert refusal.value.reason == reason


def test_yearly_totals_tell_a_roughness_too_with_a_slope_taken_for_one() -> None:
    days = np.array([365, 366, 365, 365])
    facts = np.array([80, 120, 95, 105])
    oracle = stats.chisquare(facts, days * facts.sum() / days.sum())

    found = yearly_dispersion(facts, days)

    assert found.ratio == pytest.approx(oracle.statistic / 3)
    assert found.variance_factor(12) == pytest.approx(
        found.ratio * (stats.t(3).ppf(0.975) / stats.norm.ppf(0.975)) ** 2
    )


@pytest.mark.parametrize("facts", [[10, 12], [0, 0, 0, 0]])
def test_two_years_or_no_fact_tell_none(facts) -> None:
    with pytest.raises(NotComputable):
        yearly_dispersion(facts, [365] * len(facts))


@pytest.mark.parametrize("dispersion", [1, 2, 4])
@pytest.mark.parametrize("years", [3, 5])
def test_from_a_few_yearly_totals_no_change_is_rarely_told(years, dispersion) -> None:
    rng = np.random.default_rng([20261201, years, dispersion])
    fired = []
    repetitions = 4000 if COMPLETE else 400
    for _ in range(repetitions):
        if dispersion == 1:
            facts = rng.poisson(200, years + 1)
        else:
            facts = rng.negative_binomial(200 / (dispersion - 1), 1 / dispersion, years + 1)
        factor = yearly_dispersion(facts[:-1], np.full(years, 365)).variance_factor(12)
        fired.append(change(int(facts[-1]), 365, int(facts[-2]), 365, factor).p <= 0.05)
    assert np.mean(fired) <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / repetitions)


def test_a_month_not_received_is_not_read() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(30, 60).astype(float)
    observed = np.ones(60, dtype=bool)
    observed[20:26] = False

    once, again = dispersion_of(counts, observed), dispersion_of(np.where(observed, counts, 10_000), observed)

    assert once == again
    assert once.months == 54
