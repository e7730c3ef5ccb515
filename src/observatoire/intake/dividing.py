"""Communes divided after the fact: placed by the point in one of the parts, else said, never shared out.

A division counts for facts dated before it, so points are first accepted in any part, then judged again once
the day of the fact is known.
"""

import numpy as np
import polars as pl

from observatoire.domain.incident import LocationPrecision
from observatoire.intake.faults import place
from observatoire.intake.parents import with_parents
from observatoire.store.reference.gazetteer import Gazetteer

OF_A_POINT = (
    "longitude", "latitude", "location_method", "location_score", "cell", "arrondissement",
    "qpv_2015", "qpv_2024", "iris",
)  # fmt: skip


def in_a_part(gazetteer: Gazetteer, town: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Whether points (ranks ``found``) fall in a part of the commune declared (ranks ``town``)."""
    communes = gazetteer.communes
    pairs = [
        communes.ranks_of([code, part])
        for code, divisions in gazetteer.divided.items()
        for division in divisions
        for part in division.parts
        if part != code
    ]
    if not pairs:
        return np.zeros(town.shape, dtype=bool)
    codes, parts = np.array(pairs).T
    known = (codes >= 0) & (parts >= 0)
    width = communes.nowhere + 1
    inside: np.ndarray = np.isin(town * width + found, codes[known] * width + parts[known])
    return inside & (town >= 0)


def settle(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Judge divisions by the day of the fact: ``flag_divided``, and what was accepted too late put back.

    ``frame`` needs ``local_day`` and what ``locating.locate`` adds.
    """
    nothing = pl.lit(None, dtype=pl.String)
    codes = frame["declared_commune"].drop_nulls().unique()
    told = [code for code in codes if code in gazetteer.divided]
    if not told:
        return frame.with_columns(nothing.alias("flag_divided"))
    frame = with_parents(_put_back(_with_division(frame, gazetteer, told)), gazetteer)
    lost = pl.col("declared").is_null()
    in_one = pl.col("commune").is_in(pl.col("parts"))
    placed = pl.when(lost).then(in_one).otherwise("in_a_part").fill_null(value=False)
    before = pl.col("local_day") < pl.col("until")
    return frame.with_columns(
        pl.when(placed)
        .then(pl.lit(place.CODE_DIVIDED.code))
        .when(before & ~lost & pl.col("longitude").is_null())
        .then(pl.lit(place.NOT_SHARED_OUT.code))
        .alias("flag_divided"),
        pl.when(pl.col("parts").is_not_null() & lost & ~placed)
        .then(pl.lit(place.NOT_ALLOCATABLE.code))
        .otherwise("fault_place")
        .alias("fault_place"),
    ).drop("parts", "until")


def _with_division(frame: pl.DataFrame, gazetteer: Gazetteer, told: list[str]) -> pl.DataFrame:
    """``until`` and ``parts`` of the latest division of the declared code; null where there is none."""
    latest = [gazetteer.divided[code][0] for code in told]
    table = pl.DataFrame(
        {
            "declared_commune": told,
            "until": pl.Series([division.until for division in latest], dtype=pl.Date),
            "parts": [sorted(division.parts) for division in latest],
        }
    )
    return frame.join(table, on="declared_commune", how="left", maintain_order="left")


def _put_back(frame: pl.DataFrame) -> pl.DataFrame:
    """Points accepted in a part of a commune that was divided already on the day of the fact."""
    late = pl.col("in_a_part") & ~(pl.col("local_day") < pl.col("until")).fill_null(value=False)
    return frame.with_columns(
        pl.when(late).then("town").otherwise("commune").alias("commune"),
        *(pl.when(~late).then(name).alias(name) for name in OF_A_POINT),
        pl.when(late).then(pl.lit(place.POINT_OUTSIDE.code)).otherwise("flag_point").alias("flag_point"),
        pl.when(late)
        .then(pl.lit(LocationPrecision.COMMUNE.value))
        .otherwise("location_precision")
        .alias("location_precision"),
        (pl.col("near_border") & ~late).alias("near_border"),
        (pl.col("in_a_part") & ~late).alias("in_a_part"),
    )
