"""When a row happened: date, hour and end as text, to instants and local clock.

Rows are put together in columns of civil minutes (minutes of the local clock since 1970).
"""

from datetime import date

import polars as pl
import polars.selectors as cs

from observatoire.domain.incident import TimePrecision
from observatoire.intake.faults import time
from observatoire.intake.local_clock import localised, on_local_clock
from observatoire.intake.moment_columns import moment_columns
from observatoire.intake.parsing.dates import latest_admissible
from observatoire.intake.parsing.hours import DAY
from observatoire.intake.parsing.moments import Conventions
from observatoire.intake.profiles.model import TimeRules
from observatoire.intake.reading.document import EPOCH_1900, Notice

_WEEK = 7 * DAY
_HOURLY = [TimePrecision.MINUTE.value, TimePrecision.HOUR.value]
_MOST_MIDNIGHTS = 0.03


def with_time(
    frame: pl.DataFrame, rules: TimeRules, zone: pl.Expr, *, received: date, epoch: date = EPOCH_1900
) -> pl.DataFrame:
    """Add the moment of each row.

    An hour given apart wins over that of the date's cell, and an end given apart over a slot that it
    outlasts. Without a readable hour the day stands; without a readable end, the start.

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
        ``time_precision``, ``written_day`` (day of a date in figures whose order only tells it from the
        month, else null), and columns ``flag_*`` (code or null).
    """
    conventions = Conventions(
        latest_admissible(received), epoch, rules.two_digit_year_base, rules.service_day, rules.slots
    )
    cells = moment_columns(frame, conventions, rules)
    zones = frame.select(zone.alias("zone"), pl.int_range(pl.len()).alias("row"))  # a literal zone fills them
    moments = _ended(_started(_on_local_clock(cells.with_columns(zones["zone"]))))
    return frame.with_columns(_on_both_clocks(moments).get_columns())


def _on_local_clock(cells: pl.DataFrame) -> pl.DataFrame:
    """Instants written with their offset, on the clock of their row; the rest as it is.

    ``exact``, ``exact_until`` and ``e_exact`` keep the instants (minutes since 1970, UTC).
    """
    start, until, end = (
        pl.col("midnight") + pl.col("minutes") - pl.col("offset"),
        pl.col("midnight") + pl.col("until") - pl.col("offset"),
        pl.col("e_midnight") + pl.col("e_minutes") - pl.col("e_offset"),
    )
    cells = cells.with_columns(start.alias("exact"), until.alias("exact_until"), end.alias("e_exact"))
    if cells["exact"].is_null().all() and cells["e_exact"].is_null().all():
        return cells
    clock = on_local_clock(cells.select("zone", "exact", "exact_until", "e_exact"))
    local, local_until, local_end = clock["exact"], clock["exact_until"], clock["e_exact"]
    midnight, end_midnight = local // DAY * DAY, local_end // DAY * DAY
    moved, end_moved = local.is_not_null(), local_end.is_not_null()
    return cells.with_columns(
        pl.when(moved).then(midnight).otherwise("midnight").alias("midnight"),
        pl.when(moved).then(local - midnight).otherwise("minutes").alias("minutes"),
        pl.when(moved).then(local_until - midnight).otherwise("until").alias("until"),
        pl.when(end_moved).then(end_midnight).otherwise("e_midnight").alias("e_midnight"),
        pl.when(end_moved).then(local_end - end_midnight).otherwise("e_minutes").alias("e_minutes"),
        pl.when(end_moved).then(local_end - end_midnight).otherwise("e_floor").alias("e_floor"),
    )


