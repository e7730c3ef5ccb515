"""Cells of a series: number, state, and what a cell that is neither is told.

A recipe turns rows of text into cells: ``line, indicator, level, code, period_start, period_end, value,
state, rate, denominator_vintage``. A value is never null without a state that says why; a null is never 0.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from observatoire.disclosure.released import ValueState
from observatoire.domain.territory import CODE_PATTERNS, TerritoryLevel
from observatoire.intake.faults import Fault, Flag, shape_of
from observatoire.intake.parsing.numbers import decimal_comma
from observatoire.intake.reading.layout import LINE
from observatoire.intake.series.errors import UnreadableCell

CELL_TYPES = {
    "line": pl.Int64,
    "indicator": pl.String,
    "level": pl.String,
    "code": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "value": pl.Float64,
    "state": pl.String,
    "rate": pl.Float64,
    "denominator_vintage": pl.Int16,
}
NOT_AVAILABLE = ["", "na", "nan", "n/a", "null", "nd", "nc"]
"""What producers write where they have no figure, in lower case; « s » (secret) is not among them."""

UNKNOWN_INDICATOR = Fault(
    "SER_INDICATEUR",
    "indicateur",
    "Indicateur inconnu du catalogue (data/series/indicateurs.csv) : ses lignes sont écartées, rien n'est "
    "supposé de son unité.",
)
UNKNOWN_UNIT = Fault(
    "SER_UNITE",
    "unite_de_compte",
    "Unité de compte inconnue, ou autre que celle de l'indicateur : la ligne est écartée.",
)
UNKNOWN_TERRITORY = Fault(
    "SER_TERRITOIRE",
    "territoire",
    "Le code n'est celui d'aucun niveau que cette base décrit : ligne écartée.",
)
UNUSED_INDEX = Fault("SER_INDEX", "index", "Index non utilisé, ou hors de l'état 4001 : ligne écartée.")
NUMBER_UNDER_SECRET = Flag(
    "SER_SECRET", "Cellules non diffusées qui portaient un nombre : il n'a pas été conservé."
)
MISSING_VALUE = Flag("SER_ABSENT", "Cellules sans valeur : elles sont « absentes », jamais 0.")
RATE_DIFFERS = Flag(
    "SER_TAUX", "Taux du producteur qui n'est pas celui que donnent son nombre et son dénominateur."
)
TOTAL_DIFFERS = Flag("SER_TOTAL", "Total du fichier différent de la somme de ses départements.")
LABEL_DIFFERS = Flag("SER_LIBELLE", "Libellé d'index différent de celui de la nomenclature.")
DEDUCED_GEOGRAPHY = Flag(
    "SER_GEOGRAPHIE", "Géographie déduite de l'édition ou de la période, faute d'être dite par le fichier."
)
REPEATED_CELL = Flag("SER_DOUBLON", "Lignes données deux fois, à l'identique : comptées une fois.")

Described = Fault | Flag


@dataclass(slots=True)
class Cells:
    """Cells of a batch. ``aside``: rows set aside; ``noted``: what was noted of cells that are kept.

    ``denominators``: ``level, code, indicator, vintage, value``: populations and dwellings told beside.
    """

    cells: pl.DataFrame
    denominators: pl.DataFrame | None = None
    aside: Counter[Described] = field(default_factory=Counter)
    noted: Counter[Described] = field(default_factory=Counter)


Recipe = Callable[[pl.DataFrame], Cells]


def number(column: str) -> pl.Expr:
    """A column that ``with_numbers`` has read; null where no figure is available."""
    return pl.col(f"{column} (nombre)")


def is_unavailable(column: str) -> pl.Expr:
    """Whether a cell says that there is no figure."""
    return pl.col(column).str.strip_chars().str.to_lowercase().is_in(NOT_AVAILABLE)


def demand(frame: pl.DataFrame, column: str, good: pl.Expr, trouble: str) -> None:
    """Every row of the frame must be good.

    Raises:
        UnreadableCell: the first that is not: its line, the shape of its cell, the trouble.
    """
    bad = frame.filter(~good.fill_null(False)).head(1)
    if bad.height:
        shape = shape_of(bad[column].cast(pl.String).fill_null("")[0])
        raise UnreadableCell(bad[LINE][0], column, f"{trouble} (lu : « {shape} »)")


def with_numbers(
    frame: pl.DataFrame,
    column: str,
    *,
    signed: bool = False,
    whole: bool = False,
    besides: pl.Expr | None = None,
) -> pl.DataFrame:
    """Read a column of text as numbers, once; each cell is one, says that there is none, or is ``besides``.

    Raises:
        UnreadableCell.
    """
    frame = frame.with_columns(decimal_comma(pl.col(column)).alias(f"{column} (nombre)"))
    value = number(column)
    told = is_unavailable(column) if besides is None else is_unavailable(column) | besides
    demand(frame.filter(value.is_null()), column, told, "un nombre est attendu")
    if not signed:
        demand(frame, column, (value >= 0) | value.is_null(), "un nombre négatif n'a pas de sens ici")
    if whole:
        demand(frame, column, (value == value.round()) | value.is_null(), "un nombre entier est attendu")
    return frame


def state_of(value: pl.Expr, secret: pl.Expr) -> pl.Expr:
    """The state of a cell: its secret first, then its absence, then zero."""
    return (
        pl.when(secret)
        .then(pl.lit(ValueState.SECRET.value))
        .when(value.is_null())
        .then(pl.lit(ValueState.ABSENT.value))
        .when(value == 0)
        .then(pl.lit(ValueState.ZERO.value))
        .otherwise(pl.lit(ValueState.PUBLISHED.value))
    )


def _whole(level: TerritoryLevel) -> str:
    return f"^(?:{CODE_PATTERNS[level].pattern})$"


def level_of_commune(code: str = "code") -> pl.Expr:
    """Commune or municipal arrondissement, by the code; null for any other."""
    return (
        pl.when(pl.col(code).str.contains(_whole(TerritoryLevel.ARRONDISSEMENT)))
        .then(pl.lit(TerritoryLevel.ARRONDISSEMENT.value))
        .when(pl.col(code).str.contains(_whole(TerritoryLevel.COMMUNE)))
        .then(pl.lit(TerritoryLevel.COMMUNE.value))
    )


def year_bounds(year: str) -> list[pl.Expr]:
    """First day of a year, and of the next one."""
    return [
        pl.date(pl.col(year), 1, 1).alias("period_start"),
        pl.date(pl.col(year) + 1, 1, 1).alias("period_end"),
    ]


def set_aside(frame: pl.DataFrame, keep: pl.Expr, why: Described, told: Counter[Described]) -> pl.DataFrame:
    """Rows to keep; the others are counted under a reason."""
    kept = frame.filter(keep.fill_null(False))
    if kept.height < frame.height:
        told[why] += frame.height - kept.height
    return kept
