"""Cells of workbooks as text, as a French reader of the sheet would type them."""

import re
from datetime import date, datetime, time, timedelta

Value = int | float | str | bool | date | time | timedelta

_EXACT = 1e15
"""Above it a double no longer holds every integer: the cell's digits are lost already."""
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def text_of(value: Value) -> str:
    """``1001`` for 1001.0; ISO dates; ``14:30:00``; ``25:10`` for a duration; ``VRAI``."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, timedelta):
        return _clock(round(value.total_seconds()))
    return str(value)


def text_of_open(text: str) -> str:
    """The text of an ODS cell, where calamine leaves durations of more than a day as « PT25H10M00S »."""
    found = text.startswith("PT") and _DURATION.fullmatch(text)
    return _clock(int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])) if found else text


def _clock(seconds: int) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes, rest = divmod(seconds, 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (f":{rest:02d}" if rest else "")