def _started(cells: pl.DataFrame) -> pl.DataFrame:
    """The start, from the date and the hour apart: ``start`` and ``own_stop`` in civil minutes."""
    span = _is_span()
    hourly = pl.col("h_minutes").is_not_null() & ~span
    cells = cells.with_columns(span.alias("span"), hourly.alias("hourly"))

    def chosen(apart: str, own: str) -> pl.Expr:
        return pl.when("hourly").then(apart).otherwise(own)

    def unless_hourly(name: str) -> pl.Expr:
        return pl.when(~pl.col("hourly")).then(name).alias(name)

    minutes, until = chosen("h_minutes", "minutes"), chosen("h_until", "until")
    legible = pl.col("fault").is_null()
    hour_flag = (
        pl.when(pl.col("span") & pl.col("h_given"))
        .then(pl.lit(time.HOUR_WITHOUT_DAY.code))
        .when("hourly")
        .then("h_flag")
        .when(pl.col("minutes").is_null() & ~pl.col("span") & legible)
        .then(pl.coalesce("flag_hour", "h_flag"))
        .otherwise("flag_hour")
    )
    return cells.with_columns(
        (pl.col("midnight") + minutes.fill_null(0)).alias("start"),
        (pl.col("midnight") + until).alias("own_stop"),
        (minutes.is_not_null() & legible).alias("timed"),
        pl.when(legible)
        .then(chosen("h_precision", "precision"))
        .otherwise(pl.lit(TimePrecision.UNKNOWN.value))
        .alias("precision"),
        pl.when(legible).then(hour_flag).alias("flag_hour"),
        pl.when(legible & pl.col("hourly")).then("flag_shift").alias("flag_shift"),
        unless_hourly("exact"),
        unless_hourly("exact_until"),
    )


def _is_span() -> pl.Expr:
    """The date's cell says the end as well: an hour or an end apart add nothing."""
    spans = [TimePrecision.INTERVAL.value, TimePrecision.MONTH.value]
    return pl.col("until").is_not_null() & pl.col("precision").is_in(spans)


def _ended(cells: pl.DataFrame) -> pl.DataFrame:
    """The end: that of the date's cell or of its slot, or the one given apart if it outlasts it."""
    if cells.select(
        (
            pl.col("e_minutes").is_null()
            & pl.col("a_minutes").is_null()
            & ~pl.col("e_bad")
            & ~pl.col("a_bad")
        ).all()
    ).item():
        chosen = cells.with_columns(
            pl.col("own_stop").alias("stop"), pl.col("exact_until").alias("exact_stop")
        )
    else:
        chosen = _with_end_apart(cells)
    long = (pl.col("stop") - pl.col("start") > _WEEK) & (pl.col("precision") == TimePrecision.INTERVAL.value)
    return chosen.with_columns(
        pl.when(long).then(pl.lit(time.INTERVAL_LONG.code)).otherwise("flag_interval").alias("flag_interval")
    )


def _with_end_apart(cells: pl.DataFrame) -> pl.DataFrame:
    apart = pl.col("a_minutes").is_not_null()
    end_day = pl.coalesce("e_midnight", "midnight")
    cells = cells.with_columns(
        (end_day + pl.coalesce("a_minutes", "e_minutes")).alias("end"),
        (end_day + pl.coalesce("a_minutes", "e_floor")).alias("floor"),
        (apart | pl.col("e_timed").fill_null(False)).alias("end_timed"),
        (pl.col("e_bad") | pl.col("a_bad")).alias("bad"),
        (end_day == pl.col("midnight")).alias("same_day"),
        end_day.alias("end_day"),
        pl.when(~apart).then("e_exact").alias("e_exact"),
    )
    # An end known by its hour alone says nothing when the hour of the start is not known.
    given = (
        pl.col("end").is_not_null()
        & ~pl.col("span")
        & ~pl.col("bad")
        & (pl.col("e_midnight").is_not_null() | pl.col("timed"))
    )
    carried = given & pl.col("same_day") & pl.col("end_timed") & (pl.col("end") < pl.col("start"))
    cells = cells.with_columns(
        given.alias("given"),
        carried.alias("carried"),
        (pl.col("end") + pl.when(carried).then(DAY).otherwise(0)).alias("end"),
        (pl.col("floor") + pl.when(carried).then(DAY).otherwise(0)).alias("floor"),
    )
    backwards = (
        pl.when("end_timed")
        .then(pl.col("end") < pl.col("start"))
        .otherwise(pl.col("end_day") < pl.col("midnight"))
    )
    outlasts = (
        pl.when(pl.col("own_stop").is_not_null())
        .then((pl.col("floor") >= pl.col("own_stop")) & (pl.col("end") > pl.col("own_stop")))
        .when("end_timed")
        .then(pl.col("end") > pl.col("start"))
        .otherwise(pl.col("end_day") > pl.col("start"))
    )
    reversed_ = pl.col("given") & backwards
    chosen = pl.col("given") & ~backwards & outlasts
    return cells.with_columns(
        pl.when(chosen).then("end").otherwise("own_stop").alias("stop"),
        pl.when(chosen & ~pl.col("carried"))
        .then("e_exact")
        .when(~chosen)
        .then("exact_until")
        .alias("exact_stop"),
        pl.when(~chosen | pl.col("timed")).then("flag_hour").alias("flag_hour"),
        pl.when(chosen).then(pl.lit(TimePrecision.INTERVAL.value)).otherwise("precision").alias("precision"),
        pl.when(chosen & pl.col("carried") & pl.col("flag_shift").is_null())
        .then(pl.lit(time.INTERVAL_MIDNIGHT.code))
        .when(reversed_)
        .then(pl.lit(time.INTERVAL_REVERSED.code))
        .when(pl.col("bad") & ~pl.col("span") & pl.col("fault").is_null())
        .then(pl.lit(time.INTERVAL_END_UNREADABLE.code))
        .otherwise("flag_interval")
        .alias("flag_interval"),
    )


