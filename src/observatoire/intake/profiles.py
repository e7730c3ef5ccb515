"""Column maps by exporter, as TOML files: what each column of an export means.

A profile is an allow-list: a column that it does not name is dropped at the door, so that
names and free text never enter.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from observatoire.errors import UnknownProfile, UnrecognisedColumns
from observatoire.intake.parsing import decimal_comma, plain
from observatoire.intake.reader import Sheet

FOLDER = Path(__file__).parent / "profiles"
FIELDS = ("reference", "date", "heure", "categorie", "commune", "lieu", "x", "y")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How a field is made: columns padded to ``widths``, joined, rewritten, scaled; or a constant."""

    columns: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    joint: str = ""
    replacements: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0
    constant: str | None = None

    def expression(self, names: Mapping[str, str]) -> pl.Expr:
        """Text of the field; ``names`` maps a column's plain form to its name in the sheet."""
        if self.constant is not None:
            return pl.lit(self.constant)
        parts = [pl.col(names[plain(column)]).str.strip_chars() for column in self.columns]
        if self.widths:
            parts = [
                pl.when(part == "").then(part).otherwise(part.str.zfill(width))
                for part, width in zip(parts, self.widths, strict=True)
            ]
        return self._rewritten(pl.concat_str(parts, separator=self.joint))

    def _rewritten(self, original: pl.Expr) -> pl.Expr:
        """The first replacement whose pattern matches, else the text as it is."""
        result = original
        for pattern, value in reversed(self.replacements):
            rewritten = pl.when(original.str.contains(pattern)).then(original.str.replace(pattern, value))
            result = rewritten.otherwise(result)
        return result


@dataclass(frozen=True, slots=True)
class Profile:
    """The versioned column map of one exporter."""

    code: str
    version: int
    label: str
    fields: Mapping[str, FieldRule]
    epsg: int | None
    absent_coordinates: frozenset[str]
    service_day: bool
    categories: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that an export must have."""
        return tuple(column for rule in self.fields.values() for column in rule.columns)

    def missing(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """Columns that a header lacks."""
        present = {plain(name) for name in header}
        return tuple(column for column in self.columns if plain(column) not in present)

    def rename(self, sheet: Sheet) -> pl.DataFrame:
        """The allow-listed fields as text, with ``line``; ``x`` and ``y`` as floats.

        A coordinate that reads as one of ``absent_coordinates`` becomes null; one that can't
        be read becomes NaN.
        """
        names = {plain(name): name for name in reversed(sheet.header)}  # of two alike, the first
        made = [
            self.fields[field].expression(names).fill_null("").alias(field)
            if field in self.fields
            else pl.lit("").alias(field)
            for field in FIELDS
        ]
        return sheet.rows.select("line", *made).with_columns(
            self._coordinate("x").alias("x_value"), self._coordinate("y").alias("y_value")
        )

    def _coordinate(self, field: str) -> pl.Expr:
        rule = self.fields.get(field)
        if rule is None or self.epsg is None:
            return pl.lit(None, dtype=pl.Float64)
        number = decimal_comma(pl.col(field)).fill_null(float("nan")) * rule.scale
        # As fine as the digest of a content sees: two equal contents are one point, to the bit.
        return pl.when(~pl.col(field).is_in(list(self.absent_coordinates))).then(number.round(6))


def load(path: Path) -> Profile:
    """Read one TOML profile."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    place = content.get("lieu", {})
    return Profile(
        code=content["code"],
        version=content["version"],
        label=content["libelle"],
        fields={field: _rule(value) for field, value in content["champs"].items()},
        epsg=place.get("epsg"),
        absent_coordinates=frozenset(place.get("absent", [""])),
        service_day=content.get("heure", {}).get("jour_exploitation", False),
        categories={plain(label): code for label, code in content.get("categories", {}).items()},
    )


def _rule(value: str | dict[str, Any]) -> FieldRule:
    if isinstance(value, str):
        return FieldRule(columns=(value,))
    return FieldRule(
        columns=tuple(value.get("colonnes", ())),
        widths=tuple(value.get("largeurs", ())),
        joint=value.get("lien", ""),
        replacements=tuple((pattern, text) for pattern, text in value.get("remplacer", ())),
        scale=value.get("echelle", 1.0),
        constant=value.get("constante"),
    )


@cache
def shipped() -> dict[str, Profile]:
    """The profiles that ship, by code."""
    profiles = (load(path) for path in sorted(FOLDER.glob("*.toml")))
    return {profile.code: profile for profile in profiles}


def match(sheet: Sheet, code: str | None) -> Profile:
    """The profile asked for, or the one whose columns all stand in the header (the fullest).

    Raises:
        UnknownProfile: no profile has this code.
        UnrecognisedColumns: the header lacks columns; nothing was written.
    """
    profiles = shipped()
    if code is not None and code not in profiles:
        raise UnknownProfile(code, ", ".join(profiles))
    candidates = [profiles[code]] if code is not None else list(profiles.values())
    fitting = [profile for profile in candidates if not profile.missing(sheet.header)]
    if fitting:
        return max(fitting, key=lambda profile: len(profile.columns))
    nearest = min(candidates, key=lambda profile: len(profile.missing(sheet.header)) / len(profile.columns))
    missing = ", ".join(f"« {column} »" for column in nearest.missing(sheet.header))
    raise UnrecognisedColumns(
        nearest.code, missing, ", ".join(f"« {name[:40]} »" for name in sheet.header[:30])
    )
