"""What the contract of a source lets us keep of a row: nothing finer is stored, nor can come back later."""

import polars as pl
import pytest

from observatoire.domain.source import PlacePrecision
from observatoire.intake.contract import keep_no_finer

POINT = {
    "longitude": 1.44,
    "latitude": 43.6,
    "cell": 618002507846123519,
    "x_value": 574357.3,
    "y_value": 6279642.9,
    "location_method": "source",
    "location_score": 0.9,
    "place_key": b"k",
}
NEIGHBOURHOODS = {
    "qpv_2015": "QP031001",
    "qpv_2024": "QN03101M",
    "iris": "315550101",
    "arrondissement": "75118",
}
ROW = POINT | NEIGHBOURHOODS | {"location_precision": "point", "near_border": True, "commune": "31555"}


@pytest.mark.parametrize("precision", list(PlacePrecision))
def test_a_row_is_kept_no_finer_than_the_contract(precision: PlacePrecision) -> None:
    (kept,) = keep_no_finer(pl.DataFrame([ROW]), precision).rows(named=True)
    assert kept["commune"] == "31555"
    assert {name: kept[name] for name in POINT} == (POINT if precision.allows_cells else dict.fromkeys(POINT))
    assert {name: kept[name] for name in NEIGHBOURHOODS} == (
        NEIGHBOURHOODS if precision.allows_neighbourhoods else dict.fromkeys(NEIGHBOURHOODS)
    )
    assert (kept["location_precision"], kept["near_border"]) == (
        ("point", True) if precision.allows_cells else ("commune", False)
    )
