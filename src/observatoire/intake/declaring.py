"""Which commune a row declares: today's code, from a code, a former code or a name; or the only one."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from observatoire.intake.faults import Fault, place
from observatoire.intake.parsing.codes import DeclaredCode, parse_insee
from observatoire.intake.parsing.text import plain
from observatoire.store.reference.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Covered:
    """What a source covers: codes, names (plain form, those of one commune only), the only commune."""

    codes: frozenset[str]
    names: Mapping[str, str]
    only: str | None


def covered_by(communes: Sequence[tuple[str, str]], only: str | None) -> Covered:
    """From (code, name) pairs; ``only``: the commune that a row without place happened in."""
    forms = Counter(_name_form(name) for _, name in communes)
    names = {_name_form(name): code for code, name in communes if forms[_name_form(name)] == 1}
    return Covered(frozenset(code for code, _ in communes), names, only)


def declared_commune(text: str, gazetteer: Gazetteer, covered: Covered) -> str | None:
    """The current code of a declared commune; None: none is declared, or it can't be read."""
    parsed = _current(parse_insee(text), text, gazetteer, covered)
    return parsed[1] if isinstance(parsed, tuple) else None


def _name_form(name: str) -> str:
    """« Saint-Étienne », « ST ETIENNE » and « St-Étienne » are one name."""
    words = re.split(r"[\s'’-]+", plain(name))
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words if word)


def with_declared(frame: pl.DataFrame, gazetteer: Gazetteer, covered: Covered) -> pl.DataFrame:
    """Add what each row declares.

    ``declared_commune`` as written, ``declared`` brought to today's code, ``town`` (the commune of a
    declared arrondissement), ``town_rank`` in the locator of communes, ``incomplete`` (its contour can't
    be trusted), ``flag_code``, ``flag_default`` and ``code_fault``.
    """
    return _with_town(_with_default(_with_code(frame, gazetteer, covered), covered), gazetteer)


def _with_code(frame: pl.DataFrame, gazetteer: Gazetteer, covered: Covered) -> pl.DataFrame:
    """``declared_commune`` as written, ``declared`` brought to today's code, or a fault."""
    raw = frame["commune"].unique()
    parsed = [_current(parse_insee(text), text, gazetteer, covered) for text in raw]
    codes = [p if isinstance(p, tuple) else (None, None, None) for p in parsed]
    table = pl.DataFrame(
        {
            "raw_commune": raw,
            "declared_commune": [c[0] for c in codes],
            "declared": [c[1] for c in codes],
            "flag_code": [c[2] for c in codes],
            "code_fault": [p.code if isinstance(p, Fault) else None for p in parsed],
        },
        schema_overrides=dict.fromkeys(
            ("declared_commune", "declared", "flag_code", "code_fault"), pl.String
        ),
    )
    return frame.rename({"commune": "raw_commune"}).join(
        table, on="raw_commune", how="left", maintain_order="left"
    )


def _with_default(frame: pl.DataFrame, covered: Covered) -> pl.DataFrame:
    """A source of one commune need not repeat it; a point says more, so it is asked first."""
    if covered.only is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias("flag_default"))
    silent = (
        pl.col("declared").is_null()
        & pl.col("declared_commune").is_null()
        & pl.col("code_fault").is_null()
        & (pl.col("longitude").is_null() | pl.col("longitude").is_nan())
    )
    return frame.with_columns(
        pl.when(silent).then(pl.lit(covered.only)).otherwise("declared").alias("declared"),
        pl.when(silent).then(pl.lit(place.DEFAULT_COMMUNE.code)).alias("flag_default"),
    )


def _current(
    parsed: DeclaredCode | Fault | None, text: str, gazetteer: Gazetteer, covered: Covered
) -> tuple[str, str | None, str | None] | Fault | None:
    if isinstance(parsed, Fault) and (named := covered.names.get(_name_form(text))) is not None:
        return named, named, place.NAMED_COMMUNE.code
    if parsed is None or isinstance(parsed, Fault):
        return parsed
    flag = parsed.flag.code if parsed.flag else None
    if parsed.code in gazetteer.known:
        return parsed.code, parsed.code, flag
    if parsed.code in gazetteer.former:
        return parsed.code, gazetteer.former[parsed.code], place.CODE_FORMER.code
    if parsed.code in gazetteer.divided:
        return parsed.code, None, flag
    return place.UNKNOWN_COMMUNE


def _with_town(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """``town``: the declared commune, that of a declared arrondissement; its rank; is its contour whole?"""
    declared = frame["declared"].unique()
    towns = [gazetteer.arrondissements.get(code, code) for code in declared]
    table = pl.DataFrame(
        {
            "declared": declared,
            "town": pl.Series(towns, dtype=pl.String),
            "town_rank": gazetteer.communes.ranks_of(towns),
            "incomplete": pl.Series([town in gazetteer.incomplete for town in towns], dtype=pl.Boolean),
        }
    )
    return frame.join(table, on="declared", how="left", maintain_order="left", nulls_equal=True)
