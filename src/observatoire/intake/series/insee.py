"""Files of Insee with a row per commune: reference populations and Filosofi.

Neither tells its geography, populations not even their year: the operator does. In Filosofi, « s » is a
statistical secret and « nd » is not available: neither is 0.
"""

import re
from collections import Counter
from datetime import date

import polars as pl

from observatoire.domain.series import Indicator
from observatoire.intake.parsing.text import plain
from observatoire.intake.reading.layout import LINE
from observatoire.intake.series import cells as c
from observatoire.intake.series.cells import Cells, Described

POPULATIONS = {"pmun": "population", "pcap": "population_comptee_a_part", "ptot": "population_totale"}
_FILOSOFI = re.compile(r"(\w+)(\d{2})")  # the year of the income ends the name: D121 is D1 of 2021


def is_population(header: tuple[str, ...]) -> bool:
    """Whether a header is that of the reference populations."""
    forms = {plain(name) for name in header}
    return "pmun" in forms and bool(forms & {"com", "codcom", "codgeo"})


def filosofi_columns(header: tuple[str, ...], indicators: dict[str, Indicator]) -> dict[str, tuple[str, int]]:
    """Columns of Filosofi: their indicator and year; empty for any other file."""
    found = {}
    for name in header:
        match = _FILOSOFI.fullmatch(plain(name))
        if match and (code := f"filosofi_{match[1]}") in indicators:
            found[name] = (code, 2000 + int(match[2]))
    return found if "codgeo" in map(plain, header) and len(found) >= 2 else {}


def population_columns(header: tuple[str, ...], year: int) -> dict[str, tuple[str, int]]:
    """Columns of the reference populations, all of one year."""
    return {name: (POPULATIONS[plain(name)], year) for name in header if plain(name) in POPULATIONS}


class CommuneRecipe:
    """A row per commune, a column per indicator, to cells."""

    def __init__(
        self, header: tuple[str, ...], indicators: dict[str, Indicator], columns: dict[str, tuple[str, int]]
    ) -> None:
        self._names = {plain(name): name for name in header}
        self._indicators, self._columns = indicators, columns

    def __call__(self, rows: pl.DataFrame) -> Cells:
        """One cell per row and counted column."""
        told: Counter[Described] = Counter()
        rows = rows.select(LINE, *self._columns, self._code().alias("code"))
        rows = rows.with_columns(c.level_of_commune().alias("level"))
        rows = c.set_aside(rows, pl.col("level").is_not_null(), c.UNKNOWN_TERRITORY, told)
        found = pl.concat([self._cells_of(rows, name) for name in self._columns])
        missing = found.filter(pl.col("state") == "absent").height
        return Cells(found, None, told, Counter({c.MISSING_VALUE: missing}))

    def _code(self) -> pl.Expr:
        """The code of the commune; some files tell it in two parts (976 and 601: 97601)."""
        whole = [name for form in ("codgeo", "com") if (name := self._names.get(form))]
        parts = [pl.col(name).str.strip_chars() for name in whole]
        codes: list[pl.Expr] = [pl.when(part != "").then(part.str.zfill(5)) for part in parts]
        if "dep" in self._names and "codcom" in self._names:
            codes.append(
                pl.col(self._names["dep"]).str.slice(0, 2) + pl.col(self._names["codcom"]).str.zfill(3)
            )
        return pl.coalesce(codes)

    def _cells_of(self, rows: pl.DataFrame, name: str) -> pl.DataFrame:
        code, year = self._columns[name]
        indicator = self._indicators[code]
        secret = pl.col(name).str.strip_chars().str.to_lowercase() == "s"
        rows = c.with_numbers(rows, name, signed=indicator.signed, whole=indicator.whole, besides=secret)
        value = pl.when(~secret).then(c.number(name))
        found = rows.select(
            LINE, pl.lit(code).alias("indicator"), "level", "code",
            pl.lit(date(year, 1, 1)).alias("period_start"), pl.lit(date(year + 1, 1, 1)).alias("period_end"),
            value.alias("value"), c.state_of(value, secret).alias("state"),
            pl.lit(None).alias("rate"), pl.lit(None).alias("denominator_vintage"),
        )  # fmt: skip
        return found.cast(c.CELL_TYPES)  # type: ignore[arg-type]
