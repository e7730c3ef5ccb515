"""Files of official series: staged, settled in one transaction, replaced, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Column, Connection, insert, select, text, update

from observatoire.domain.series import Indicator
from observatoire.errors import Conflict, NotFound
from observatoire.store.copying import copy_rows
from observatoire.store.queries import query
from observatoire.store.tables import series_file

LOCK = 4_001
"""Advisory lock: one file of series is written at a time."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What a file tells: its territories (``niveau:code``), its indicators, first days of its periods."""

    territories: tuple[str, ...]
    indicators: tuple[str, ...]
    periods: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """A file of series and its state: ``valide``, ``remplace`` (by another of its edition), ``annule``."""

    number: int
    dataset: str
    edition: str
    geography: int
    transmitted: bool
    state: str
    replaced_by: int | None
    file: dict[str, Any]
    sha256: str
    produced_on: date | None
    lines: dict[str, int]
    anomalies: list[dict[str, Any]]
    imported_at: datetime
    caller: str


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell told twice, differently: how many there are, and the first."""

    number: int
    lines: tuple[int, int]
    indicator: str
    territory: str
    period: date


def lock(connection: Connection) -> None:
    """One file at a time, until the end of the transaction."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})


def save_indicators(connection: Connection, indicators: Iterable[Indicator]) -> None:
    """The catalogue as the answers tell it."""
    connection.execute(
        text(query("series_indicators_saved")),
        [
            {
                "code": i.code,
                "family": i.family,
                "label": i.label,
                "unit": i.unit,
                "denominator": i.denominator,
                "additive": i.additive,
                "overlap": i.overlap,
                "definition": i.definition,
                "caution": i.caution,
            }
            for i in indicators
        ],
    )


def open_staging(connection: Connection) -> None:
    """A temporary table for the cells of one file."""
    connection.execute(text(query("series_staging")))


def stage(connection: Connection, cells: pl.DataFrame) -> None:
    """Add cells, in the columns of the recipes."""
    copy_rows(connection, "staged_series", cells)


def conflict(connection: Connection) -> CellConflict | None:
    """The first cell that the staged rows tell twice, differently."""
    row = connection.execute(text(query("series_conflicts"))).one_or_none()
    if row is None:
        return None
    territory = f"{row.level}:{row.code}"
    return CellConflict(
        row.number, (row.first_line, row.last_line), row.indicator, territory, row.period_start
    )


def settle(connection: Connection, number: int) -> int:
    """Write what was staged as the cells of a file, each once; how many."""
    connection.execute(text("analyze staged_series"))
    return int(connection.execute(text(query("series_settle")), {"file": number}).rowcount)


def clear_staging(connection: Connection) -> None:
    """Ready for other cells of the same file."""
    connection.execute(text("truncate staged_series"))


def same_file(connection: Connection, dataset: str, edition: str, sha256: str) -> SeriesFile | None:
    """The valid file of an edition that has these bytes."""
    row = connection.execute(
        select(*_columns()).where(
            series_file.c.dataset == dataset,
            series_file.c.edition == edition,
            series_file.c.sha256 == sha256,
            series_file.c.state == "valide",
        )
    ).first()
    return _record(row) if row else None


def overlapping(
    connection: Connection, dataset: str, edition: str, extent: Extent
) -> list[tuple[int, Extent]]:
    """Valid files of an edition that tell some of the same cells."""
    rows = connection.execute(
        text(query("series_superseded")),
        {
            "dataset": dataset,
            "edition": edition,
            "territories": list(extent.territories),
            "indicators": list(extent.indicators),
            "periods": list(extent.periods),
        },
    )
    return [(r.number, Extent(tuple(r.territories), tuple(r.indicators), tuple(r.periods))) for r in rows]


def add(connection: Connection, values: dict[str, Any], extent: Extent) -> int:
    """Record a file; its number."""
    row = {
        **values,
        "state": "valide",
        "territories": list(extent.territories),
        "indicators": list(extent.indicators),
        "periods": list(extent.periods),
    }
    return int(
        connection.execute(insert(series_file).values(row).returning(series_file.c.number)).scalar_one()
    )


def tell(connection: Connection, number: int, lines: dict[str, int], anomalies: list[dict[str, Any]]) -> None:
    """What became of the lines of a file, and what was noted."""
    connection.execute(
        update(series_file).where(series_file.c.number == number).values(lines=lines, anomalies=anomalies)
    )


def replace(connection: Connection, numbers: Sequence[int], by: int) -> None:
    """These files give way to another; their cells stay, to be shown again if it is undone."""
    connection.execute(
        update(series_file).where(series_file.c.number.in_(numbers)).values(state="remplace", replaced_by=by)
    )


def undo(connection: Connection, number: int) -> SeriesFile:
    """Take a file back: its cells go, those that it replaced are shown again.

    Raises:
        NotFound: no such file. Conflict: it was undone already, or another has replaced it.
    """
    lock(connection)
    record = get(connection, number)
    if record.state == "annule":
        raise Conflict(f"Le fichier n° {number} est déjà annulé.")
    if record.replaced_by is not None:
        raise Conflict(
            f"Le fichier n° {number} est remplacé par le n° {record.replaced_by} : annulez d'abord celui-ci."
        )
    connection.execute(text("delete from collection.series where file = :file"), {"file": number})
    connection.execute(update(series_file).where(series_file.c.number == number).values(state="annule"))
    connection.execute(
        update(series_file)
        .where(series_file.c.replaced_by == number)
        .values(state="valide", replaced_by=None)
    )
    return get(connection, number)


def get(connection: Connection, number: int) -> SeriesFile:
    """One file.

    Raises:
        NotFound: no such file.
    """
    row = connection.execute(select(*_columns()).where(series_file.c.number == number)).one_or_none()
    if row is None:
        raise NotFound
    return _record(row)


def every(connection: Connection) -> list[SeriesFile]:
    """All files, latest first."""
    rows = connection.execute(select(*_columns()).order_by(series_file.c.number.desc()))
    return [_record(row) for row in rows]


def departements(connection: Connection) -> dict[str, str]:
    """Name to code, as the reference writes them."""
    rows = connection.execute(text("select name, code from reference.territory where level = 'departement'"))
    return {row.name: row.code for row in rows}


def _columns() -> list[Column[Any]]:
    """What a record needs: not the extent, which names every territory of a national base."""
    return [series_file.c[name] for name in SeriesFile.__slots__]


def _record(row: Any) -> SeriesFile:  # noqa: ANN401
    return SeriesFile(**{name: getattr(row, name) for name in SeriesFile.__slots__})
