"""Text columns to columns of civil minutes: each distinct text is parsed once.

Minutes count from the midnight of the day that the cell gives (``midnight``: minutes since 1970).
"""

import re
from dataclasses import replace
from datetime import date

import polars as pl

from observatoire.domain.incident import TimePrecision
from observatoire.intake.faults import Fault, time
from observatoire.intake.parsing.dates import day_at, serial_in
from observatoire.intake.parsing.hours import DAY, UNKNOWN_HOUR, Hour, minutes_of_fraction, parse_hour
from observatoire.intake.parsing.moments import Conventions, Moment, parse_end, parse_moment, with_hour
from observatoire.intake.parsing.numbers import has_foreign_digits
from observatoire.intake.parsing.text import Row, Schema, plain, spread_distinct
from observatoire.intake.profiles.model import TimeRules

_MOMENT: Schema = {
    "midnight": pl.Int32, "minutes": pl.Int32, "until": pl.Int32, "precision": pl.String, "offset": pl.Int32,
    "written_day": pl.Int8, "flag_date": pl.String, "flag_hour": pl.String, "flag_interval": pl.String,
    "fault": pl.String,
}  # fmt: skip
_HOUR: Schema = {
    "h_minutes": pl.Int32, "h_until": pl.Int32, "h_precision": pl.String, "h_flag": pl.String,
    "flag_shift": pl.String, "h_given": pl.Boolean,
}  # fmt: skip
_END: Schema = {
    "e_midnight": pl.Int32, "e_minutes": pl.Int32, "e_floor": pl.Int32, "e_timed": pl.Boolean,
    "e_offset": pl.Int32, "e_bad": pl.Boolean,
}  # fmt: skip
_APART: Schema = {"a_minutes": pl.Int32, "a_bad": pl.Boolean}
_NO_MOMENT: Row = (None,) * len(_MOMENT)

_MANY = 4_000
"""Distinct cells above which a day and its hour are parsed apart: one by one costs about 10 µs each."""

_DECIMALS = re.compile(r"[.,]([0-9]{1,20})")
_ANY_DAY = date(2000, 1, 1)
_EPOCH = date(1970, 1, 1).toordinal()


def moment_columns(frame: pl.DataFrame, conventions: Conventions, rules: TimeRules) -> pl.DataFrame:
    """What the four cells of each row say of when, side by side.

    Args:
        frame: text columns ``date``, ``heure``, ``fin``, ``heure_fin``.
        conventions: how cells are written.
        rules: what their hours mean.

    Returns:
        Of the date: ``midnight``, ``minutes``, ``until``, ``precision``, ``offset``, ``written_day`` (day of
        a date in figures), ``flag_date``, ``flag_hour``, ``flag_interval``, ``fault``. Of the hour:
        ``h_minutes``, ``h_until``, ``h_precision``, ``h_flag``, ``flag_shift``, ``h_given``. Of the end:
        ``e_midnight`` (null for an hour alone), ``e_minutes`` (exclusive end), ``e_floor`` (where the day
        or the slot that ends the fact begins), ``e_timed``, ``e_offset``, ``e_bad`` (unreadable). Of the
        hour of the end: ``a_minutes``, ``a_bad``.
    """
    return pl.concat(
        [
            _moments(frame["date"], conventions, rules),
            spread_distinct(frame["heure"], lambda text: _hour_row(text, conventions, rules), _HOUR),
            spread_distinct(frame["fin"], lambda text: _end_row(parse_end(text, conventions)), _END),
            spread_distinct(frame["heure_fin"], lambda text: _apart_row(text, conventions), _APART),
        ],
        how="horizontal",
    )


def _moments(column: pl.Series, conventions: Conventions, rules: TimeRules) -> pl.DataFrame:
    """The date cells. A day and its hour in one cell take as many texts as rows; each half takes few."""
    cells = column.fill_null("")

    def whole(text: str) -> Row:
        return _moment_row(parse_moment(text, conventions), rules)

    if cells.to_frame("cell").select(pl.col("cell").approx_n_unique()).item() <= _MANY:
        return spread_distinct(cells, whole, _MOMENT)
    halves = _halved(cells, conventions, rules)
    sure = halves["sure"]
    if sure.all():
        return halves.drop("sure")
    others = spread_distinct(cells.filter(~sure), whole, _MOMENT)
    places = pl.select(pl.when(~sure).then((~sure).cum_sum() - 1)).to_series()
    others = others.select(pl.all().gather(places))
    return pl.select(pl.when(sure).then(halves[name]).otherwise(others[name]).alias(name) for name in _MOMENT)


