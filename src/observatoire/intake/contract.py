"""What the contract of a source lets us keep of a place: nothing finer is stored."""

import polars as pl

from observatoire.domain.incident import LocationPrecision
from observatoire.domain.source import PlacePrecision

_NEIGHBOURHOODS = ("qpv_2015", "qpv_2024", "iris", "arrondissement")
_POINT = (
    "longitude",
    "latitude",
    "cell",
    "x_value",
    "y_value",
    "location_method",
    "location_score",
    "place_key",
)


def keep_no_finer(frame: pl.DataFrame, precision: PlacePrecision) -> pl.DataFrame:
    """Located rows, with the point, its cell and its neighbourhoods erased where they are too fine.

    A contract that stops at the street keeps the point, for counts by cell only. ``x_value`` and
    ``y_value`` go too: the content of a fact is then what is kept of it. Without ``place_key``, no answer
    about its address can give the fact a point later, and none is asked for.
    """
    if precision.allows_cells:
        return frame
    names = _POINT if precision.allows_neighbourhoods else (*_POINT, *_NEIGHBOURHOODS)
    return frame.with_columns(
        *(pl.lit(None, dtype=frame.schema[name]).alias(name) for name in names),
        pl.lit(LocationPrecision.COMMUNE.value).alias("location_precision"),
        pl.lit(False).alias("near_border"),
    )
