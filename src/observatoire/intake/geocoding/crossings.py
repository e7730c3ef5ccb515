"""Where two streets cross: the nearest point of two lines, or of the doors known along each.

A geocoder knows a street by one point, which says nothing of its crossings. Its doors do: a few numbers are
asked of each street, and the two nearest doors stand at the corner, if they stand together at all.
"""

import math
from collections.abc import Iterable
from itertools import product
from typing import Any

import numpy as np
import shapely

from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationPrecision
from observatoire.intake.geocoding.verdict import EARTH_RADIUS, metres

MEETING_METRES = 40.0
"""Two lines further apart do not cross."""
CORNER_METRES = 80.0
"""Two doors further apart do not stand at one corner."""
DOORS = (1, 2, 3, 4, 6, 8, 10, 12, 15, 18, 21, 25, 30, 36, 45, 60, 80, 100)
"""Numbers asked of each street: close together where streets are numbered most."""


def meeting(one: Any, other: Any) -> Any | None:  # noqa: ANN401
    """The point where two lines (degrees) are nearest; None: they do not meet, or are no lines."""
    if one.geom_type != "LineString" or other.geom_type != "LineString":
        return None
    latitude = one.centroid.y
    scale = np.array([math.cos(math.radians(latitude)), 1.0]) * math.radians(1) * EARTH_RADIUS
    flat, beside = (shapely.transform(shape, lambda xy: xy * scale) for shape in (one, other))
    bridge = shapely.shortest_line(flat, beside)
    if bridge is None or bridge.length > MEETING_METRES:
        return None
    (x, y), (u, v) = bridge.coords
    point = shapely.Point((x + u) / 2, (y + v) / 2)
    return shapely.transform(point, lambda xy: xy / scale)


def corner(street: Candidate, doors: Iterable[Candidate], others: Iterable[Candidate]) -> Candidate | None:
    """The middle of the two nearest doors of two streets, under the score of the less sure; None: no corner.

    ``street`` gives the method, the commune and the beginning of the label.
    """
    pairs = product([d for d in doors if _is_door(d)], [d for d in others if _is_door(d)])
    nearest = min(pairs, key=lambda pair: metres(*pair), default=None)
    if nearest is None or metres(*nearest) > CORNER_METRES:
        return None
    one, other = nearest
    return Candidate(
        label=f"{one.label} / {other.label}",
        precision=LocationPrecision.INTERSECTION,
        method=street.method,
        score=min(one.score, other.score),
        longitude=(one.longitude + other.longitude) / 2,
        latitude=(one.latitude + other.latitude) / 2,
        commune=street.commune,
    )


def _is_door(candidate: Candidate) -> bool:
    return candidate.precision is LocationPrecision.HOUSE_NUMBER
