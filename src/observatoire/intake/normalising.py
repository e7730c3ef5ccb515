"""Renamed text to normalised facts, a column at a time. No row disappears here.

Each step adds columns; ``fault`` holds the code of the first fault of a row (null when the row
can be stored) and ``anomalies`` the codes of its flags.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from observatoire.domain.incident import Category
from observatoire.domain.source import Source
from observatoire.domain.territory import timezone_of
from observatoire.intake import keys, locating
from observatoire.intake.classification import Classifier
from observatoire.intake.dating import with_time
from observatoire.intake.faults import content, place
from observatoire.intake.parsing.text import over_distinct
from observatoire.intake.personal import looks_personal
from observatoire.intake.profiles.model import Profile
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
    epoch: date
    pseudonymisation_key: bytes


def normalise(renamed: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Text fields to fact columns, ``fault``, ``fault_field`` text and ``anomalies``."""
    frame = locating.locate(renamed, context.gazetteer)
    frame = _with_category(frame, context)
    frame = with_time(
        frame, context.profile.time, _zone(frame, context), received=context.received, epoch=context.epoch
    )
    frame = _with_quantity(frame)
    frame = _with_flags(frame, context)
    return keys.with_keys(frame, context.source.code, context.pseudonymisation_key)


def _zone(frame: pl.DataFrame, context: Context) -> pl.Expr:
    """The local time of each row's commune, else that of the source."""
    zones = {d: timezone_of(d) for d in frame["departement"].unique().drop_nulls()}
    of_departement = pl.col("departement").replace_strict(zones, default=timezone_of(None))
    return (
        pl.when(pl.col("commune").is_null()).then(pl.lit(context.source.timezone)).otherwise(of_departement)
    )


def _with_quantity(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(1).alias("quantity"))


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
        pl.Series(
            "fault_category", [content.PERSONAL_VALUE.code if p else None for p in personal], pl.String
        ),
        labels.str.slice(0, 120).alias("source_label"),
    ).with_columns(
        pl.when(pl.col("category_mode") == "defaut")
        .then(pl.lit(content.CATEGORY_DEFAULT.code))
        .alias("flag_category")
    )


@lru_cache(maxsize=32)
def _classifier(categories: tuple[Category, ...], table: tuple[tuple[str, str], ...]) -> Classifier:
    """One per taxonomy and profile: its hundred patterns are compiled once."""
    return Classifier(categories, dict(table))


def _with_flags(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    elsewhere = [code for code in frame["commune"].drop_nulls().unique() if code not in context.covered]
    frame = frame.with_columns(
        pl.when(pl.col("commune").is_in(elsewhere))
        .then(pl.lit(place.OUTSIDE_TERRITORY.code))
        .alias("flag_territory"),
        pl.coalesce("fault_date", "fault_place", "fault_category").alias("fault"),
    )
    flags = [name for name in frame.columns if name.startswith("flag_")]
    codes = pl.concat_str(flags, separator=" ", ignore_nulls=True)  # joined then cut: faster than lists
    return frame.with_columns(codes.str.extract_all(r"\S+").alias("anomalies"))
