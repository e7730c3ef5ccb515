"""Keys that recognise a fact sent again, and the digest of its content.

``key`` is a keyed hash (BLAKE3 of the secret, then of the text: BLAKE3 suffers no length extension)
of the source's reference, or, without one, of what identifies the row: label, local moment, place.
Rows alike in one file are told apart by their rank, when they are staged. The clear reference is not
stored, and the same reference in two sources gives two keys.
"""

import polars as pl
import polars_hash as plh

from observatoire.intake.parsing.text import over_distinct, plain

_HEX_DIGITS = 32  # 16 bytes
_SEPARATOR = "\x1f"


def with_keys(frame: pl.DataFrame, source: str, secret: bytes) -> pl.DataFrame:
    """Add ``key`` and ``content`` (16 bytes each) and ``referenced`` (bool)."""
    frame = frame.with_columns(_reference(frame["reference"]).alias("reference_form")).with_columns(
        (pl.col("reference_form") != "").alias("referenced")
    )
    begun = pl.lit(f"{secret.hex()}{_SEPARATOR}{source}{_SEPARATOR}")
    named = pl.concat_str(begun, pl.lit("ref"), pl.col("reference_form"), separator=_SEPARATOR)
    unnamed = pl.concat_str(begun, pl.lit("row"), _row_identity(), separator=_SEPARATOR)
    return (
        frame.with_columns(
            pl.when("referenced").then(named).otherwise(unnamed).alias("key"),
            _content_text(secret.hex(), addressed=frame["x_value"].null_count() > 0).alias("content"),
        )
        .with_columns(_digest("key"), _digest("content"))
        .drop("reference_form")
    )


def keys_of(references: pl.Series, source: str, secret: bytes) -> pl.Series:
    """The key of the fact that a source knows by each reference (16 bytes); null: it is that of none."""
    frame = pl.DataFrame({"form": _reference(references)})
    begun = pl.lit(_SEPARATOR.join((secret.hex(), source, "", "ref", "")))
    return frame.with_columns(pl.concat_str(begun, pl.col("form")).alias("key")).select(
        pl.when(pl.col("form") != "").then(_digest("key")).alias("key")
    )["key"]


def key_of(reference: str, source: str, secret: bytes) -> bytes | None:
    """The key of the fact that a source knows by a reference; None: it is that of none."""
    found: bytes | None = keys_of(pl.Series([reference], dtype=pl.String), source, secret)[0]
    return found


def _digest(column: str) -> pl.Expr:
    """The first 16 bytes of BLAKE3."""
    digest = plh.col(column).chash.blake3()
    return digest.str.slice(0, _HEX_DIGITS).str.decode("hex").alias(column)


def _reference(column: pl.Series) -> pl.Series:
    """References without accents, case nor spaces; most are ASCII, where columns are enough."""
    folded = column.str.replace_all(r"\s", "").str.to_lowercase()
    if (column.str.len_bytes() == column.str.len_chars()).all():
        return folded
    return pl.Series(over_distinct(column, lambda text: plain(text).replace(" ", "")), dtype=pl.String)


def _moment(column: str) -> pl.Expr:
    """To the minute, as an integer: far faster than text, and as telling."""
    return (pl.col(column).dt.epoch("s") // 60).cast(pl.String).fill_null("")


def _row_identity() -> pl.Expr:
    """Raw label, local moment to the minute (or the day), and place as declared."""
    return pl.concat_str(
        [
            pl.col("source_label"),
            _moment("local"),
            _moment("occurred_to"),
            pl.col("time_precision"),
            pl.col("declared").fill_null(""),
            pl.col("lieu"),
            pl.col("x"),
            pl.col("y"),
        ],
        separator=_SEPARATOR,
    )


def _place_as_declared() -> pl.Expr:
    """The address of a row without coordinates: it is what its point is made from."""
    declared = pl.col("lieu").str.replace_all(r"\s+", " ").str.strip_chars().str.to_uppercase()
    return pl.when(pl.col("x_value").is_null()).then(declared).otherwise(pl.lit(""))


def _content_text(secret: str, *, addressed: bool) -> pl.Expr:
    """What the source said: label, time, quantity, place as declared; not our classes, not our geography.

    Keyed: once the point is gone, nobody can find it again by trying coordinates against the digest.
    ``addressed``: some row has no coordinates.
    """
    return pl.concat_str(
        [
            pl.lit(secret),
            pl.col("categorie"),
            _moment("occurred_from"),
            _moment("occurred_to"),
            pl.col("time_precision"),
            pl.coalesce("flag_hour", "flag_clock", pl.lit("")),
            pl.col("raw_commune").str.strip_chars().str.to_uppercase(),
            pl.col("x_value").round(6).cast(pl.String).fill_null(""),
            pl.col("y_value").round(6).cast(pl.String).fill_null(""),
            pl.col("quantity").cast(pl.String),
            _place_as_declared() if addressed else pl.lit(""),
        ],
        separator=_SEPARATOR,
    )
