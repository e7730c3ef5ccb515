"""Where a row happened: declared code first, point second; a conflict is flagged, never hidden.

Rules (domain specification (a), decision records 0003 and 0012): a declared INSEE code is trusted over
a coarse outline; a point more than 300 m outside the declared commune is set aside and the commune
kept; a commune whose contour is missing or incomplete keeps its points. A point that is out of France,
and in its commune once its coordinates are exchanged, is put back in order.
"""

import numpy as np
import polars as pl

from observatoire.domain.incident import LocationPrecision
from observatoire.intake import dividing
from observatoire.intake.declaring import Covered, with_declared
from observatoire.intake.faults import Flag, place
from observatoire.intake.file_signals import NO_SIGNAL, FileSignals
from observatoire.intake.parents import with_parents
from observatoire.intake.projecting import DEGREES, EXCHANGED
from observatoire.space import crs
from observatoire.space.cells import cells_of
from observatoire.space.locate import CommuneLocator
from observatoire.store.reference.gazetteer import Gazetteer

TOLERANCE_METRES = 300.0
CELL_RESOLUTION = 9


def locate(
    frame: pl.DataFrame, gazetteer: Gazetteer, covered: Covered, signals: FileSignals = NO_SIGNAL
) -> pl.DataFrame:
    """Add commune, parents, arrondissement, neighbourhoods, point, cell, precisions, flags and faults.

    ``frame`` needs ``commune`` (text) and what ``projecting.with_degrees`` adds; ``signals``: what the
    file as a whole tells of its points.
    """
    frame = with_declared(frame, gazetteer, covered)
    with gazetteer.turn:
        frame = _in_order(frame, gazetteer)
        frame = _with_point(frame, gazetteer, signals)
        frame = _with_territories_of_point(frame, gazetteer)
    return with_parents(frame, gazetteer)


