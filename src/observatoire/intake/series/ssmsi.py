"""The statistical bases of the SSMSI, in both generations of columns.

Of a commune's cell there are three states: published, published zero, not disseminated (``ndiff``), which is
neither 0 nor « at most 5 ». The columns ``complement_info_*`` (mean of the hidden communes of the
département) are not mapped: they never enter.
"""

import re
from collections import Counter
from dataclasses import dataclass

import polars as pl

from observatoire.domain.series import DATASETS, Indicator
from observatoire.domain.territory import CODE_PATTERNS, TerritoryLevel
from observatoire.intake.parsing.text import plain
from observatoire.intake.series import cells as c
from observatoire.intake.series.cells import Cells, Described
from observatoire.intake.series.errors import MissingSeriesColumns, UnreadableCell

FIRST_YEAR = 1996
RATE_TOLERANCE = 1e-3
"""Relative: rates are written with 4 decimals in the newer generation."""

_ROLES = {
    "annee": "year",
    "classe": "indicator",
    "indicateur": "indicator",
    "unitedecompte": "unit",
    "faits": "value",
    "nombre": "value",
    "tauxpourmille": "rate",
    "valeurpubliee": "published",
    "estdiffuse": "published",
    "pop": "population",
    "inseepop": "population",
    "millpop": "population_vintage",
    "inseepopmillesime": "population_vintage",
    "log": "logements",
    "inseelog": "logements",
    "milllog": "logements_vintage",
    "inseelogmillesime": "logements_vintage",
}
_REQUIRED = {
    "year": "l'année (annee)",
    "indicator": "l'indicateur (indicateur ou classe)",
    "unit": "l'unité de compte (unite_de_compte)",
    "value": "le nombre (nombre ou faits)",
}
_CODEGEO = re.compile(r"codgeo(?:_(\d{4}))?")
_LEVELS = {"codedepartement": "ssmsi_departements", "coderegion": "ssmsi_regions"}
DENOMINATORS = ("population", "logements")


@dataclass(frozen=True, slots=True)
class SsmsiHeader:
    """What the header of a base tells: its dataset, the geography if it does, the column of each role."""

    dataset: str
    geography: int | None
    columns: dict[str, str]


def _form(name: str) -> str:
    return re.sub(r"[\W_]", "", plain(name))


def recognise(header: tuple[str, ...]) -> SsmsiHeader | None:
    """The header of a base of the SSMSI, or None.

    Raises:
        MissingSeriesColumns: a base from which columns were taken.
    """
    forms = {_form(name): name for name in header}
    code, geography = _code_column(header, forms)
    columns = {_ROLES[form]: name for form, name in forms.items() if form in _ROLES}
    if code is None or len(columns.keys() & _REQUIRED.keys()) < 2:
        return None
    dataset = _LEVELS.get(_form(code), "ssmsi_communes")
    required = dict(_REQUIRED)
    if dataset == "ssmsi_communes":
        required["published"] = "l'état de diffusion (est_diffuse ou valeur.publiée)"
    missing = [told for role, told in required.items() if role not in columns]
    if missing:
        raise MissingSeriesColumns(DATASETS[dataset].label, ", ".join(missing))
    return SsmsiHeader(dataset, geography, {**columns, "code": code})


def _code_column(header: tuple[str, ...], forms: dict[str, str]) -> tuple[str | None, int | None]:
    for name in header:
        if match := _CODEGEO.fullmatch(plain(name)):
            return name, int(match[1]) if match[1] else None
    for form in _LEVELS:  # the departmental base also tells the région
        if form in forms:
            return forms[form], None
    return None, None


