"""Labels in the form in which they are compared, and functions spread over the distinct values of a column.

Dates, hours and codes take few distinct values in a file: they are parsed once per distinct value
(``over_distinct``), so the functions stay plain and the columns stay fast.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import polars as pl

Row = tuple[object, ...]
Schema = dict[str, type[pl.DataType]]


def plain(text: str) -> str:
    """Lower case, without accents, spaces collapsed: the form in which labels are compared."""
    if text.isascii():
        return " ".join(text.split()).casefold()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return (
        re.sub(r"\s+", " ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip().casefold()
    )


def over_distinct(column: pl.Series, function: Callable[[str], Any]) -> list[Any]:
    """Apply a function to each distinct text of a column, then spread the results over its rows."""
    results = {value: function(value) for value in column.unique().to_list()}
    return [results[value] for value in column.to_list()]


def spread_distinct(column: pl.Series, function: Callable[[str], Row], schema: Schema) -> pl.DataFrame:
    """One row of ``schema`` per cell (null reads ""), the function run once per distinct text."""
    cells = column.fill_null("")
    alike = cells.len() > 0 and bool((cells == str(cells[0])).all())
    distinct = cells.head(1) if alike else cells.unique()
    parsed = pl.DataFrame([function(text) for text in distinct.to_list()], schema, orient="row")
    if alike:
        places = pl.repeat(0, cells.len(), dtype=pl.UInt32, eager=True)
    else:
        places = cells.cast(pl.Enum(distinct)).to_physical()
    return parsed.select(pl.all().gather(places))