def _on_both_clocks(cells: pl.DataFrame) -> pl.DataFrame:
    """Instants and local clock; the week begins on Monday."""
    clock = localised(cells.select("zone", "start", "stop", "exact", "exact_stop"))
    civil, hourly = pl.col("civil"), pl.col("time_precision").is_in(_HOURLY)
    day, hour = civil // DAY, civil % DAY // 60
    return pl.concat(
        [
            cells.select(
                pl.col("fault").alias("fault_date"),
                pl.col("precision").alias("time_precision"),
                "written_day",
                "flag_date",
                "flag_hour",
                "flag_shift",
                "flag_interval",
            ),
            clock,
        ],
        how="horizontal",
    ).select(
        "fault_date",
        (civil.cast(pl.Int64) * 60_000_000).cast(pl.Datetime("us")).alias("local"),
        "occurred_from",
        "occurred_to",
        day.cast(pl.Int32).cast(pl.Date).alias("local_day"),
        pl.when(hourly).then(hour).cast(pl.Int16).alias("local_hour"),
        pl.when(hourly).then((day + 3) % 7 * 24 + hour).cast(pl.Int16).alias("hour_of_week"),
        "time_precision",
        "written_day",
        cs.starts_with("flag_"),
    )


class Evidence:
    """What the dates and hours of a whole file say of how it was written, batch after batch."""

    __slots__ = ("_figures", "_midnights", "_proven", "_rules", "_timed")

    def __init__(self, rules: TimeRules) -> None:
        self._rules = rules
        self._figures = self._timed = self._midnights = 0
        self._proven = False

    def observe(self, frame: pl.DataFrame) -> None:
        """Take in a batch that went through ``with_time``."""
        figures = frame["written_day"].drop_nulls()
        self._figures += figures.len()
        self._proven = self._proven or bool((figures > 12).any())
        timed = pl.col("local_hour").is_not_null()
        midnight = (pl.col("local").dt.time() == pl.time(0, 0)) & (
            pl.col("flag_hour").fill_null("") != time.HOUR_24.code
        )
        counts = frame.select(timed.sum().alias("timed"), (timed & midnight).sum().alias("midnights"))
        self._timed += counts["timed"].item()
        self._midnights += counts["midnights"].item()

    def notices(self) -> list[Notice]:
        """A format that no day above 12 proves; 00:00 too frequent to be an hour."""
        found = []
        if self._figures and not self._proven:
            found.append(Notice(time.DATE_UNPROVEN, self._figures))
        if not self._rules.midnight_unknown and self._midnights > _MOST_MIDNIGHTS * self._timed:
            found.append(Notice(time.HOUR_MIDNIGHT, self._midnights))
        return found
