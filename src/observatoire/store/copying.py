"""Bulk writing: a polars frame to a table through COPY."""

from dataclasses import dataclass

import polars as pl
from pgpq import ArrowToPostgresBinaryEncoder
from sqlalchemy import Connection

from observatoire.errors import ImportFailed

BLOCK_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Rows ready to be sent: where to, and their bytes in PostgreSQL's binary format."""

    statement: str
    blocks: tuple[bytes, ...]


def encode_rows(table: str, frame: pl.DataFrame) -> EncodedRows:
    """Make a frame ready for COPY, without a connection.

    The types must be exactly those of the columns (Int16 smallint, Int32 integer, Int64 bigint,
    Datetime us UTC timestamptz, Binary bytea or geometry as EWKB, List(String) text[]).

    Raises:
        ImportFailed: a value that the format can't hold.
    """
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = ArrowToPostgresBinaryEncoder(rows.schema)
    try:
        blocks = [encoder.write_header()]
        blocks += [encoder.write_batch(block) for block in rows.to_batches(max_chunksize=BLOCK_ROWS)]
        blocks.append(encoder.finish())
    except (TypeError, ValueError, OverflowError) as error:
        # Never with the message: it may hold a cell.
        raise ImportFailed(type(error).__name__) from None
    return EncodedRows(f"copy {table} ({columns}) from stdin with (format binary)", tuple(blocks))


def send_rows(connection: Connection, rows: EncodedRows) -> None:
    """COPY what was made ready."""
    with connection.connection.cursor().copy(rows.statement) as copy:
        for block in rows.blocks:
            copy.write(block)


def copy_rows(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    """COPY a frame in PostgreSQL's binary format, several times faster than text."""
    if not frame.is_empty():
        send_rows(connection, encode_rows(table, frame))


def copy_frame(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    """COPY a frame into ``table``: same column names; bytes as hex, lists as array literals.

    ``table`` and the columns are names of ours, never of a file.
    """
    if frame.is_empty():
        return
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    text = frame.with_columns(
        *(_literal(name, dtype) for name, dtype in frame.schema.items() if _needs_literal(dtype))
    ).write_csv(
        include_header=False,
        null_value="\\N",
        quote_style="non_numeric",
        datetime_format="%Y-%m-%dT%H:%M:%S%:z",
    )
    # Quoted text is never null: the unquoted \N is, and polars leaves nulls unquoted.
    cursor = connection.connection.cursor()
    with cursor.copy(f"copy {table} ({columns}) from stdin with (format csv, null '\\N')") as copy:
        copy.write(text)


def _needs_literal(dtype: pl.DataType) -> bool:
    return dtype == pl.Binary or isinstance(dtype, pl.List)


def _literal(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Binary:
        return (pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name)
    return (pl.lit("{") + pl.col(name).cast(pl.List(pl.String)).list.join(",") + pl.lit("}")).alias(name)
