"""Column maps by exporter: what each column of an export means.

A profile is an allow-list: a column that it does not name is dropped at the door, so that
names and free text never enter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from observatoire.intake.faults import content
from observatoire.intake.parsing.numbers import decimal_comma
from observatoire.intake.parsing.text import plain
from observatoire.intake.reading.document import Choices

FIELDS = (
    "reference", "date", "heure", "fin", "heure_fin", "categorie", "commune", "lieu", "x", "y", "quantite",
)  # fmt: skip
"""Text columns that ``Profile.rename`` gives."""

POINT = "point"
MAPPABLE = (*FIELDS, POINT)
"""Fields that a profile may map; ``point`` is one cell that becomes ``x`` and ``y``."""

JOINTS = {"categorie": " / ", "lieu": " "}
"""Fields made of words: their columns, blanks left out, are joined by this unless the profile says more."""

LATITUDE_FIRST, LONGITUDE_FIRST = "lat,lon", "lon,lat"

_SIGNED = r"([-+]?\d+(?:{}\d+)?)"
_PAIRS = tuple(
    rf"^\D*?{_SIGNED.format(decimal)}\s*{between}\s*{_SIGNED.format(decimal)}\D*$"
    for decimal, between in ((r"\.", r"[,;\s]"), (",", r"(?:[;\s]|,\s)"))
)
"""« 48.88, 2.33 », « (48.88 2.33) », « POINT(2.33 48.88) »; then with decimal commas: « 48,88 ; 2,33 »."""


def resolve(columns: Iterable[str], header: tuple[str, ...]) -> dict[str, str]:
    """Columns of a profile to their names in a header; those that the header lacks are left out.

    The same writing comes first, else the same plain form (of two alike, the first). « Date (1) »
    is the first of two columns « Date »: a reader suffixes only the second.
    """
    forms = {plain(name): name for name in reversed(header)}
    found: dict[str, str] = {}
    for column in columns:
        name = column if column in header else forms.get(plain(column))
        if name is None and column.endswith(" (1)"):
            name = forms.get(plain(column.removesuffix(" (1)")))
        if name is not None:
            found[column] = name
    return found


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How a field is made: columns padded to ``widths``, joined, rewritten, scaled; or a constant.

    ``order``: which coordinate comes first in a cell that holds both.
    """

    columns: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    joint: str = ""
    replacements: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0
    constant: str | None = None
    order: str = LATITUDE_FIRST

    def expression(self, names: Mapping[str, str], *, skip_blanks: bool = False) -> pl.Expr:
        """Text of the field; ``names`` maps columns to their names in the sheet (absent: left out)."""
        if self.constant is not None:
            return pl.lit(self.constant)
        widths = self.widths or (0,) * len(self.columns)
        parts = [
            _padded(pl.col(names[column]).fill_null("").str.strip_chars(), width)
            for column, width in zip(self.columns, widths, strict=True)
            if column in names
        ]
        if not parts:
            return pl.lit("")
        if skip_blanks:
            parts = [pl.when(part != "").then(part) for part in parts]
        return self._rewritten(pl.concat_str(parts, separator=self.joint, ignore_nulls=skip_blanks))

    def _rewritten(self, original: pl.Expr) -> pl.Expr:
        """The first replacement whose pattern matches, else the text as it is."""
        result = original
        for pattern, value in reversed(self.replacements):
            rewritten = pl.when(original.str.contains(pattern)).then(original.str.replace(pattern, value))
            result = rewritten.otherwise(result)
        return result


def _padded(part: pl.Expr, width: int) -> pl.Expr:
    return pl.when(part == "").then(part).otherwise(part.str.zfill(width)) if width else part


@dataclass(frozen=True, slots=True)
class TimeRules:
    """How a source writes its hours.

    ``service_day``: hours up to 29:59 belong to the operating day. ``day_starts_at``: minutes after
    midnight at which the shift of a date begins; earlier hours belong to the next morning (0: none).
    ``midnight_unknown``: 00:00 means that the hour is not known. ``slots``: words of the source
    (plain form) to minutes from and to (a ``to`` above 1,440 is the next day), besides the usual ones.
    ``two_digit_year_base``: century added to years of two digits.
    """

    service_day: bool = False
    day_starts_at: int = 0
    midnight_unknown: bool = False
    slots: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    two_digit_year_base: int = 2000


