"""Nothing personal is kept: what looks personal is told from words, in one text or in columns.

``kinds`` judges one text. ``with_personal`` judges the kept fields of a batch: patterns in columns
(``suspicious``) clear nearly every cell at once, and only what they leave is judged text by text.
"""

from collections.abc import Iterator

import polars as pl

from observatoire.intake.faults import content
from observatoire.intake.identifying import TESTS, Kind, folded
from observatoire.intake.naming import holds_name
from observatoire.intake.parsing.text import over_distinct
from observatoire.intake.profiles.model import FIELDS

__all__ = [
    "MASK",
    "NAMED_FIELDS",
    "Kind",
    "file_name",
    "kinds",
    "looks_personal",
    "masked",
    "suspicious",
    "with_personal",
]


LONGEST_FILE_NAME = 200


def looks_personal(text: str) -> bool:
    """Whether a text holds what looks like personal data."""
    return next(_kinds(text), None) is not None


def kinds(text: str) -> frozenset[Kind]:
    """Every kind of personal data that a text seems to hold; the text is never kept."""
    return frozenset(_kinds(text))


def _kinds(text: str) -> Iterator[Kind]:
    yield from _numbered(text)
    if holds_name(folded(text)):
        yield Kind.NAME


def _numbered(text: str) -> Iterator[Kind]:
    """Every kind but a bare name."""
    form = folded(text)
    for kind, holds in TESTS:
        if holds(form):
            yield kind


def file_name(name: str) -> str:
    """The name of a file as it may be kept: cut, and « fichier » when it names a person."""
    stem, dot, suffix = name.rpartition(".")
    if looks_personal((stem or name).replace("_", " ")):
        return f"fichier{dot}{suffix}" if suffix.isalnum() and len(suffix) <= 5 else "fichier"
    return name[:LONGEST_FILE_NAME]


# ---- columns --------------------------------------------------------------------------------------------

NAMED_FIELDS = frozenset({"reference", "categorie"})
"""Fields whose cells are labels: a bare name is told from words there, and could stay for ever.

A street bears a name too often; what a place says is hashed, never stored."""

_EDGE, _END = r"(?:^|[^0-9A-Za-z])", r"(?:$|[^0-9A-Za-z])"
_SHORTEST = len("M.LY")
_HARMLESS = (
    "^(?:[-+]?[0-9]{0,8}(?:[.,][0-9]{0,12})?|[A-Z]{0,4}[-/]?[0-9]{1,4}[-/][0-9]{1,7}"
    "|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}(?: [0-9]{1,2}[:hH][0-9]{0,2}(?::[0-9]{2})?)?"
    "|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?Z?)?|[0-9]{1,2}[:hH][0-9]{0,2})$"
)
"""A number, a counted reference, a date, an hour: most cells, told at once."""

_SUSPICIOUS = "|".join(
    (
        "@|(?i:[(\\[] ?(?:at|arobase))",
        r"0[1-9][0-9]{8}",
        r"0[1-9](?:[ ./_·•-]{1,3}[0-9]{2}){4}",
        r"0[1-9][0-9]{2}(?:[ .][0-9]{3}){2}|0[1-9](?:[ .][0-9]{4}){2}",
        r"0[1-9][0-9]{2}(?:[ ./_·•-]{1,3}[0-9]{2}){3}",
        r"0[1-9] [0-9]{8}|0[1-9][0-9][ .][0-9]{3}[ .][0-9]{4}|0[1-9] [0-9]{2} [0-9]{3} [0-9]{3}",
        r"0[1-9] [0-9]{3} [0-9]{3} [0-9]{2}|0(?: [0-9]){9}",
        r"\+ ?[1-9][0-9 ().-]{7}|(?:\+|00) ?(?:33|262|59[046]|508|68[179])(?:[ ()./_·•-]{0,5}[0-9]){5}",
        rf"{_EDGE}[A-Za-z]{{2}}[ .·-]?[0-9]{{3}}[ .·-]?[A-Za-z]{{2}}{_END}",
        rf"{_EDGE}[0-9]{{2,4}}[ .·-]?[A-Za-z]{{2,3}}[ .·-]?[0-9][0-9AaBb]",
        r"(?:^|[^A-Za-z.])(?i:mm?\.|(?:mrs?|mmes?|mlles?|melles?|mles?|monsieur|messieurs|madame|mademoiselle"
        r"|mes(?:dames|demoiselles))(?:[ .]|$))|[a-zéA-ZÉ] M [^ ]{2}",
        r"(?i:(?:^|[^a-z])n(?:é|ã©)|(?:^|[^a-z])nee? le [0-9]|ddn|d\.d\.n|naissance)",
        r"[1-478][ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?(?:[0-9]{2}|2[ABab])[ .-]?[0-9]{3}[ .-]?[0-9]{3}",
        r"[3-6][0-9]{3}[ .-]?[0-9]{4}[ .-]?[0-9]{4}[ .-]?[0-9]{4}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}",
        rf"{_EDGE}[A-Za-z]{{2}}[0-9]{{2}}(?:[ -]?[A-Za-z0-9]{{4}}){{2}}[ -]?[A-Za-z0-9]{{3}}",
        "  |[^ -~\u00a1-\u00ac\u00ae-\u017f’œŒ€]",
    )
)
_MAYBE_NAMED = "[A-ZÀ-ÞŒ][A-Za-zÀ-ÿœŒ'’-]+\\.? +[A-ZÀ-ÞŒ][A-Za-zÀ-ÿœŒ]|[^ -~\u00a1-\u00ac\u00ae-\u00ff’œŒ€]"


