"""INSEE's file of the movements of communes (``v_mvt_commune``) to today's codes, and to what can't be told.

Since 1943: mergers (MOD 31 to 34), changes of département (41), creations (20), re-establishments (21),
suppressions (30), new names and seats (10, 50), delegations (35, 70, 71). Only rows from commune to commune
speak of codes. A code is followed from the day when it last disappeared, through later movements, to codes of
the current list: an earlier merger that was undone leads nowhere.

A commune that was divided can't be followed: its facts belong to one of its parts, and only their points can
tell which. Such divisions are returned apart, those of codes that still exist (85084 until 2024) included.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from observatoire.atlas.errors import InvalidMovements

MOST_HOPS = 6
"""Movements in a row that are followed; the real file needs three."""
COLUMNS = ("MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "TYPECOM_AP", "COM_AP")
COMMUNE = "COM"

Events = Mapping[str, Mapping[date, frozenset[str]]]
"""Code before, day of effect, codes after."""


@dataclass(frozen=True, slots=True)
class Division:
    """Facts of ``code`` before ``until`` may be of any of ``parts``, codes of today."""

    code: str
    until: date
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Movements:
    """``former``: codes that are no more, to the only one that they became; ``divisions``: all the others."""

    former: Mapping[str, str]
    divisions: tuple[Division, ...]


def read_movements(path: Path) -> pl.DataFrame:
    """Rows of the file from commune to commune: ``before, day, after``.

    Raises:
        InvalidMovements: unreadable, a column lacks, a date or a code is none, or no row is of a commune.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InvalidMovements("ce n'est pas un fichier CSV en UTF-8") from error
    names = {name.upper(): name for name in frame.columns}
    if lacking := [name for name in COLUMNS if name not in names]:
        raise InvalidMovements(f"colonne absente : {', '.join(lacking)}")
    frame = frame.select(pl.col(names[name]).str.strip_chars().alias(name) for name in COLUMNS)
    both = (pl.col("TYPECOM_AV") == COMMUNE) & (pl.col("TYPECOM_AP") == COMMUNE)
    found = frame.with_row_index("line", offset=2).filter(both)
    if found.is_empty():
        raise InvalidMovements("aucune ligne de commune à commune (TYPECOM « COM »)")
    _check(found)
    return found.select(
        pl.col("COM_AV").alias("before"),
        pl.col("DATE_EFF").str.to_date("%Y-%m-%d").alias("day"),
        pl.col("COM_AP").alias("after"),
    )


def _check(found: pl.DataFrame) -> None:
    code = r"^(\d{2}|2[AB])\d{3}$"
    sound = (
        pl.col("COM_AV").str.contains(code)
        & pl.col("COM_AP").str.contains(code)
        & pl.col("DATE_EFF").str.to_date("%Y-%m-%d", strict=False).is_not_null()
    )
    wrong = found.filter(~sound.fill_null(value=False))
    if not wrong.is_empty():
        raise InvalidMovements(f"code ou date illisible à la ligne {wrong['line'][0]}")


def follow_all(rows: pl.DataFrame, current: Iterable[str]) -> Movements:
    """Every code of the file that is no more, and every division, in the light of the current list."""
    today = frozenset(current)
    events = _events(rows)
    ends = {code: _followed(code, date.min, events, today, MOST_HOPS) for code in events if code not in today}
    former = {code: next(iter(found)) for code, found in ends.items() if len(found) == 1}
    lost = [
        Division(code, _last_end(code, date.min, events) or date.min, found)
        for code, found in ends.items()
        if len(found) > 1
    ]
    kept = [division for code in events if code in today for division in _divided(code, events, today)]
    return Movements(former, tuple(sorted([*lost, *kept], key=lambda d: (d.code, d.until))))


def _events(rows: pl.DataFrame) -> Events:
    found: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for before, day, after in rows.iter_rows():
        found[before][day].add(after)
    return {code: {day: frozenset(after) for day, after in days.items()} for code, days in found.items()}


def _last_end(code: str, since: date, events: Events) -> date | None:
    """The last day, from ``since``, when a code gave place to others."""
    days = [day for day, after in events.get(code, {}).items() if day >= since and code not in after]
    return max(days, default=None)


def _followed(code: str, since: date, events: Events, today: frozenset[str], hops: int) -> frozenset[str]:
    """Codes of today that a code became; none where the file loses it, or turns in circles."""
    end = _last_end(code, since, events)
    if end is None or hops == 0:
        return frozenset()
    found: set[str] = set()
    for after in events[code][end]:
        found |= {after} if after in today else _followed(after, end, events, today, hops - 1)
    return frozenset(found)


def _divided(code: str, events: Events, today: frozenset[str]) -> list[Division]:
    """Days when a code of today gave a part of itself to others, and kept the rest."""
    found = []
    for day, after in events[code].items():
        if code not in after or len(after) == 1:
            continue
        parts = [
            {part} if part in today else _followed(part, day, events, today, MOST_HOPS) for part in after
        ]
        whole = frozenset().union(*parts)
        if len(whole) > 1:
            found.append(Division(code, day, whole))
    return found