def _halved(cells: pl.Series, conventions: Conventions, rules: TimeRules) -> pl.DataFrame:
    """``12/03/2026 22:45``, ``2026-03-12T22:45:00`` and ``46093,948`` cut after the day.

    ``sure`` is false where a cell is written otherwise, or where a half alone does not decide.
    """
    texts = cells.str.strip_chars()
    cut = (
        pl.when(texts.str.contains(r"^[0-9]{5}[.,]"))
        .then(5)
        .when(texts.str.slice(10, 1) == "T")
        .then(10)
        .otherwise(texts.str.find(" ", literal=True))
    )
    halves = pl.select(texts.alias("text"), cut.alias("cut")).select(
        pl.col("text").str.slice(0, pl.col("cut")).fill_null("").alias("head"),
        pl.col("text").str.slice(pl.col("cut")).fill_null("").alias("tail"),
    )
    sides: Schema = {"serial": pl.Boolean}
    heads = spread_distinct(halves["head"], lambda text: _head_row(text, conventions, rules), _MOMENT | sides)
    tails = spread_distinct(halves["tail"], lambda text: _tail_row(text, conventions, rules), _MOMENT | sides)
    sides_of_tails = tails["serial"]
    of_head = ("midnight", "written_day", "flag_date", "fault")
    if heads["fault"].null_count() < heads.height:
        legible = heads["fault"].is_null()
        tails = tails.with_columns(pl.when(legible).then(pl.all()).name.keep())
    whole = [(heads if name in of_head else tails)[name] for name in _MOMENT]
    return pl.DataFrame([*whole, (heads["serial"] == sides_of_tails).fill_null(False).alias("sure")])


def _head_row(text: str, conventions: Conventions, rules: TimeRules) -> Row:
    """The day of a cell cut in two; ``serial`` is null when this is not one."""
    cell = plain(text)
    row = _moment_row(parse_moment(text, conventions), rules)
    if serial_in(cell, conventions.epoch, conventions.latest):
        return (*row, True)
    written = day_at(cell, conventions.century)
    return (*row, False if written is not None and written.end == len(cell) else None)


def _tail_row(text: str, conventions: Conventions, rules: TimeRules) -> Row:
    """The hour of a cell cut in two; ``serial`` is null when this is not one."""
    if has_foreign_digits(text):
        return (*_NO_MOMENT, None)
    if decimals := _DECIMALS.fullmatch(text):
        minutes = minutes_of_fraction(decimals[1]) if decimals[1].strip("0") else None
        found: Moment | None = Moment(_ANY_DAY, minutes, precision=_precision_of(minutes))
        serial = True
    else:
        separated = (" " if text[:1].isspace() else "") + plain(text)
        found, serial = with_hour(Moment(_ANY_DAY), separated, conventions), False
    if found is None or (found.minutes is None and not serial):
        return (*_NO_MOMENT, None)
    return (*_moment_row(found, rules), serial)


def _precision_of(minutes: int | None) -> TimePrecision:
    return TimePrecision.DAY if minutes is None else TimePrecision.MINUTE


def _moment_row(found: Moment | Fault, rules: TimeRules) -> Row:
    if isinstance(found, Fault):
        return (*_NO_MOMENT[:-1], found.code)
    if rules.midnight_unknown and found.minutes == 0 and found.until is None:
        found = replace(found, minutes=None, precision=TimePrecision.DAY, flag_hour=time.HOUR_MIDNIGHT)
    return (
        (found.day.toordinal() - _EPOCH) * DAY,
        found.minutes,
        found.until,
        found.precision.value,
        found.offset,
        found.day.day if found.day_first else None,
        *(flag and flag.code for flag in (found.flag_date, found.flag_hour, found.flag_interval)),
        None,
    )


def _hour_row(text: str, conventions: Conventions, rules: TimeRules) -> Row:
    hour = parse_hour(text, service_day=conventions.service_day, slots=conventions.slots)
    if rules.midnight_unknown and hour.minutes == 0 and hour.until is None:
        hour = Hour(None, TimePrecision.DAY, time.HOUR_MIDNIGHT)
    start, until = hour.minutes, hour.until
    shifted = start is not None and start < rules.day_starts_at
    if start is not None and shifted:
        start, until = start + DAY, None if until is None else until + DAY
    return (
        start,
        until,
        hour.precision.value,
        hour.flag and hour.flag.code,
        time.SHIFT_HOUR.code if shifted else None,
        hour is not UNKNOWN_HOUR,
    )


def _end_row(found: Moment | Hour | Fault | None) -> Row:
    """``e_minutes`` is the exclusive end, ``e_floor`` where a day or a slot that ends the fact begins."""
    if isinstance(found, Hour):
        end = found.minutes if found.until is None else found.until
        return (None, end, found.minutes, True, None, False)
    if not isinstance(found, Moment):
        return (None, None, None, None, None, found is not None)
    timed = found.minutes is not None
    if found.until is not None and not timed:
        return (None, None, None, None, None, True)  # a week or a month is no end
    end = found.minutes if found.until is None else found.until
    midnight = (found.day.toordinal() - _EPOCH) * DAY
    return (midnight, end if timed else DAY, found.minutes or 0, timed, found.offset, False)


def _apart_row(text: str, conventions: Conventions) -> Row:
    hour = parse_hour(text, service_day=conventions.service_day, slots=conventions.slots)
    end = hour.minutes if hour.until is None else hour.until
    return (end, end is None and hour is not UNKNOWN_HOUR)
