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
from observatoire.intake.faults import Fault, place
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


def declared_commune(text: str, gazetteer: Gazetteer, covered: Covered) -> str | None:
    """The current code of a declared commune; None: none is declared, or it can't be read."""
    parsed = _current(parse_insee(text), text, gazetteer, covered)
    return parsed[1] if isinstance(parsed, tuple) else None


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
    longitude = frame["longitude"].to_numpy().astype(float)
    latitude = frame["latitude"].to_numpy().astype(float)
    pointed = np.isfinite(longitude) & np.isfinite(latitude)
    unreadable = (frame["longitude"].is_nan() | frame["latitude"].is_nan()).fill_null(False).to_numpy()
    declared = np.array(
        [gazetteer.arrondissements.get(c, c) for c in frame["declared"].to_list()], dtype=object
    )
    found = _found(longitude, latitude, pointed, gazetteer)
    fit, off_contour = _confront(longitude, latitude, pointed, declared, found, gazetteer)
    named = np.array([code is not None for code in declared], dtype=bool)
    kept = pointed & fit
    commune = np.where(named, declared, found)
    flags = np.full(frame.height, None, dtype=object)
    flags[~pointed] = place.POINT_ABSENT.code
    flags[unreadable] = place.POINT_UNREADABLE.code
    flags[pointed & ~fit & named] = place.POINT_OUTSIDE.code
    flags[kept & off_contour] = place.POINT_OFF_CONTOUR.code
    replaced = np.array([f is not None for f in frame["code_fault"].to_list()], dtype=bool) & kept & ~named
    return frame.with_columns(
        pl.Series("commune", commune.tolist(), pl.String),
        pl.Series("longitude", np.where(kept, longitude, np.nan)).fill_nan(None),
        pl.Series("latitude", np.where(kept, latitude, np.nan)).fill_nan(None),
        pl.Series("flag_point", flags.tolist(), pl.String),
        pl.Series("flag_replaced", [place.CODE_REPLACED.code if r else None for r in replaced], pl.String),
        pl.Series("near_border", _near_border(longitude, latitude, kept, gazetteer)),
        pl.Series("pointed", pointed),
    ).with_columns(_place_fault().alias("fault_place"))


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


def _found(
    longitude: np.ndarray, latitude: np.ndarray, pointed: np.ndarray, gazetteer: Gazetteer
) -> np.ndarray:
    found = np.full(longitude.shape, None, dtype=object)
    found[pointed] = gazetteer.communes.locate(longitude[pointed], latitude[pointed])
    return found


def _confront(
    longitude: np.ndarray,
    latitude: np.ndarray,
    pointed: np.ndarray,
    declared: np.ndarray,
    found: np.ndarray,
    gazetteer: Gazetteer,
) -> tuple[np.ndarray, np.ndarray]:
    """(the point may be kept, it is kept although the contour can't prove it)."""
    named = np.array([code is not None for code in declared], dtype=bool)
    fit = (found == declared) & pointed
    fit |= ~named & pointed & np.array([code is not None for code in found], dtype=bool)
    doubtful = np.flatnonzero(pointed & named & ~fit)
    if doubtful.size:
        distance = gazetteer.communes.distance_to(longitude[doubtful], latitude[doubtful], declared[doubtful])
        fit[doubtful] = distance <= TOLERANCE_METRES
    incomplete = np.array([code in gazetteer.incomplete for code in declared], dtype=bool)
    nowhere = np.array([code is None for code in found], dtype=bool)
    off_contour = pointed & named & ~fit & incomplete & nowhere
    return fit | off_contour, off_contour


def _near_border(
    longitude: np.ndarray, latitude: np.ndarray, kept: np.ndarray, gazetteer: Gazetteer
) -> np.ndarray:
    near = np.zeros(longitude.shape, dtype=bool)
    near[kept] = gazetteer.communes.near_border(longitude[kept], latitude[kept], TOLERANCE_METRES)
    return near


def _with_territories_of_point(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Cell, arrondissement and neighbourhoods of the points kept, and whether there is one."""
    longitude, latitude = (frame[c].fill_null(float("nan")).to_numpy() for c in ("longitude", "latitude"))
    located = np.isfinite(longitude)
    cells = np.zeros(frame.height, dtype=np.int64)
    if located.any():
        cells[located] = cells_of(longitude[located], latitude[located], CELL_RESOLUTION).astype(np.int64)

    def within(locator: CommuneLocator) -> list[str | None]:
        return _within(longitude, latitude, located, locator)

    arrondissements = [
        declared if declared in gazetteer.arrondissements else by_point
        for declared, by_point in zip(
            frame["declared"].to_list(), within(gazetteer.municipal_arrondissements), strict=True
        )
    ]
    return frame.with_columns(
        pl.Series("arrondissement", arrondissements, pl.String),
        pl.Series("qpv_2015", within(gazetteer.neighbourhoods_2015), pl.String),
        pl.Series("qpv_2024", within(gazetteer.neighbourhoods_2024), pl.String),
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


def _within(
    longitude: np.ndarray, latitude: np.ndarray, located: np.ndarray, locator: CommuneLocator
) -> list[str | None]:
    codes = np.full(longitude.shape, None, dtype=object)
    if locator.codes and located.any():
        codes[located] = locator.locate(longitude[located], latitude[located])
    found: list[str | None] = codes.tolist()
    return found