def _in_order(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Coordinates exchanged where only the other order falls in the declared commune."""
    longitude, latitude = _columns(frame, EXCHANGED)
    asked = np.flatnonzero(np.isfinite(longitude))
    exchanged = np.zeros(frame.height, dtype=bool)
    distance = gazetteer.communes.distance_to_ranks(
        longitude[asked], latitude[asked], frame["town_rank"].to_numpy()[asked]
    )
    exchanged[asked] = distance <= TOLERANCE_METRES
    there = pl.Series("exchanged", exchanged)
    return frame.with_columns(
        there,
        *(pl.when(there).then(x).otherwise(d).alias(d) for d, x in zip(DEGREES, EXCHANGED, strict=True)),
    )


def _with_point(frame: pl.DataFrame, gazetteer: Gazetteer, signals: FileSignals) -> pl.DataFrame:
    """Confront each point with its declared commune."""
    longitude, latitude = _columns(frame, DEGREES)
    pointed = np.isfinite(longitude) & np.isfinite(latitude)
    unreadable = (pl.col("longitude").is_nan() | pl.col("latitude").is_nan()).fill_null(value=False)
    found, near = gazetteer.communes.place(
        np.where(pointed, longitude, np.nan), np.where(pointed, latitude, np.nan), TOLERANCE_METRES
    )
    fit, off_contour = _confront(longitude, latitude, pointed, frame, found, gazetteer)
    named, magnet = pl.col("town").is_not_null(), signals.magnets.of(frame)
    part = dividing.in_a_part(gazetteer, frame["town_rank"].to_numpy(), found) & ~fit & ~magnet.to_numpy()
    fit |= part
    of_point = _codes(gazetteer.communes, found)
    kept = pl.Series(pointed & fit) & ~magnet
    return frame.with_columns(
        pl.when(named & ~pl.Series(part)).then("town").otherwise(of_point).alias("commune"),
        *(pl.when(kept).then(name).alias(name) for name in DEGREES),
        _first_flag(
            (magnet & pl.Series(pointed & fit), place.MAGNET_POINT),
            (kept & pl.col("exchanged"), place.POINT_EXCHANGED),
            (kept & pl.Series(off_contour), place.POINT_OFF_CONTOUR),
            *_set_aside(named & pl.Series(pointed & ~fit), longitude, latitude, found, gazetteer, signals),
            (unreadable, place.POINT_UNREADABLE),
            (pl.Series(~pointed), place.POINT_ABSENT),
        ).alias("flag_point"),
        _first_flag((kept & ~named & pl.col("code_fault").is_not_null(), place.CODE_REPLACED)).alias(
            "flag_replaced"
        ),
        pl.Series("near_border", near) & kept,
        pl.Series("pointed", pointed),
        pl.Series("in_a_part", part),
    ).with_columns(_place_fault().alias("fault_place"))


def _set_aside(
    aside: pl.Expr,
    longitude: np.ndarray,
    latitude: np.ndarray,
    found: np.ndarray,
    gazetteer: Gazetteer,
    signals: FileSignals,
) -> list[tuple[pl.Expr, Flag]]:
    """Why a point is set aside: the system of the whole file, else where the point falls."""
    if signals.system is not None:
        return [(aside, signals.system)]
    abroad = pl.Series(~crs.in_france(longitude, latitude))
    nowhere = pl.Series(found == gazetteer.communes.nowhere)
    return [
        (aside & abroad, place.POINT_ABROAD),
        (aside & nowhere, place.POINT_AT_SEA),
        (aside, place.POINT_OUTSIDE),
    ]


def _columns(frame: pl.DataFrame, names: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes; NaN where there is none."""
    longitude, latitude = (frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names)
    return longitude, latitude


def _codes(locator: CommuneLocator, ranks: np.ndarray) -> pl.Series:
    """Codes of some ranks of a locator, null for nowhere."""
    used = np.flatnonzero(np.bincount(ranks, minlength=1))
    place_of = np.zeros(locator.nowhere + 1, dtype=np.intp)
    place_of[used] = np.arange(used.size)
    return pl.Series(locator.answers[used].tolist(), dtype=pl.String).gather(place_of[ranks])


def _first_flag(*cases: tuple[pl.Expr | pl.Series, Flag]) -> pl.Expr:
    """Code of the first flag whose case holds, else null."""
    return pl.coalesce(*(pl.when(case).then(pl.lit(flag.code)) for case, flag in cases))


def _place_fault() -> pl.Expr:
    return (
        pl.when(pl.col("commune").is_not_null())
        .then(None)
        .when(pl.col("code_fault").is_not_null())
        .then(pl.col("code_fault"))
        .when(pl.col("pointed"))
        .then(pl.lit(place.POINT_NOWHERE.code))
        .otherwise(pl.lit(place.NO_PLACE.code))
    )


def _confront(
    longitude: np.ndarray,
    latitude: np.ndarray,
    pointed: np.ndarray,
    frame: pl.DataFrame,
    found: np.ndarray,
    gazetteer: Gazetteer,
) -> tuple[np.ndarray, np.ndarray]:
    """(the point may be kept, it is kept although the contour can't prove it)."""
    declared, named = frame["town_rank"].to_numpy(), frame["town"].is_not_null().to_numpy()
    fit = pointed & (found == declared)
    doubtful = np.flatnonzero(pointed & named & ~fit)
    distance = gazetteer.communes.distance_to_ranks(
        longitude[doubtful], latitude[doubtful], declared[doubtful]
    )
    fit[doubtful] = distance <= TOLERANCE_METRES
    fit |= pointed & ~named & (found < gazetteer.communes.nowhere)
    nowhere = found == gazetteer.communes.nowhere
    off_contour = pointed & named & ~fit & frame["incomplete"].to_numpy() & nowhere
    return fit | off_contour, off_contour


def _with_territories_of_point(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Cell, arrondissement and neighbourhoods of the points kept, and whether there is one."""
    longitude, latitude = _columns(frame, DEGREES)
    located = np.isfinite(longitude)
    cells = np.zeros(frame.height, dtype=np.int64)
    if located.any():
        cells[located] = cells_of(longitude[located], latitude[located], CELL_RESOLUTION).astype(np.int64)

    def within(locator: CommuneLocator) -> pl.Series:
        return _codes(locator, locator.ranks(longitude, latitude))

    declared = pl.when(pl.col("declared") != pl.col("town")).then("declared")
    return frame.with_columns(
        pl.coalesce(declared, within(gazetteer.municipal_arrondissements)).alias("arrondissement"),
        within(gazetteer.neighbourhoods_2015).alias("qpv_2015"),
        within(gazetteer.neighbourhoods_2024).alias("qpv_2024"),
        within(gazetteer.iris).alias("iris"),
        pl.when(pl.Series(located)).then(pl.Series(cells)).alias("cell"),
        pl.when(pl.Series(located))
        .then(pl.lit(LocationPrecision.POINT.value))
        .otherwise(pl.lit(LocationPrecision.COMMUNE.value))
        .alias("location_precision"),
    )