class SsmsiRecipe:
    """Rows of a base to cells. ``last_year``: no figure is later."""

    def __init__(self, header: SsmsiHeader, indicators: dict[str, Indicator], last_year: int) -> None:
        self._header, self._last_year = header, last_year
        ours = [indicator for indicator in indicators.values() if indicator.family == "ssmsi"]
        self._codes = {plain(label): i.code for i in ours for label in (i.label, *i.aliases)}
        self._units = {i.code: plain(i.unit) for i in ours}
        self._denominator = {i.code: i.denominator for i in ours}

    def __call__(self, rows: pl.DataFrame) -> Cells:
        """One cell per row."""
        columns = self._header.columns
        try:
            return self._read(rows.rename({name: role for role, name in columns.items()}))
        except UnreadableCell as error:  # told under the name that the file bears
            line, role, trouble = error.args
            raise UnreadableCell(line, columns.get(role, role), trouble) from None

    def _read(self, frame: pl.DataFrame) -> Cells:
        told: Counter[Described] = Counter()
        frame = self._with_years(self._with_territories(frame, told))
        return self._cells(self._with_indicators(frame, told), told)

    def _with_territories(self, frame: pl.DataFrame, told: Counter[Described]) -> pl.DataFrame:
        code = pl.col("code").str.strip_chars()
        if self._header.dataset == "ssmsi_communes":
            frame = frame.with_columns(code.str.zfill(5)).with_columns(c.level_of_commune().alias("level"))
        else:
            level = (
                TerritoryLevel.REGION
                if self._header.dataset == "ssmsi_regions"
                else TerritoryLevel.DEPARTEMENT
            )
            shape = f"^(?:{CODE_PATTERNS[level].pattern})$"
            padded = frame.with_columns(code.str.zfill(2))
            frame = padded.with_columns(
                pl.when(pl.col("code").str.contains(shape)).then(pl.lit(level.value)).alias("level")
            )
        return c.set_aside(frame, pl.col("level").is_not_null(), c.UNKNOWN_TERRITORY, told)

    def _with_years(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Years in full; the older generation writes two digits."""
        for role in ("year", "population_vintage", "logements_vintage"):
            if role not in frame.columns:
                continue
            frame = c.with_numbers(frame, role, whole=True)
            year = c.number(role)
            full = pl.when(year < 100).then(year + 2000).otherwise(year).cast(pl.Int32)
            frame = frame.with_columns(full.alias(f"{role}_full"))
        good = pl.col("year_full").is_between(FIRST_YEAR, self._last_year)
        c.demand(frame, "year", good, f"une année de {FIRST_YEAR} à {self._last_year} est attendue")
        return frame

    def _with_indicators(self, frame: pl.DataFrame, told: Counter[Described]) -> pl.DataFrame:
        codes = {label: self._codes.get(plain(label)) for label in frame["indicator"].unique().to_list()}
        units = {label: plain(label) for label in frame["unit"].unique().to_list()}
        frame = frame.with_columns(
            pl.col("indicator").replace_strict(codes, return_dtype=pl.String),
            pl.col("unit").replace_strict(units, return_dtype=pl.String),
        )
        frame = c.set_aside(frame, pl.col("indicator").is_not_null(), c.UNKNOWN_INDICATOR, told)
        expected = pl.col("indicator").replace_strict(self._units, return_dtype=pl.String)
        return c.set_aside(frame, pl.col("unit") == expected, c.UNKNOWN_UNIT, told)

    def _cells(self, frame: pl.DataFrame, told: Counter[Described]) -> Cells:
        noted: Counter[Described] = Counter()
        frame = c.with_numbers(frame, "value", whole=True)
        for role in {"rate", *DENOMINATORS} & set(frame.columns):
            frame = c.with_numbers(frame, role)
        secret = self._secret(frame)
        noted[c.NUMBER_UNDER_SECRET] += frame.filter(secret & c.number("value").is_not_null()).height
        value = pl.when(~secret).then(c.number("value"))
        frame = frame.with_columns(value.alias("number"), c.state_of(value, secret).alias("state"))
        noted[c.MISSING_VALUE] += frame.filter(pl.col("state") == "absent").height
        frame = frame.with_columns(self._rate(frame), self._vintage(frame))
        noted[c.RATE_DIFFERS] += self._different_rates(frame)
        found = frame.select(
            "line", "indicator", "level", "code", *c.year_bounds("year_full"),
            pl.col("number").alias("value"), "state", pl.col("rate_read").alias("rate"),
            "denominator_vintage",
        )  # fmt: skip
        return Cells(found.cast(c.CELL_TYPES), self._denominators(frame), told, noted)  # type: ignore[arg-type]

    def _secret(self, frame: pl.DataFrame) -> pl.Expr:
        if "published" not in frame.columns:
            return pl.lit(False)
        word = pl.col("published").str.strip_chars().str.to_lowercase()
        c.demand(frame, "published", word.is_in(["diff", "ndiff"]), "« diff » ou « ndiff » est attendu")
        return word == "ndiff"

    def _rate(self, frame: pl.DataFrame) -> pl.Expr:
        rate = c.number("rate") if "rate" in frame.columns else pl.lit(None, pl.Float64)
        return pl.when(pl.col("number").is_not_null()).then(rate).alias("rate_read")

    def _by_denominator(self, frame: pl.DataFrame, suffix: str, value: pl.Expr | None = None) -> pl.Expr:
        """Of population or dwellings, the column that the indicator's rate rests on."""
        wanted = pl.col("indicator").replace_strict(self._denominator, return_dtype=pl.String)
        found = pl.lit(None)
        for name in DENOMINATORS:
            column = f"{name}{suffix}"
            if column in frame.columns:
                told = c.number(column) if not suffix else pl.col(column)
                found = pl.when(wanted == name).then(told).otherwise(found)
        return found

    def _vintage(self, frame: pl.DataFrame) -> pl.Expr:
        return self._by_denominator(frame, "_vintage_full").cast(pl.Int16).alias("denominator_vintage")

    def _different_rates(self, frame: pl.DataFrame) -> int:
        denominator = self._by_denominator(frame, "").cast(pl.Float64)
        expected = 1000 * pl.col("number") / denominator
        gap = (pl.col("rate_read") - expected).abs()
        wrong = (denominator > 0) & (gap > RATE_TOLERANCE * expected) & (gap > 1e-4)
        return frame.filter(wrong.fill_null(False)).height

    def _denominators(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        """Populations and dwellings by vintage, each once."""
        parts = [
            frame.select(
                "level",
                "code",
                pl.lit(name).alias("indicator"),
                pl.col(f"{name}_vintage_full").alias("vintage"),
                c.number(name).alias("value"),
            )
            .drop_nulls()
            .unique()
            for name in DENOMINATORS
            if {name, f"{name}_vintage"} <= set(frame.columns)
        ]
        return pl.concat(parts) if parts else None
