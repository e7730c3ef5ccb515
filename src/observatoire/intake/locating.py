"""Where a row happened: declared code first, point second; a conflict is flagged, never hidden.

Rules (domain specification (a), decision record 0003): a declared INSEE code is trusted over a
coarse outline; a point more than 300 m outside the declared commune is set aside and the commune
kept; a commune whose contour is missing or incomplete keeps its points.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from observatoire.domain.incident import LocationPrecision
from observatoire.intake.faults import Fault, Flag, place
from observatoire.intake.parsing.codes import DeclaredCode, parse_insee
from observatoire.intake.parsing.text import plain
from observatoire.space.cells import cells_of
from observatoire.space.locate import CommuneLocator
from observatoire.store.reference.gazetteer import Gazetteer, Parents

TOLERANCE_METRES = 300.0
CELL_RESOLUTION = 9


@dataclass(frozen=True, slots=True)
class Covered:
    """What a source covers: codes, names (plain form, those of one commune only), the only commune."""

    codes: frozenset[str]
    names: Mapping[str, str]
    only: str | None


def covered_by(communes: Sequence[tuple[str, str]], only: str | None) -> Covered:
    """From (code, name) pairs; ``only``: the commune that a row without place happened in."""
    forms = Counter(_name_form(name) for _, name in communes)
    names = {_name_form(name): code for code, name in communes if forms[_name_form(name)] == 1}
    return Covered(frozenset(code for code, _ in communes), names, only)


def _name_form(name: str) -> str:
    """« Saint-Étienne », « ST ETIENNE » and « St-Étienne » are one name."""
    words = re.split(r"[\s'’-]+", plain(name))
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words if word)


def locate(frame: pl.DataFrame, gazetteer: Gazetteer, covered: Covered) -> pl.DataFrame:
    """Add commune, parents, arrondissement, neighbourhoods, point, cell, precisions, flags and faults.

    ``frame`` needs ``commune`` (text), ``longitude`` and ``latitude`` (degrees; null absent, NaN
    unreadable).
    """
    frame = _with_default(_with_declared(frame, gazetteer, covered), covered)
    with gazetteer.turn:
        frame = _with_point(frame, gazetteer)
        frame = _with_territories_of_point(frame, gazetteer)
    return _with_parents(frame, gazetteer)


def _with_declared(frame: pl.DataFrame, gazetteer: Gazetteer, covered: Covered) -> pl.DataFrame:
    """``declared_commune`` as written, ``declared`` brought to today's code, or a fault."""
    raw = frame["commune"].unique()
    parsed = [_current(parse_insee(text), text, gazetteer, covered) for text in raw]
    codes = [p if isinstance(p, tuple) else (None, None, None) for p in parsed]
    table = pl.DataFrame(
        {
            "raw_commune": raw,
            "declared_commune": [c[0] for c in codes],
            "declared": [c[1] for c in codes],
            "flag_code": [c[2] for c in codes],
            "code_fault": [p.code if isinstance(p, Fault) else None for p in parsed],
        },
        schema_overrides=dict.fromkeys(
            ("declared_commune", "declared", "flag_code", "code_fault"), pl.String
        ),
    )
    return frame.rename({"commune": "raw_commune"}).join(
        table, on="raw_commune", how="left", maintain_order="left"
    )


def _with_default(frame: pl.DataFrame, covered: Covered) -> pl.DataFrame:
    """A source of one commune need not repeat it; a point says more, so it is asked first."""
    if covered.only is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias("flag_default"))
    silent = (
        pl.col("declared").is_null()
        & pl.col("code_fault").is_null()
        & (pl.col("longitude").is_null() | pl.col("longitude").is_nan())
    )
    return frame.with_columns(
        pl.when(silent).then(pl.lit(covered.only)).otherwise("declared").alias("declared"),
        pl.when(silent).then(pl.lit(place.DEFAULT_COMMUNE.code)).alias("flag_default"),
    )


