"""The « état 4001 »: facts recorded by police and gendarmerie, by index.

Open files have a column per département, by NAME, and no overseas one; tables sent to a town hall have a
column per month. The index decides, never the position: four of the 107 are not used.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

import polars as pl

from observatoire.domain.series import Indicator
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.intake.parsing.dates import month_in
from observatoire.intake.parsing.text import plain
from observatoire.intake.series import cells as c
from observatoire.intake.series.cells import Cells, Described
from observatoire.intake.series.errors import MissingSeriesColumns, UnknownSeries

PREFIX = "etat4001_"
_INDEX = re.compile(r"n?°? ?(?:o )?index")
_LABEL = re.compile(r"index de l'etat 4001|libelle(?: de l'index)?")
_NATION = ("metropole", "france metropolitaine")
_CENTURY = 2000


def is_open(header: tuple[str, ...]) -> bool:
    """Whether a header is that of an open file: an index, and the départements by name."""
    forms = [plain(name) for name in header]
    return any(map(_INDEX.fullmatch, forms)) and any(
        form.startswith("index de l'etat 4001") for form in forms
    )


def months_of(header: tuple[str, ...]) -> dict[str, tuple[date, date]]:
    """Columns of a transmitted table that tell a month; cumulated columns are not among them."""
    if not any(_INDEX.fullmatch(plain(name)) for name in header):
        return {}
    found = {name: month_in(plain(name), _CENTURY) for name in header}
    return {name: bounds for name, bounds in found.items() if bounds}


def _column(header: tuple[str, ...], pattern: re.Pattern[str], told: str) -> str:
    for name in header:
        if pattern.fullmatch(plain(name)):
            return name
    raise MissingSeriesColumns("état 4001", told)


class IndexedRecipe:
    """Rows by index, a column per territory or per month, to cells."""

    def __init__(
        self,
        header: tuple[str, ...],
        indicators: dict[str, Indicator],
        columns: Mapping[str, tuple[TerritoryCode, date, date]],
        total: str | None = None,
    ) -> None:
        """``columns``: what each counted column tells; ``total``: the column that sums them, if any."""
        self._index = _column(header, _INDEX, "l'index (N°Index)")
        self._label = _column(header, _LABEL, "le libellé de l'index")
        self._columns, self._total = dict(columns), total
        self._labels = {i.code: plain(i.label) for i in indicators.values() if i.family == "etat_4001"}

    def __call__(self, rows: pl.DataFrame) -> Cells:
        """One cell per row and counted column."""
        told: Counter[Described] = Counter()
        noted: Counter[Described] = Counter()
        rows = rows.with_columns(
            (PREFIX + pl.col(self._index).str.strip_chars().str.zfill(2)).alias("indicator")
        )
        rows = c.set_aside(rows, pl.col("indicator").is_in(list(self._labels)), c.UNUSED_INDEX, told)
        noted[c.LABEL_DIFFERS] += sum(map(self._is_other_label, rows["indicator"], rows[self._label]))
        for name in (*self._columns, *([self._total] if self._total else [])):
            rows = c.with_numbers(rows, name, whole=True)
        noted[c.TOTAL_DIFFERS] += self._different_totals(rows)
        found = pl.concat([self._cells_of(rows, name) for name in self._columns])
        noted[c.MISSING_VALUE] += found.filter(pl.col("state") == "absent").height
        return Cells(found, None, told, noted)

    def _is_other_label(self, code: str, label: str) -> bool:
        ours, theirs = self._labels[code], plain(label)
        return not (ours.startswith(theirs) or theirs.startswith(ours))

    def _different_totals(self, rows: pl.DataFrame) -> int:
        if self._total is None:
            return 0
        total = c.number(self._total)
        return rows.filter(total != pl.sum_horizontal(c.number(name) for name in self._columns)).height

    def _cells_of(self, rows: pl.DataFrame, name: str) -> pl.DataFrame:
        territory, start, end = self._columns[name]
        value = c.number(name)
        found = rows.select(
            "line", "indicator",
            pl.lit(territory.level.value).alias("level"), pl.lit(territory.code).alias("code"),
            pl.lit(start).alias("period_start"), pl.lit(end).alias("period_end"),
            value.alias("value"), c.state_of(value, pl.lit(False)).alias("state"),
            pl.lit(None).alias("rate"), pl.lit(None).alias("denominator_vintage"),
        )  # fmt: skip
        return found.cast(c.CELL_TYPES)  # type: ignore[arg-type]


def departement_columns(
    header: tuple[str, ...], departements: Mapping[str, str], start: date, end: date
) -> tuple[dict[str, tuple[TerritoryCode, date, date]], str | None]:
    """What each column of an open file tells, and the column of their total.

    Args:
        departements: name to code, as the reference writes them.

    Raises:
        UnknownSeries: a column that names no département.
    """
    codes = {_folded(name): code for name, code in departements.items()}
    counted: dict[str, tuple[TerritoryCode, date, date]] = {}
    total, strangers = None, []
    for name in header:
        form = plain(name)
        if _INDEX.fullmatch(form) or _LABEL.fullmatch(form):
            continue
        if form in _NATION:
            total = name
        elif (code := codes.get(_folded(name))) is None:
            strangers.append(name[:40])
        else:
            counted[name] = (TerritoryCode(TerritoryLevel.DEPARTEMENT, code), start, end)
    if strangers or not counted:
        raise UnknownSeries(", ".join(f"« {name} »" for name in strangers[:5]) or "aucun département")
    return counted, total


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", " ", plain(name)).strip()
