"""Renamed text to normalised facts, a column at a time. No row disappears here.

Each step adds columns; ``fault`` holds the code of the first fault of a row (null when the row
can be stored) and ``anomalies`` the codes of its flags.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from observatoire.domain.incident import Category
from observatoire.domain.source import Source
from observatoire.domain.territory import timezone_of
from observatoire.intake import faults, keys, locating
from observatoire.intake.classification import Classifier
from observatoire.intake.faults import Fault
from observatoire.intake.parsing import (
    Hour,
    latest_admissible,
    looks_personal,
    over_distinct,
    parse_date,
    parse_hour,
)
from observatoire.intake.profiles import Profile
from observatoire.store.reference.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Context:
    """What normalising needs besides the file."""

    source: Source
    profile: Profile
    categories: tuple[Category, ...]
    gazetteer: Gazetteer
    covered: frozenset[str]
    received: date
    pseudonymisation_key: bytes


def normalise(renamed: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Text fields to fact columns, ``fault``, ``fault_field`` text and ``anomalies``."""
    frame = locating.locate(renamed, context.gazetteer)
    frame = _with_category(frame, context)
    frame = _with_time(frame, context)
    frame = _with_flags(frame, context)
    return keys.with_keys(frame, context.source.code, context.pseudonymisation_key)


def _with_category(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    classifier = _classifier(context.categories, tuple(sorted(context.profile.categories.items())))
    sensitivity = {category.code: category.sensitivity for category in context.categories}
    labels = frame["categorie"]
    classed = over_distinct(labels, classifier.classify)
    personal = over_distinct(labels, looks_personal)
    return frame.with_columns(
        pl.Series("category", [c.code for c in classed], pl.String),
        pl.Series("category_mode", [c.mode for c in classed], pl.String),
        pl.Series("sensitivity", [sensitivity[c.code] for c in classed], pl.Int16),
        pl.Series("fault_category", [faults.PERSONAL_VALUE.code if p else None for p in personal], pl.String),
        labels.str.slice(0, 120).alias("source_label"),
    ).with_columns(
        pl.when(pl.col("category_mode") == "defaut")
        .then(pl.lit(faults.CATEGORY_DEFAULT.code))
        .alias("flag_category")
    )


@lru_cache(maxsize=32)
def _classifier(categories: tuple[Category, ...], table: tuple[tuple[str, str], ...]) -> Classifier:
    """One per taxonomy and profile: its hundred patterns are compiled once."""
    return Classifier(categories, dict(table))


def _with_time(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    latest = latest_admissible(context.received)
    days = over_distinct(frame["date"], lambda text: parse_date(text, latest))
    hours: list[Hour] = over_distinct(
        frame["heure"], lambda text: parse_hour(text, service_day=context.profile.service_day)
    )
    frame = frame.with_columns(
        pl.Series("fault_date", [d.code if isinstance(d, Fault) else None for d in days], pl.String),
        pl.Series("day", [None if isinstance(d, Fault) else d for d in days], pl.Date),
        pl.Series("minutes", [h.minutes for h in hours], pl.Int32),
        pl.Series("time_precision", [h.precision.value for h in hours], pl.String),
        pl.Series("flag_hour", [h.flag.code if h.flag else None for h in hours], pl.String),
    )
    local = pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minutes").fill_null(0))
    return _in_local_time(frame.with_columns(local.alias("local")), context)


def _in_local_time(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Local civil time to instants, in the zone of each commune; both DST nights are flagged."""
    zone = (
        pl.when(pl.col("commune").is_null())
        .then(pl.lit(context.source.timezone))
        .otherwise(
            pl.col("departement").replace_strict(
                {d: timezone_of(d) for d in frame["departement"].unique().drop_nulls()},
                default=timezone_of(None),
            )
        )
    )
    clock = frame.select(pl.int_range(pl.len()).alias("row"), "local", "minutes", zone.alias("zone"))
    parts = [_localised(part, str(name)) for (name,), part in clock.group_by("zone", maintain_order=True)]
    found = pl.concat(parts).sort("row") if parts else _localised(clock, context.source.timezone)
    return frame.with_columns(found.drop("row", "minutes").get_columns())


def _localised(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    def instants(column: pl.Expr, which: str) -> pl.Expr:
        return column.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")  # type: ignore[arg-type]

    frame = frame.with_columns(
        instants(pl.col("local"), "earliest").alias("first"),
        instants(pl.col("local"), "latest").alias("last"),
    )
    missing = pl.col("first").is_null() & pl.col("local").is_not_null()
    frame = frame.with_columns(
        pl.when(missing).then(pl.col("local") + timedelta(hours=1)).otherwise(pl.col("local")).alias("local"),
        pl.when(missing)
        .then(pl.lit(faults.HOUR_NON_EXISTENT.code))
        .when(pl.col("first") != pl.col("last"))
        .then(pl.lit(faults.HOUR_AMBIGUOUS.code))
        .alias("flag_clock"),
    )
    local = pl.col("local")
    hourly = pl.col("minutes").is_not_null()
    return frame.with_columns(
        instants(local, "earliest").dt.convert_time_zone("UTC").alias("occurred_from"),
        local.dt.date().alias("local_day"),
        pl.when(hourly).then(local.dt.hour()).cast(pl.Int16).alias("local_hour"),
        pl.when(hourly)
        .then((local.dt.weekday().cast(pl.Int16) - 1) * 24 + local.dt.hour().cast(pl.Int16))
        .cast(pl.Int16)
        .alias("hour_of_week"),
    ).drop("first", "last")


def _with_flags(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    elsewhere = [code for code in frame["commune"].drop_nulls().unique() if code not in context.covered]
    frame = frame.with_columns(
        pl.when(pl.col("commune").is_in(elsewhere))
        .then(pl.lit(faults.OUTSIDE_TERRITORY.code))
        .alias("flag_territory"),
        pl.coalesce("fault_date", "fault_place", "fault_category").alias("fault"),
    )
    flags = [name for name in frame.columns if name.startswith("flag_")]
    codes = pl.concat_str(flags, separator=" ", ignore_nulls=True)  # joined then cut: faster than lists
    return frame.with_columns(codes.str.extract_all(r"\S+").alias("anomalies"))