def _current(
    parsed: DeclaredCode | Fault | None, text: str, gazetteer: Gazetteer, covered: Covered
) -> tuple[str, str, str | None] | Fault | None:
    if isinstance(parsed, Fault) and (named := covered.names.get(_name_form(text))) is not None:
        return named, named, place.NAMED_COMMUNE.code
    if parsed is None or isinstance(parsed, Fault):
        return parsed
    flag = parsed.flag.code if parsed.flag else None
    if parsed.code in gazetteer.known:
        return parsed.code, parsed.code, flag
    if parsed.code in gazetteer.former:
        return parsed.code, gazetteer.former[parsed.code], place.CODE_FORMER.code
    return place.UNKNOWN_COMMUNE


def _with_point(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Confront each point with its declared commune."""
    frame = _with_town(frame, gazetteer)
    longitude, latitude = _degrees(frame)
    pointed = np.isfinite(longitude) & np.isfinite(latitude)
    unreadable = (pl.col("longitude").is_nan() | pl.col("latitude").is_nan()).fill_null(value=False)
    found, near = gazetteer.communes.place(
        np.where(pointed, longitude, np.nan), np.where(pointed, latitude, np.nan), TOLERANCE_METRES
    )
    fit, off_contour = _confront(longitude, latitude, pointed, frame, found, gazetteer)
    kept, named = pl.Series(pointed & fit), pl.col("town").is_not_null()
    return frame.with_columns(
        pl.when(named).then("town").otherwise(_codes(gazetteer.communes, found)).alias("commune"),
        pl.when(kept).then("longitude").alias("longitude"),
        pl.when(kept).then("latitude").alias("latitude"),
        _first_flag(
            (kept & pl.Series(off_contour), place.POINT_OFF_CONTOUR),
            (named & pl.Series(pointed & ~fit), place.POINT_OUTSIDE),
            (unreadable, place.POINT_UNREADABLE),
            (pl.Series(~pointed), place.POINT_ABSENT),
        ).alias("flag_point"),
        _first_flag((kept & ~named & pl.col("code_fault").is_not_null(), place.CODE_REPLACED)).alias(
            "flag_replaced"
        ),
        pl.Series("near_border", near) & kept,
        pl.Series("pointed", pointed),
    ).with_columns(_place_fault().alias("fault_place"))


def _with_town(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """``town``: the declared commune, that of a declared arrondissement; its rank; is its contour whole?"""
    declared = frame["declared"].unique()
    towns = [gazetteer.arrondissements.get(code, code) for code in declared]
    table = pl.DataFrame(
        {
            "declared": declared,
            "town": pl.Series(towns, dtype=pl.String),
            "town_rank": gazetteer.communes.ranks_of(towns),
            "incomplete": pl.Series([town in gazetteer.incomplete for town in towns], dtype=pl.Boolean),
        }
    )
    return frame.join(table, on="declared", how="left", maintain_order="left", nulls_equal=True)


def _degrees(frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes; NaN where there is none."""
    longitude, latitude = (
        frame[name].cast(pl.Float64).fill_null(np.nan) for name in ("longitude", "latitude")
    )
    return longitude.to_numpy(), latitude.to_numpy()


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
    longitude, latitude = _degrees(frame)
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
        pl.when(pl.Series(located)).then(pl.Series(cells)).alias("cell"),
        pl.when(pl.Series(located))
        .then(pl.lit(LocationPrecision.POINT.value))
        .otherwise(pl.lit(LocationPrecision.COMMUNE.value))
        .alias("location_precision"),
    )


def _with_parents(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    nowhere = Parents(None, None, None, None)
    codes = frame["commune"].drop_nulls().unique()
    parents = [gazetteer.parents.get(code, nowhere) for code in codes]
    table = pl.DataFrame(
        {"commune": codes} | {name: [getattr(p, name) for p in parents] for name in Parents.__slots__},
        schema_overrides=dict.fromkeys(Parents.__slots__, pl.String),
    )
    return frame.join(table, on="commune", how="left", maintain_order="left")