def suspicious(column: pl.Expr) -> pl.Expr:
    """Whether a text may hold what ``kinds`` finds, a bare name excepted; never false where it does.

    Far looser and faster: what it lets through is to be judged by ``kinds``.
    """
    return column.str.contains(_SUSPICIOUS)


def with_personal(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``fault_personal`` (a code, or null) and ``personal_field`` (the first field concerned).

    ``frame`` has the fields of ``Profile.rename``, as text.
    """
    found: pl.Expr | pl.Series = pl.lit(None, dtype=pl.String)
    for field in reversed(FIELDS):
        lines = _doubtful(frame[field], named=field in NAMED_FIELDS) if field in frame.columns else None
        if lines is None or lines.is_empty():
            continue
        personal = lines.filter(_judged(frame[field].gather(lines), field))
        if not isinstance(found, pl.Series):
            found = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        found = found.scatter(personal, field)
    return frame.with_columns(
        found.alias("personal_field"),
        pl.when(found.is_not_null()).then(pl.lit(content.PERSONAL_VALUE.code)).alias("fault_personal"),
    )


def _doubtful(cells: pl.Series, *, named: bool) -> pl.Series:
    """Positions of the cells that are to be judged."""
    if not (cells.str.len_bytes() >= _SHORTEST).any():
        return pl.Series(dtype=pl.get_index_type())
    lines = (~cells.str.contains(_HARMLESS)).fill_null(False).arg_true()
    left = cells if lines.len() == cells.len() else cells.gather(lines)
    # Spaces of any width write thousands: they hide nothing by themselves.
    text = pl.col("cell").str.replace_all("[\u00a0\u2009\u202f]", " ")
    doubt = suspicious(text) | text.str.contains(_MAYBE_NAMED) if named else suspicious(text)
    doubtful = pl.DataFrame({"cell": left.unique()}).filter(doubt)["cell"]
    return lines.filter(left.is_in(doubtful.implode())) if doubtful.len() else lines.clear()


def _judged(cells: pl.Series, field: str) -> pl.Series:
    """Which cells are personal; each distinct text is judged once."""
    judge = looks_personal if field in NAMED_FIELDS else _looks_numbered
    return pl.Series(over_distinct(cells, judge), dtype=pl.Boolean)


def _looks_numbered(text: str) -> bool:
    return next(_numbered(text), None) is not None


MASK = "[masqué]"


def masked(column: pl.Expr, *, named: bool = True) -> pl.Expr:
    """Cells of a file given back to its sender: those that look personal read « [masqué] ».

    ``named``: a bare name counts; not where streets bear names.
    """
    judge = looks_personal if named else _looks_numbered

    def mask(cells: pl.Series) -> pl.Series:
        lines = _doubtful(cells, named=named)
        found = lines.filter(pl.Series(over_distinct(cells.gather(lines), judge), dtype=pl.Boolean))
        return cells.clone().scatter(found, MASK) if found.len() else cells

    return column.map_batches(mask, return_dtype=pl.String)
