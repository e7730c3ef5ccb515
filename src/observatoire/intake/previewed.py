"""What a preview shows: rows as they would be stored, anomalies with their lines; no text of the file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import polars as pl

from observatoire.intake.faults import label_of
from observatoire.intake.profiles.evidence import DateOrder
from observatoire.intake.profiles.model import Profile
from observatoire.intake.profiles.proposing import ColumnMeaning
from observatoire.intake.reading.document import Layout, Notice, SetAside
from observatoire.space.crs import Fit

SHOWN_ROWS = 50
FIRST_LINES = 10


@dataclass(frozen=True, slots=True)
class PreviewedAnomaly:
    """How many of the rows looked at carry a fault or a flag; ``lines`` is empty for a note on the file."""

    code: str
    count: int
    label: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """One row as it would be stored; no text of the file. ``fault``: why it would not be."""

    line: int
    date: date | None
    hour: str | None
    end: str | None
    precision: str | None
    category: str
    category_label: str
    commune: str | None
    has_point: bool
    anomalies: tuple[str, ...]
    fault: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file looks like to us. ``profile`` is a whole profile, to be corrected and stored."""

    layout: Layout
    columns: tuple[ColumnMeaning, ...]
    date_order: DateOrder | None
    declared_epsg: int | None
    fits: tuple[Fit, ...]
    used: Profile | None
    origin: str | None
    profile: dict[str, Any] | None
    rows: tuple[PreviewedRow, ...]
    anomalies: tuple[PreviewedAnomaly, ...]
    examined: int
    complete: bool
    warnings: tuple[str, ...]


def rows_of(draft: pl.DataFrame, labels: dict[str, str], zone: str) -> tuple[PreviewedRow, ...]:
    """The first rows of normalised ones. ``labels``: leaf to label; ``zone``: IANA name, for the ends."""
    shown = draft.head(SHOWN_ROWS).with_columns(
        pl.col("occurred_to").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M%:z").alias("ends"),
        pl.when(pl.col("local_hour").is_not_null()).then(pl.col("local").dt.strftime("%H:%M")).alias("clock"),
        pl.col("longitude").is_not_null().alias("has_point"),
    )
    return tuple(
        PreviewedRow(
            line=row["line"],
            date=row["local_day"],
            hour=row["clock"],
            end=row["ends"],
            precision=row["time_precision"],
            category=row["category"],
            category_label=labels[row["category"]],
            commune=row["commune"],
            has_point=row["has_point"],
            anomalies=tuple(row["anomalies"] or ()),
            fault=row["fault"],
        )
        for row in shown.iter_rows(named=True)
    )


def anomalies_of(
    set_aside: Iterable[SetAside], draft: pl.DataFrame | None, notices: Iterable[Notice]
) -> tuple[PreviewedAnomaly, ...]:
    """Notes on the file, then faults and flags of the rows, the most frequent first."""
    lines: dict[str, list[int]] = defaultdict(list)
    for unread in set_aside:
        lines[unread.fault.code].append(unread.line)
    if draft is not None:
        for line, fault, codes in draft.select("line", "fault", "anomalies").iter_rows():
            for code in [fault] if fault else codes or ():
                lines[code].append(line)
    counted = [
        PreviewedAnomaly(code, len(found), label_of(code), tuple(islice(sorted(found), FIRST_LINES)))
        for code, found in sorted(lines.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    of_file = [PreviewedAnomaly(n.flag.code, n.count, n.flag.label, ()) for n in notices]
    return (*of_file, *counted)
