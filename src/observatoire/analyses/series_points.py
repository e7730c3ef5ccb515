"""From sums of cells to the points of a series: one cell, or the sum of every part, or a reason why not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from observatoire.analyses.series_words import reason_for, wording
from observatoire.disclosure.released import ValueState
from observatoire.domain.series import DATASETS
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.reference.series import IndicatorRecord, SeriesSum


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that may be missing: its state says why, and ``wording`` how it reads."""

    value: float | None
    state: ValueState
    wording: str | None


@dataclass(frozen=True, slots=True)
class Rate:
    """For 1,000 of the denominator, of one vintage or of several; ``computed``: by us, from a sum."""

    value: float
    denominator: str
    denominator_value: float | None
    vintages: tuple[int, ...]
    computed: bool


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A period of a series. ``reason``: why a sum could not be made."""

    period: str
    value: Measure
    rate: Rate | None
    edition: str | None
    geography: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The territories that make a level that is not told; none where a level is told or nothing makes it."""

    level: TerritoryLevel | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficialSeries:
    """One indicator of one dataset; ``made_of``: the level that was summed, ``parts`` its number."""

    dataset: str
    indicator: IndicatorRecord
    made_of: TerritoryLevel | None
    parts: int
    points: tuple[SeriesPoint, ...]
    files: tuple[int, ...]


def compose(
    direct: list[SeriesSum],
    of_parts: list[SeriesSum],
    parts: dict[str, Parts],
    known: dict[str, IndicatorRecord],
) -> list[OfficialSeries]:
    """Series of a territory: those told of it, then those that its parts make and nothing tells."""
    told = [_series(rows, None, 1, known) for rows in _by_series(direct)]
    covered = {(found.indicator.family, found.indicator.code) for found in told}
    made = [
        _series(rows, parts[rows[0].dataset].level, len(parts[rows[0].dataset].codes), known)
        for rows in _by_series(of_parts)
        if (known[rows[0].indicator].family, rows[0].indicator) not in covered
    ]
    return list(_with_every_period([*told, *made]))


def _by_series(rows: list[SeriesSum]) -> Iterator[list[SeriesSum]]:
    """Rows come in order of dataset, indicator and period."""
    for _, group in groupby(rows, key=lambda row: (row.dataset, row.indicator)):
        yield list(group)


def _series(
    rows: list[SeriesSum], made_of: TerritoryLevel | None, parts: int, known: dict[str, IndicatorRecord]
) -> OfficialSeries:
    indicator = known[rows[0].indicator]
    files = tuple(sorted({number for row in rows for number in row.files}))
    points = tuple(_point(row, indicator, made_of, parts) for row in rows)
    return OfficialSeries(rows[0].dataset, indicator, made_of, parts, points, files)


def _point(
    row: SeriesSum, indicator: IndicatorRecord, made_of: TerritoryLevel | None, parts: int
) -> SeriesPoint:
    state, reason = _state(row, indicator, made_of, parts)
    known = state in (ValueState.PUBLISHED, ValueState.ZERO)
    measure = Measure(
        row.value if known else None, state, wording(state, indicator.unit, refused=reason is not None)
    )
    rate = _rate(row, indicator) if known else None
    return SeriesPoint(_period(row.start, row.end), measure, rate, row.edition, row.geography, reason)


def _state(
    row: SeriesSum, indicator: IndicatorRecord, made_of: TerritoryLevel | None, parts: int
) -> tuple[ValueState, str | None]:
    reason = reason_for(row, indicator, made_of, parts) if made_of else None
    if reason is not None:
        hidden = row.secret and indicator.additive and row.cells == parts
        return (ValueState.SECRET if hidden else ValueState.ABSENT), reason
    if row.secret:
        return ValueState.SECRET, None
    if row.absent or row.value is None:
        return ValueState.ABSENT, None
    return (ValueState.ZERO if row.value == 0 else ValueState.PUBLISHED), None


def _rate(row: SeriesSum, indicator: IndicatorRecord) -> Rate | None:
    if indicator.denominator is None:
        return None
    if row.rate is not None:
        return Rate(row.rate, indicator.denominator, row.denominator, row.vintages, computed=False)
    if row.cells == 1 or not row.denominator or row.value is None:
        return None  # the producer gave no rate of its own figure: nor do we
    rate = 1000 * row.value / row.denominator
    return Rate(rate, indicator.denominator, row.denominator, row.vintages, computed=True)


def _period(start: date, end: date) -> str:
    return f"{start:%Y}" if (end - start).days > 31 else f"{start:%Y-%m}"


def _with_every_period(found: list[OfficialSeries]) -> Iterator[OfficialSeries]:
    """Periods that the dataset tells and a series lacks are absent points, not holes."""
    periods: dict[str, set[str]] = {}
    for row in found:
        if not _is_denominator(row):
            periods.setdefault(row.dataset, set()).update(point.period for point in row.points)
    for row in found:
        told = {point.period for point in row.points}
        gaps = set() if _is_denominator(row) else periods[row.dataset] - told
        absent = Measure(None, ValueState.ABSENT, wording(ValueState.ABSENT, row.indicator.unit))
        points = (*row.points, *(SeriesPoint(gap, absent, None, None, None) for gap in gaps))
        yield replace(row, points=tuple(sorted(points, key=lambda point: point.period)))


def _is_denominator(row: OfficialSeries) -> bool:
    """A population told beside facts has a point by vintage, not by year of the facts."""
    return row.indicator.family == "insee" and DATASETS[row.dataset].back_cast
