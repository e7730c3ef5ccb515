"""Keys that recognise a fact sent again, and the digest of its content.

``key`` is a keyed hash (HMAC construction of BLAKE2b) of the source's reference, or, without
one, of what identifies the row: label, local start, place, and rank among identical rows. The
clear reference is not stored, and the same reference in two sources gives two keys.
"""

from hashlib import blake2b

import polars as pl

from observatoire.intake.parsing import plain

_DIGEST_BYTES = 16
_SEPARATOR = "\x1f"


def with_keys(frame: pl.DataFrame, source: str, secret: bytes) -> pl.DataFrame:
    """Add ``key`` and ``content`` (16 bytes each) to the rows that can be stored (null elsewhere)."""
    frame = frame.with_columns(_content_text().alias("content_text"), _row_identity().alias("identity"))
    storable = pl.col("fault").is_null()
    rank = pl.int_range(pl.len()).over("identity", "has_reference", storable)
    frame = frame.with_columns(
        (pl.col("reference").str.strip_chars() != "").alias("has_reference"),
    ).with_columns(
        pl.when(pl.col("has_reference"))
        .then(pl.lit("ref" + _SEPARATOR) + pl.col("reference"))
        .otherwise(
            pl.lit("row" + _SEPARATOR) + pl.col("identity") + pl.lit(_SEPARATOR) + rank.cast(pl.String)
        )
        .alias("identity_text")
    )
    faulty = frame["fault"].is_not_null().to_list()
    referenced = frame["has_reference"].to_list()
    identities = frame["identity_text"].to_list()
    contents = frame["content_text"].to_list()
    begun = blake2b(f"{source}{_SEPARATOR}".encode(), key=secret[:64], digest_size=_DIGEST_BYTES)
    keys = [
        None if bad else _ended(begun, _reference(text) if named else text)
        for bad, named, text in zip(faulty, referenced, identities, strict=True)
    ]
    digests = [
        None if bad else blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
        for bad, text in zip(faulty, contents, strict=True)
    ]
    return frame.with_columns(
        pl.Series("key", keys, pl.Binary), pl.Series("content", digests, pl.Binary)
    ).drop("identity", "identity_text", "content_text", "has_reference")


def _ended(begun: blake2b, text: str) -> bytes:
    """The hash of a text whose beginning (the key and the source) is hashed once for the file."""
    keyed = begun.copy()
    keyed.update(text.encode())
    return keyed.digest()


def _reference(text: str) -> str:
    """A reference without accents, case nor spaces; most are ASCII, where ``plain`` has little to do."""
    if text.isascii():
        return "".join(text.split()).casefold()
    return plain(text).replace(" ", "")


def _row_identity() -> pl.Expr:
    """Raw label, local start to the minute (or the day), and place as declared."""
    return pl.concat_str(
        [
            pl.col("source_label"),
            pl.col("local").dt.strftime("%Y-%m-%dT%H:%M").fill_null(""),
            pl.col("time_precision"),
            pl.col("commune").fill_null(""),
            pl.col("lieu"),
            pl.col("x"),
            pl.col("y"),
        ],
        separator=_SEPARATOR,
    )


def _content_text() -> pl.Expr:
    """What a revision may change: category, time, place as declared; not the geography of reference."""
    return pl.concat_str(
        [
            pl.col("category"),
            pl.col("category_mode"),
            pl.col("source_label"),
            pl.col("occurred_from").dt.strftime("%Y-%m-%dT%H:%M").fill_null(""),
            pl.col("time_precision"),
            pl.coalesce("flag_hour", "flag_clock", pl.lit("")),
            pl.col("raw_commune").str.strip_chars().str.to_uppercase(),
            pl.col("x_value").round(6).cast(pl.String).fill_null(""),
            pl.col("y_value").round(6).cast(pl.String).fill_null(""),
        ],
        separator=_SEPARATOR,
    )
