"""What a geocoding server answers, as candidates: the CSV of its batches, the GeoJSON of its searches."""

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

from observatoire.domain.address import Answer, Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.geocoders.errors import UnavailableGeocoder

PRECISIONS = {
    "housenumber": LocationPrecision.HOUSE_NUMBER,
    "street": LocationPrecision.STREET,
    "locality": LocationPrecision.NAMED_PLACE,
    "poi": LocationPrecision.NAMED_PLACE,
    "municipality": LocationPrecision.COMMUNE,
}
"""Types of result; any other is taken for a commune: nothing is known of how precise it is."""


def batch(content: str, method: LocationMethod) -> dict[str, Answer]:
    """Row number to answer; rows that found nothing are left out.

    Raises:
        UnavailableGeocoder: this is not the table that was asked for.
    """
    sheet = csv.DictReader(io.StringIO(content, newline=""))
    if not {"numero", "result_score"} <= set(sheet.fieldnames or ()):
        raise UnavailableGeocoder("réponse illisible")
    found = {row["numero"]: _answer(row, method) for row in sheet if row.get("numero")}
    return {number: answer for number, answer in found.items() if answer is not None}


def _answer(row: Mapping[str, str], method: LocationMethod) -> Answer | None:
    score = _number(row.get("result_score"))
    longitude, latitude = _number(row.get("longitude")), _number(row.get("latitude"))
    if score is None or longitude is None or latitude is None:
        return None
    best = Candidate(
        label=row.get("result_label") or "",
        precision=PRECISIONS.get(row.get("result_type") or "", LocationPrecision.COMMUNE),
        method=method,
        score=score,
        longitude=longitude,
        latitude=latitude,
        commune=row.get("result_citycode") or None,
    )
    return Answer(best, _number(row.get("result_score_next")) or None)


def features(content: Any, method: LocationMethod) -> tuple[Candidate, ...]:  # noqa: ANN401
    """Candidates of a search, best first.

    Raises:
        UnavailableGeocoder: this is not a collection of features.
    """
    try:
        return tuple(_feature(feature, method) for feature in content["features"])
    except (KeyError, TypeError, ValueError, IndexError):
        raise UnavailableGeocoder("réponse illisible") from None


def _feature(feature: Any, method: LocationMethod) -> Candidate:  # noqa: ANN401
    told = feature["properties"]
    longitude, latitude = (float(axis) for axis in feature["geometry"]["coordinates"][:2])
    return Candidate(
        label=str(told.get("label", "")),
        precision=PRECISIONS.get(str(told.get("type")), LocationPrecision.COMMUNE),
        method=method,
        score=float(told["score"]),
        longitude=longitude,
        latitude=latitude,
        commune=told.get("citycode"),
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
