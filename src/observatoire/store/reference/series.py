"""Official series that their producers publish: the cells of a territory, or their sums."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, Row, select, text

from observatoire.domain.series import DATASETS
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.store.queries import query
from observatoire.store.tables import series_indicator


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of the series; None: everything. ``datasets`` and ``indicators`` are codes."""

    datasets: tuple[str, ...]
    indicators: tuple[str, ...] | None = None
    start: date | None = None
    end: date | None = None
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesSum:
    """The cells of some territories for one indicator and one period, summed (one cell is its own sum).

    ``cells`` counts them, of which ``secret`` and ``absent`` have no number: ``value`` is then the sum of
    the others. ``rate`` is the producer's, of a single cell; ``denominator`` is null unless each has one.
    """

    dataset: str
    indicator: str
    start: date
    end: date
    cells: int
    secret: int
    absent: int
    value: float | None
    rate: float | None
    denominator: float | None
    vintages: tuple[int, ...]
    edition: str
    geography: int
    files: tuple[int, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class IndicatorRecord:
    """An indicator as the answers tell it."""

    code: str
    family: str
    label: str
    unit: str
    denominator: str | None
    additive: bool
    overlap: str | None
    definition: str
    caution: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An indicator of a dataset: the editions that tell it and the periods that these hold."""

    dataset: str
    code: str
    label: str
    unit: str
    denominator: str | None
    additive: bool
    overlap: str | None
    definition: str
    caution: str
    editions: tuple[str, ...]
    first_period: date
    last_period: date


def published(
    connection: Connection, level: TerritoryLevel, codes: Sequence[str], selection: Selection
) -> list[SeriesSum]:
    """Sums over territories of one level of what is published; by dataset, indicator and period."""
    return cells(connection, level, codes, selection, transmitted=False)


def cells(
    connection: Connection,
    level: TerritoryLevel,
    codes: Sequence[str],
    selection: Selection,
    *,
    transmitted: bool,
) -> list[SeriesSum]:
    """See ``published``; transmitted cells leave through ``store.confidential.series`` only."""
    rows = connection.execute(
        text(query("series_values")),
        {
            "level": level,
            "codes": list(codes),
            "transmitted": transmitted,
            "datasets": list(selection.datasets),
            "indicators": None if selection.indicators is None else list(selection.indicators),
            "start": selection.start,
            "end": selection.end,
            "edition": selection.edition,
            "back_cast": [code for code, dataset in DATASETS.items() if dataset.back_cast],
        },
    )
    return [_sum(row) for row in rows]


def _sum(row: Row[tuple[object, ...]]) -> SeriesSum:
    return SeriesSum(
        dataset=row.dataset,
        indicator=row.indicator,
        start=row.period_start,
        end=row.period_end,
        cells=row.cells,
        secret=row.secret,
        absent=row.absent,
        value=row.value,
        rate=row.rate,
        denominator=row.denominator,
        vintages=tuple(row.vintages or ()),
        edition=row.edition,
        geography=row.geography,
        files=tuple(row.files),
    )


def indicators(connection: Connection) -> dict[str, IndicatorRecord]:
    """Every indicator that some file may tell, by code."""
    rows = connection.execute(select(series_indicator)).mappings()
    names = IndicatorRecord.__slots__
    return {row["code"]: IndicatorRecord(**{name: row[name] for name in names}) for row in rows}


def catalogue(connection: Connection) -> list[CatalogueEntry]:
    """Indicators that a valid published file tells, by dataset."""
    rows = connection.execute(text(query("series_catalogue"))).mappings()
    return [CatalogueEntry(**{**row, "editions": tuple(row["editions"])}) for row in rows]


def latest_editions(connection: Connection) -> dict[str, str]:
    """The last edition of each published dataset."""
    rows = connection.execute(text(query("series_latest_editions")))
    return {row.dataset: row.edition for row in rows}


def is_told(connection: Connection, territory: TerritoryCode) -> bool:
    """Whether a published series speaks of a territory, today's or a former one."""
    found = connection.execute(text(query("series_held")), {"level": territory.level, "code": territory.code})
    return bool(found.scalar_one())


def children(connection: Connection, territory: TerritoryCode, level: TerritoryLevel) -> list[str]:
    """Codes of a level that lie in a territory today."""
    rows = connection.execute(
        text(
            "select child_code from reference.membership where child_level = :level "
            "and parent_level = :parent and parent_code = :code and valid_to is null order by child_code"
        ),
        {"level": level, "parent": territory.level, "code": territory.code},
    )
    return [row[0] for row in rows]
