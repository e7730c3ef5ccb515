"""Pure: the text of one cell to a value, or a fault.

Dates, hours and codes take few distinct values in a file: they are parsed once per distinct
value (``over_distinct``), so the functions stay plain and the columns stay fast.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from observatoire.domain.incident import TimePrecision
from observatoire.intake import faults
from observatoire.intake.faults import Fault, Flag

OLDEST_DATE = date(1990, 1, 1)

MONTHS = {
    "janvier": 1, "janv": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10,
    "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip

_DAY_FIRST = re.compile(r"(\d{1,2})[/\-.](\d{1,2})[/\-.](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/\-.]?(\d{2})[/\-.]?(\d{2})")
_IN_LETTERS = re.compile(r"(?:[a-z]+\.?,? )?(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})")
_HOUR = re.compile(r"(?:vers )?(\d{1,2}) ?(?:[h:.] ?(\d{2})?)? ?(?:(?:m|mn|min)|[:.] ?\d{2}(?:[.,]\d+)?)?")
_HOUR_COMPACT = re.compile(r"(\d{1,2})(\d{2})")
_SLOT_WORDS = re.compile(r"(?:le )?(?:matin|matinee|midi|apres[- ]midi|soir|soiree|nuit|journee)|entre .*")
_INSEE = re.compile(r"(\d{2}|2[AB])\d{3}")
_PERSONAL = re.compile(
    r"(?:\b0[1-9](?:[ .-]?\d{2}){4}\b)|(?:\+33[ .-]?[1-9])|[\w.+-]+@[\w-]+\.\w+|"
    r"\b[A-Z]{2}-?\d{3}-?[A-Z]{2}\b|\b(?:M\.|Mme|Mlle|né[e]? le)\s"
)


def plain(text: str) -> str:
    """Lower case, without accents, spaces collapsed: the form in which labels are compared."""
    if text.isascii():
        return " ".join(text.split()).casefold()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return (
        re.sub(r"\s+", " ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip().casefold()
    )


def parse_date(text: str, latest: date) -> date | Fault:
    """A French or ISO date; two-digit years are of this century.

    ``latest`` is the last admissible day (reception plus 24 hours).
    """
    if not text.strip():
        return faults.MISSING_DATE
    parts = _date_parts(plain(text))
    if parts is None:
        return faults.INVALID_DATE
    try:
        day = date(*parts)
    except ValueError:
        return faults.INVALID_DATE
    return day if OLDEST_DATE <= day <= latest else faults.DATE_OUT_OF_BOUNDS


def _date_parts(text: str) -> tuple[int, int, int] | None:
    if match := _DAY_FIRST.fullmatch(text):
        year = int(match[3])
        return (year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
    if match := _YEAR_FIRST.fullmatch(text):
        return (int(match[1]), int(match[2]), int(match[3]))
    if (match := _IN_LETTERS.fullmatch(text)) and match[2] in MONTHS:
        return (int(match[3]), MONTHS[match[2]], int(match[1]))
    return None


@dataclass(frozen=True, slots=True)
class Hour:
    """A local hour: ``minutes`` after midnight (1,440 and more: the next day), None if unknown."""

    minutes: int | None
    precision: TimePrecision
    flag: Flag | None = None


UNKNOWN_HOUR = Hour(None, TimePrecision.DAY, faults.HOUR_MISSING)
INVALID_HOUR = Hour(None, TimePrecision.DAY, faults.HOUR_INVALID)


def parse_hour(text: str, *, service_day: bool) -> Hour:
    """``22h45``, ``14 h 30``, ``2h``, ``1430``, ``14.30``, ``14:30:00``, ``24:00``, ``soirée``…

    ``service_day``: hours up to 29:59 belong to the operating day and mean the next morning.
    An impossible hour never loses the fact: the date stays, the hour is unknown.
    """
    cell = plain(text)
    if not cell:
        return UNKNOWN_HOUR
    if _SLOT_WORDS.fullmatch(cell):
        return Hour(None, TimePrecision.SLOT, faults.HOUR_SLOT)
    match = _HOUR_COMPACT.fullmatch(cell) if len(cell) >= 3 and cell.isdigit() else _HOUR.fullmatch(cell)
    if match is None:
        return INVALID_HOUR
    return _hour_of(int(match[1]), match[2], approximate=cell.startswith("vers"), service_day=service_day)


def _hour_of(hours: int, minute_text: str | None, *, approximate: bool, service_day: bool) -> Hour:
    minutes = int(minute_text or 0)
    precision = TimePrecision.HOUR if minute_text is None or approximate else TimePrecision.MINUTE
    if minutes > 59:
        return INVALID_HOUR
    if hours < 24:
        return Hour(hours * 60 + minutes, precision)
    if hours == 24 and minutes == 0:
        return Hour(1440, precision, faults.HOUR_24)
    if service_day and hours < 30:
        return Hour(hours * 60 + minutes, precision, faults.SERVICE_HOUR)
    return INVALID_HOUR


@dataclass(frozen=True, slots=True)
class DeclaredCode:
    """A commune code as declared, brought to its written form."""

    code: str
    flag: Flag | None = None


def parse_insee(text: str) -> DeclaredCode | Fault | None:
    """A COG commune code, always text: ``1001`` is 01001, ``2a004`` is 2A004; empty is None."""
    cell = text.strip().upper()
    if not cell:
        return None
    if re.fullmatch(r"\d(?:[.,]\d+)?E\+?\d+", cell):
        return faults.DAMAGED_CODE
    if re.fullmatch(r"\d{4}", cell):
        return DeclaredCode("0" + cell, faults.CODE_PADDED)
    return DeclaredCode(cell) if _INSEE.fullmatch(cell) else faults.UNKNOWN_COMMUNE


def looks_personal(text: str) -> bool:
    """Whether a cell holds a phone, an e-mail, a plate or a title with a name."""
    return _PERSONAL.search(text) is not None


def decimal_comma(column: pl.Expr) -> pl.Expr:
    """French or English decimals to float; spaces of any width are thousands separators.

    What can't be read becomes null; infinities are refused too.
    """
    number = (
        column.str.replace_all(r"[\s\u00a0\u202f]", "")
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
    )
    return pl.when(number.is_finite()).then(number)


def over_distinct(column: pl.Series, function: Callable[[str], Any]) -> list[Any]:
    """Apply a function to each distinct text of a column, then spread the results over its rows."""
    results = {value: function(value) for value in column.unique().to_list()}
    return [results[value] for value in column.to_list()]


def latest_admissible(received: date) -> date:
    """A fact may be dated at most one day after the file was received."""
    return received + timedelta(days=1)
