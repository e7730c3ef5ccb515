"""When a row happened: date, hour and end as text, to instants and local clock.

The zone is that of the commune, never that of the server; both nights when the clock changes are
flagged.
"""

from datetime import date, timedelta

import polars as pl

from observatoire.intake.faults import Fault, time
from observatoire.intake.parsing.dates import latest_admissible, parse_date
from observatoire.intake.parsing.hours import Hour, parse_hour
from observatoire.intake.parsing.text import over_distinct
from observatoire.intake.profiles.model import TimeRules
from observatoire.intake.reading.document import EPOCH_1900


def with_time(
    frame: pl.DataFrame, rules: TimeRules, zone: pl.Expr, *, received: date, epoch: date = EPOCH_1900
) -> pl.DataFrame:
    """Add the moment of each row.

    Args:
        frame: text columns ``date``, ``heure``, ``fin``, ``heure_fin`` (empty when unknown).
        rules: how the source writes its hours.
        zone: IANA name of the local time of each row.
        received: day of reception (UTC); a fact may be dated one day later at most.
        epoch: day zero of serial dates in this file.

    Returns:
        The frame with ``fault_date`` (code or null), ``local`` (civil start), ``occurred_from`` and
        ``occurred_to`` (UTC; the end is exclusive, null when there is none), ``local_day``,
        ``local_hour`` and ``hour_of_week`` (null unless precise to the minute or the hour),
        ``time_precision``, and columns ``flag_*`` (code or null).
    """
    latest = latest_admissible(received)
    days = over_distinct(frame["date"], lambda text: parse_date(text, latest))
    hours: list[Hour] = over_distinct(
        frame["heure"], lambda text: parse_hour(text, service_day=rules.service_day)
    )
    frame = frame.with_columns(
        pl.Series("fault_date", [d.code if isinstance(d, Fault) else None for d in days], pl.String),
        pl.Series("day", [None if isinstance(d, Fault) else d for d in days], pl.Date),
        pl.Series("minutes", [h.minutes for h in hours], pl.Int32),
        pl.Series("time_precision", [h.precision.value for h in hours], pl.String),
        pl.Series("flag_hour", [h.flag.code if h.flag else None for h in hours], pl.String),
    )
    local = pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minutes").fill_null(0))
    return _in_local_time(frame.with_columns(local.alias("local")), zone)


def _in_local_time(frame: pl.DataFrame, zone: pl.Expr) -> pl.DataFrame:
    """Local civil time to instants, in the zone of each commune; both DST nights are flagged."""
    clock = frame.select(pl.int_range(pl.len()).alias("row"), "local", "minutes", zone.alias("zone"))
    parts = [_localised(part, str(name)) for (name,), part in clock.group_by("zone", maintain_order=True)]
    found = pl.concat(parts).sort("row") if parts else _localised(clock, "UTC")
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
        .then(pl.lit(time.HOUR_NON_EXISTENT.code))
        .when(pl.col("first") != pl.col("last"))
        .then(pl.lit(time.HOUR_AMBIGUOUS.code))
        .alias("flag_clock"),
    )
    local = pl.col("local")
    hourly = pl.col("minutes").is_not_null()
    return frame.with_columns(
        instants(local, "earliest").dt.convert_time_zone("UTC").alias("occurred_from"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("occurred_to"),
        local.dt.date().alias("local_day"),
        pl.when(hourly).then(local.dt.hour()).cast(pl.Int16).alias("local_hour"),
        pl.when(hourly)
        .then((local.dt.weekday().cast(pl.Int16) - 1) * 24 + local.dt.hour().cast(pl.Int16))
        .cast(pl.Int16)
        .alias("hour_of_week"),
    ).drop("first", "last")
