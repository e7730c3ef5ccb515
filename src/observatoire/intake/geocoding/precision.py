"""What is known of a point once it was confronted with its commune: precision, method, score."""

import polars as pl

from observatoire.domain.incident import FINE, LocationMethod, LocationPrecision

_AROUND = ("cell", "qpv_2015", "qpv_2024", "iris")
"""What a point stands in, which the middle of a street does not tell of what happened along it."""


def with_precision(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``location_method`` and ``location_score``; correct the precision and what follows from it.

    ``frame``: as ``locating.locate`` gives it, with the columns of ``placing.COLUMNS``.
    """
    pointed = pl.col("longitude").is_not_null()
    geocoded = pointed & pl.col("found_precision").is_not_null()
    frame = frame.with_columns(
        pl.when(geocoded)
        .then("found_precision")
        .when(pointed)
        .then(pl.lit(LocationPrecision.POINT.value))
        .otherwise(pl.lit(LocationPrecision.COMMUNE.value))
        .alias("location_precision"),
        pl.when(geocoded)
        .then("found_method")
        .when(pointed)
        .then(pl.lit(LocationMethod.SOURCE.value))
        .alias("location_method"),
        pl.when(geocoded).then("found_score").alias("location_score"),
        _fault().alias("fault_geocoding"),
        _flag().alias("flag_geocoding"),
    )
    fine = pl.col("location_precision").is_in([p.value for p in FINE])
    return frame.with_columns(pl.when(fine).then(pl.col(name)).alias(name) for name in _AROUND)


def _fault() -> pl.Expr:
    """Only a row that no commune holds is set aside for its homonyms."""
    return pl.when(pl.col("commune").is_null()).then("fault_geocoding")


def _flag() -> pl.Expr:
    """A point set aside as too far from its commune has its own flag."""
    lost = pl.col("found_precision").is_not_null() & pl.col("longitude").is_null()
    return pl.when(~lost).then("flag_geocoding")
