"""What is told of a distinct place of a file, as columns: its key, its point if it has one, its flag."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.intake.faults import Flag, place
from observatoire.intake.geocoding.address import Address, AddressKind
from observatoire.intake.geocoding.verdict import Reason, Resolution
from observatoire.store.confidential.places import LearntPlace

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "place_key": pl.Binary,
    "found_longitude": pl.Float64,
    "found_latitude": pl.Float64,
    "found_commune": pl.String,
    "found_precision": pl.String,
    "found_method": pl.String,
    "found_score": pl.Float64,
    "flag_geocoding": pl.String,
    "fault_geocoding": pl.String,
}
"""What is told of each distinct place."""

_FLAGS: Mapping[Reason, Flag] = {
    Reason.NOT_FOUND: place.NOT_FOUND,
    Reason.UNAVAILABLE: place.GEOCODER_DOWN,
}
_PLACED: Mapping[AddressKind, Flag] = {
    AddressKind.INTERSECTION: place.BY_CROSSING,
    AddressKind.NAMED_PLACE: place.BY_NAME,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A distinct place of a file: what it says, and where it may be.

    ``commune``: the code declared; None: any of ``communes``.
    """

    key: bytes
    text: str
    address: Address
    commune: str | None
    communes: frozenset[str]


def unplaced(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of ``Placing``, when nothing was geocoded."""
    return frame.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in COLUMNS.items())


def told(spot: Spot, resolution: Resolution) -> dict[str, object]:
    """What the geocoders say."""
    cells: dict[str, object] = {"place_key": spot.key}
    if (found := resolution.placed) is not None:
        return cells | _point(
            spot, found.longitude, found.latitude, found.precision, found.method, found.score
        )
    several = spot.commune is None and resolution.reason is Reason.HOMONYMS
    reason = resolution.reason or Reason.NOT_FOUND
    return cells | {
        "flag_geocoding": _FLAGS.get(reason, place.TO_CHECK).code,
        "fault_geocoding": place.HOMONYM.code if several else None,
    }


def told_by(spot: Spot, answer: LearntPlace) -> dict[str, object]:
    """What a person answered."""
    cells: dict[str, object] = {"place_key": spot.key, "found_commune": answer.commune}
    if answer.longitude is None or answer.latitude is None:
        return cells
    precision, method = LocationPrecision(answer.precision), LocationMethod.MANUAL
    return cells | _point(spot, answer.longitude, answer.latitude, precision, method, answer.score)


def _point(
    spot: Spot,
    longitude: float,
    latitude: float,
    precision: LocationPrecision,
    method: LocationMethod,
    score: float | None,
) -> dict[str, object]:
    return {
        "found_longitude": longitude,
        "found_latitude": latitude,
        "found_precision": precision.value,
        "found_method": method.value,
        "found_score": score,
        "flag_geocoding": _PLACED.get(spot.address.kind, place.BY_ADDRESS).code,
    }


def filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Degrees where they were found; a commune where none was declared and an answer gives it."""
    undeclared = pl.col("commune").str.strip_chars() == ""
    return frame.with_columns(
        pl.coalesce("longitude", "found_longitude").alias("longitude"),
        pl.coalesce("latitude", "found_latitude").alias("latitude"),
        pl.when(undeclared)
        .then(pl.coalesce("found_commune", "commune"))
        .otherwise("commune")
        .alias("commune"),
    )
