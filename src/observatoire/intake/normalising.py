"""Renamed text to normalised facts, a column at a time. No row disappears here.

Each step adds columns; ``fault`` holds the code of the first fault of a row (null when the row
can be stored) and ``anomalies`` the codes of its flags.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from observatoire.domain.incident import ClassingMode
from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.domain.territory import timezone_of
from observatoire.intake import dividing, keys, locating
from observatoire.intake.classification import LONGEST_LABEL
from observatoire.intake.classing.in_force import InForce
from observatoire.intake.contract import keep_no_finer
from observatoire.intake.dating import with_time
from observatoire.intake.declaring import Covered
from observatoire.intake.faults import Fault, content, place
from observatoire.intake.file_signals import NO_SIGNAL, FileSignals
from observatoire.intake.geocoding import spots
from observatoire.intake.geocoding.precision import with_precision
from observatoire.intake.parsing.numbers import Absent, parse_quantity, quantity_flag
from observatoire.intake.parsing.text import Row, Schema, over_distinct, spread_distinct
from observatoire.intake.personal import with_personal
from observatoire.intake.profiles.model import Profile
from observatoire.store.reference.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Context:
    """What normalising needs besides the file."""

    source: Source
    profile: Profile
    classing: InForce
    gazetteer: Gazetteer
    covered: Covered
    received: date
    epoch: date
    pseudonymisation_key: bytes
    period: Period | None = None
    signals: FileSignals = NO_SIGNAL


def normalise(renamed: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Text fields to fact columns, ``fault``, ``fault_field`` text and ``anomalies``."""
    if "place_key" not in renamed.columns:
        renamed = spots.unplaced(renamed)
    clear = with_personal(renamed)
    frame = with_precision(locating.locate(clear, context.gazetteer, context.covered, context.signals))
    frame = _with_category(frame, context)
    frame = with_time(
        frame, context.profile.time, _zone(frame, context), received=context.received, epoch=context.epoch
    )
    frame = dividing.settle(frame, context.gazetteer)
    frame = _with_quantity(frame)
    frame = _with_flags(frame, context)
    frame = keep_no_finer(frame, context.source.precision)
    frame = keys.with_keys(frame, context.source.code, context.pseudonymisation_key)
    return frame.with_columns(_stored_label())


def _zone(frame: pl.DataFrame, context: Context) -> pl.Expr:
    """The local time of each row's commune, else that of the source."""
    zones = {d: timezone_of(d) for d in frame["departement"].unique().drop_nulls()}
    of_departement = pl.col("departement").replace_strict(zones, default=timezone_of(None))
    return (
        pl.when(pl.col("commune").is_null()).then(pl.lit(context.source.timezone)).otherwise(of_departement)
    )


def _with_quantity(frame: pl.DataFrame) -> pl.DataFrame:
    """How many a row counts: a measure beside the fact, which is one whatever its quantity."""
    if (frame["quantite"] == "").all():
        nothing = pl.lit(None, dtype=pl.String)
        return frame.with_columns(
            pl.lit(1, dtype=pl.Int32).alias("quantity"),
            nothing.alias("fault_quantity"),
            nothing.alias("flag_quantity"),
        )
    read = over_distinct(frame["quantite"], parse_quantity)
    return frame.with_columns(
        pl.Series("quantity", [q if isinstance(q, int) else 1 for q in read], pl.Int32),
        pl.Series("fault_quantity", [q.code if isinstance(q, Fault) else None for q in read], pl.String),
        pl.Series("flag_quantity", [_flag_of_quantity(q) for q in read], pl.String),
    )


def _flag_of_quantity(quantity: int | Absent | Fault) -> str | None:
    if isinstance(quantity, Fault):
        return None
    flag = quantity_flag(quantity) if isinstance(quantity, int) else content.ABSENT_QUANTITY
    return flag.code if flag else None


_CLASSED: Schema = {"category": pl.String, "category_mode": pl.String, "sensitivity": pl.Int16}


def _with_category(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    classifier = context.classing.classifier(context.profile.categories)
    sensitivity = context.classing.sensitivities
    labels = frame["categorie"]

    def classed(label: str) -> Row:
        found = classifier.classify(label)
        return found.code, found.mode.value, sensitivity[found.code]

    return frame.with_columns(
        *spread_distinct(labels, classed, _CLASSED),
        pl.lit(context.classing.version, pl.Int16).alias("taxonomy"),
        labels.str.slice(0, LONGEST_LABEL).alias("source_label"),
    ).with_columns(
        pl.when(pl.col("category_mode") == ClassingMode.DEFAULT.value)
        .then(pl.lit(content.CATEGORY_DEFAULT.code))
        .alias("flag_category")
    )


def _stored_label() -> pl.Expr:
    """The label once the keys are made of it: one that is in no list is kept if it is as short as a label."""
    listed = pl.col("category_mode").is_in([ClassingMode.TABLE.value, ClassingMode.MANUAL.value])
    prose = ~listed & (pl.col("categorie").str.len_chars() > LONGEST_LABEL)
    return pl.when(~prose).then(pl.col("source_label")).alias("source_label")


def _outside(period: Period | None) -> pl.Expr:
    """A fact dated outside the declared period is kept, and said."""
    if period is None:
        return pl.lit(None, dtype=pl.String)
    inside = (pl.col("local_day") >= period.start) & (pl.col("local_day") < period.end)
    return pl.when(~inside).then(pl.lit(content.OUTSIDE_PERIOD.code))


def _with_flags(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    elsewhere = [code for code in frame["commune"].drop_nulls().unique() if code not in context.covered.codes]
    frame = frame.with_columns(
        pl.when(pl.col("commune").is_in(elsewhere))
        .then(pl.lit(place.OUTSIDE_TERRITORY.code))
        .alias("flag_territory"),
        _outside(context.period).alias("flag_period"),
        pl.coalesce(
            "fault_profile",
            "fault_personal",
            "fault_date",
            "fault_geocoding",
            "fault_place",
            "fault_quantity",
        ).alias("fault"),
    )
    # The flag of the category comes last: it goes and comes back when the label is classed (classing.sql).
    flags = sorted((n for n in frame.columns if n.startswith("flag_")), key=lambda n: n == "flag_category")
    codes = pl.concat_str(flags, separator=" ", ignore_nulls=True)  # joined then cut: faster than lists
    return frame.with_columns(codes.str.extract_all(r"\S+").alias("anomalies"))
