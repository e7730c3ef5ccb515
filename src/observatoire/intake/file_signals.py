"""What the points of a file tell only together: points that draw too many rows, a system that is not theirs.

Both are learnt from the first batch of a file (``BATCH_ROWS`` rows, hence the whole of nearly every file),
then obeyed by the rows of all its batches: memory stays bounded and the file is read once (record 0012).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from observatoire.domain.source import SourceKind
from observatoire.intake.declaring import Covered, with_declared
from observatoire.intake.faults import Flag, place
from observatoire.intake.projecting import window_of, with_degrees
from observatoire.space import crs
from observatoire.store.reference.gazetteer import Gazetteer, Window

MAGNET_SHARE, MAGNET_ROWS = 0.05, 50
"""A point is a magnet above this share of the rows of a file, and from this number of rows."""
OWN_PLACES = frozenset({SourceKind.TRANSPORTEUR, SourceKind.BAILLEUR})
"""Kinds whose facts happen at a few places of theirs: a stop, a residence are no magnets."""
AT_LEAST, AT_MOST, LOOKED_AT = 0.95, 0.5, 1_000
"""Share of the points in their communes in the true system and in the wrong one; rows that are tried."""
_POINT = ["x_value", "y_value"]

Loader = Callable[[Window | None], Gazetteer]


@dataclass(frozen=True, slots=True)
class Magnets:
    """Points (x and y as written) where more rows of a file stand than facts can have happened."""

    points: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=dict.fromkeys(_POINT, pl.Float64))
    )

    def of(self, frame: pl.DataFrame) -> pl.Series:
        """Whether each row stands at one of them."""
        if self.points.is_empty():
            return pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
        marked = self.points.with_columns(pl.lit(value=True).alias("magnet"))
        found = frame.select(_POINT).join(marked, on=_POINT, how="left", maintain_order="left")
        return found["magnet"].fill_null(value=False)


@dataclass(frozen=True, slots=True)
class FileSignals:
    """What a file as a whole tells; ``system``: the flag of the points that are read in a wrong one."""

    magnets: Magnets = field(default_factory=Magnets)
    system: Flag | None = None


NO_SIGNAL = FileSignals()


def signals_of(
    frame: pl.DataFrame, epsg: int | None, kind: SourceKind, covered: Covered, load: Loader
) -> FileSignals:
    """Signals of the first rows of a file, renamed; ``load``: the geography of a window."""
    pointed = frame.filter(pl.all_horizontal(pl.col(_POINT).is_finite().fill_null(value=False)))
    if epsg is None or pointed.is_empty():
        return NO_SIGNAL
    return FileSignals(
        Magnets() if kind in OWN_PLACES else _magnets(pointed, frame.height),
        _system(pointed, epsg, covered, load),
    )


def _magnets(pointed: pl.DataFrame, rows: int) -> Magnets:
    counts = pointed.group_by(_POINT).len()
    many = (pl.col("len") >= MAGNET_ROWS) & (pl.col("len") > MAGNET_SHARE * rows)
    return Magnets(counts.filter(many).select(_POINT))


def _system(pointed: pl.DataFrame, epsg: int, covered: Covered, load: Loader) -> Flag | None:
    """The flag of a system other than the declared one, if it alone puts the points in their communes."""
    some = pointed.gather_every(max(1, pointed.height // LOOKED_AT)).head(LOOKED_AT)
    if _share_at_home(some, epsg, covered, load) > AT_MOST:
        return None
    x, y = (some[name].to_numpy() for name in _POINT)
    others = [
        other for other in crs.EXTENTS if other != epsg and crs.plausible(x, y, other).mean() >= AT_LEAST
    ]
    at_home = {other: _share_at_home(some, other, covered, load) for other in others}
    best = max(at_home, key=at_home.__getitem__, default=None)
    return None if best is None or at_home[best] < AT_LEAST else _flag_of(best)


def _share_at_home(some: pl.DataFrame, epsg: int, covered: Covered, load: Loader) -> float:
    """Share of the points that fall in the commune that their row declares, read in a system."""
    degrees = with_degrees(some, epsg)
    gazetteer = load(window_of(degrees))
    declared = with_declared(degrees, gazetteer, covered)
    told = declared.filter(pl.col("town").is_not_null())
    if told.is_empty():
        return 1.0
    longitude, latitude = (told[name].fill_null(np.nan).to_numpy() for name in ("longitude", "latitude"))
    with gazetteer.turn:
        found = gazetteer.communes.ranks(longitude, latitude)
    return float((found == told["town_rank"].to_numpy()).mean())


def _flag_of(epsg: int) -> Flag:
    if epsg == crs.OLD_LAMBERT:
        return place.IN_OLD_LAMBERT
    return place.IN_CONIC_ZONE if epsg in crs.CONIC_ZONES else place.IN_OTHER_SYSTEM
