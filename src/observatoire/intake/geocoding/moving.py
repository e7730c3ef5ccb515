"""Facts put where their place stands, once something new is known of it: our geography, not their content."""

from collections.abc import Sequence

import polars as pl

from observatoire.intake.declaring import Covered
from observatoire.intake.geocoding.precision import with_precision
from observatoire.intake.geocoding.spots import COLUMNS
from observatoire.intake.locating import locate
from observatoire.intake.projecting import DEGREES, EXCHANGED, window_of
from observatoire.intake.staging import points
from observatoire.store.confidential import placements, places
from observatoire.store.confidential.places import LearntPlace
from observatoire.store.engine import Connection
from observatoire.store.reference import gazetteer

ANYWHERE = Covered(frozenset(), {}, None)


def located(connection: Connection, learnt: Sequence[LearntPlace]) -> pl.DataFrame:
    """Where places stand: ``place_key`` and the columns of a fact that follow from where it is, and
    ``flag_point``, as for rows of a file.
    """
    frame = pl.DataFrame(
        {
            "place_key": [p.key for p in learnt],
            "commune": [p.commune or "" for p in learnt],
            "longitude": [p.longitude for p in learnt],
            "latitude": [p.latitude for p in learnt],
            **{name: [None] * len(learnt) for name in EXCHANGED},
            "found_precision": [p.precision if p.longitude is not None else None for p in learnt],
            "found_method": [p.method for p in learnt],
            "found_score": [p.score for p in learnt],
            "flag_geocoding": [None] * len(learnt),
            "fault_geocoding": [None] * len(learnt),
        },
        schema_overrides={
            **dict.fromkeys((*DEGREES, *EXCHANGED), pl.Float64),
            **{name: COLUMNS[name] for name in ("place_key", "found_precision", "found_method")},
            **{name: COLUMNS[name] for name in ("found_score", "flag_geocoding", "fault_geocoding")},
        },
    )
    found = gazetteer.load(connection, window_of(frame))
    placed = with_precision(locate(frame, found, ANYWHERE))
    return placed.with_columns(points(placed).alias("geom"))


def move(connection: Connection, learnt: Sequence[LearntPlace]) -> pl.DataFrame:
    """Put the facts of some places where these stand, in a transaction of the import role."""
    if not learnt:
        return pl.DataFrame()
    placements.hold(connection)
    placed = located(connection, learnt)
    moved = placed.filter(pl.col("commune").is_not_null())
    places.move(connection, moved)
    placements.follow_places(connection, moved["place_key"].to_list())
    return placed