@dataclass(frozen=True, slots=True)
class LineRules:
    """Which lines count.

    ``ignored``: rules by which a line is no fact, in the source's own words; each is a set of (column,
    pattern) that must all match. ``ignore_alike``: lines alike in every field are one fact written twice.
    """

    ignored: tuple[tuple[tuple[str, str], ...], ...] = ()
    ignore_alike: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """The versioned column map of one exporter.

    ``optional``: columns that an export may lack. ``choices``: what the reader is told instead of
    guessing (sheet, header line, repair of the encoding).
    """

    code: str
    version: int
    label: str
    fields: Mapping[str, FieldRule]
    epsg: int | None = None
    absent_coordinates: frozenset[str] = frozenset({""})
    time: TimeRules = field(default_factory=TimeRules)
    lines: LineRules = field(default_factory=LineRules)
    categories: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    choices: Choices = field(default_factory=Choices)

    @property
    def mapped(self) -> tuple[str, ...]:
        """Every column that is read, in order."""
        columns = [column for rule in self.fields.values() for column in rule.columns]
        return tuple(
            dict.fromkeys([*columns, *(column for rule in self.lines.ignored for column, _ in rule)])
        )

    @property
    def pointed(self) -> bool:
        """Whether it reads coordinates."""
        return POINT in self.fields or "x" in self.fields

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that an export must have."""
        return tuple(column for column in self.mapped if column not in self.optional)

    def missing(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """Columns that a header lacks."""
        present = resolve(self.columns, header)
        return tuple(column for column in self.columns if column not in present)

    def meanings(self, header: tuple[str, ...]) -> dict[str, str]:
        """Names of the header to the field that each serves."""
        names = resolve(self.mapped, header)
        return {
            names[column]: field
            for field, rule in reversed(list(self.fields.items()))
            for column in rule.columns
            if column in names
        }

    def rename(self, rows: pl.DataFrame, header: tuple[str, ...]) -> pl.DataFrame:
        """The allow-listed fields as text, with ``line``; ``x_value`` and ``y_value`` as floats.

        A coordinate that reads as one of ``absent_coordinates`` becomes null; one that can't
        be read becomes NaN. ``fault_profile`` is the code of lines that the profile sets aside.
        """
        names = resolve(self.mapped, header)
        made = {
            field: rule.expression(names, skip_blanks=field in JOINTS).fill_null("")
            for field, rule in self.fields.items()
        }
        made |= self._split_point(made.pop(POINT, None))
        return rows.select(
            "line",
            *(made.get(field, pl.lit("")).alias(field) for field in FIELDS),
            self._not_a_fact(names).alias("fault_profile"),
        ).with_columns(self._coordinate("x").alias("x_value"), self._coordinate("y").alias("y_value"))

    def _split_point(self, cell: pl.Expr | None) -> dict[str, pl.Expr]:
        """``x`` and ``y`` of a cell that holds both; what can't be split reads « ? », hence unreadable."""
        if cell is None:
            return {}
        whole = cell.is_in(list(self.absent_coordinates))
        first, second = (
            pl.when(whole)
            .then(cell)
            .otherwise(pl.coalesce(*(cell.str.extract(p, n) for p in _PAIRS), pl.lit("?")))
            for n in (1, 2)
        )
        x, y = (second, first) if self.fields[POINT].order == LATITUDE_FIRST else (first, second)
        return {"x": x, "y": y}

    def _not_a_fact(self, names: Mapping[str, str]) -> pl.Expr:
        told = [
            pl.all_horizontal(
                pl.col(names[column]).fill_null("").str.strip_chars().str.contains(pattern)
                for column, pattern in rule
            )
            for rule in self.lines.ignored
            if all(column in names for column, _ in rule)
        ]
        if not told:
            return pl.lit(None, dtype=pl.String)
        return pl.when(pl.any_horizontal(told)).then(pl.lit(content.NOT_A_FACT.code))

    def _coordinate(self, field: str) -> pl.Expr:
        rule = self.fields.get(field) or self.fields.get(POINT)
        if rule is None or self.epsg is None:
            return pl.lit(None, dtype=pl.Float64)
        number = decimal_comma(pl.col(field)).fill_null(float("nan")) * rule.scale
        # As fine as the digest of a content sees: two equal contents are one point, to the bit.
        return pl.when(~pl.col(field).is_in(list(self.absent_coordinates))).then(number.round(6))
